package maintenance

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Filter selects windows; what is zero does not restrict.
type Filter struct {
	Phases []Phase
	Series int64
	// Actor is who announced them.
	Actor string
	// Text is part of the title or the message, without regard to case.
	Text string
	// From and Until select the windows of which some part lies between.
	From, Until time.Time
	// Cursor is the Next of the page before.
	Cursor string
	// Limit is the most windows on a page; 0 means 50.
	Limit int
}

// Page is windows, the one that starts last first. Next is the Cursor of the next page,
// "" on the last one.
type Page struct {
	Items []Window
	Next  string
}

const defaultLimit = 50

// List returns a page; VALIDATION_FAILED for a cursor that is none.
func (s *Windows) List(ctx context.Context, filter Filter) (Page, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultLimit
	}

	where, args, err := filter.where()
	if err != nil {
		return Page{}, err
	}

	items, err := s.query(ctx, s.DB.Read(), fmt.Sprintf(
		`%s ORDER BY %s DESC, id DESC LIMIT %d`, where, filter.start(), filter.Limit+1), args...)
	if err != nil {
		return Page{}, err
	}

	var page Page

	page.Items, page.Next = store.Cut(items, filter.Limit, Window.cursor)

	return page, nil
}

// Count returns how many windows the filter selects, whatever its Cursor and Limit.
func (s *Windows) Count(ctx context.Context, filter Filter) (n int, err error) {
	filter.Cursor = ""

	where, args, err := filter.where()
	if err == nil {
		err = s.DB.Read().QueryRowContext(ctx, `SELECT count(*) FROM opsconsole_windows `+where, args...).Scan(&n)
	}

	return n, err
}

const cursorSeparator = "~"

func (w Window) cursor() string {
	return w.StartsAt.UTC().Format(store.TimeLayout) + cursorSeparator + strconv.FormatInt(w.ID, 10)
}

// start is when windows start, for a query. Those that end after a moment are found by their end,
// since all that ever were start before another one: an expression has no index.
func (f Filter) start() string {
	if f.From.IsZero() {
		return "starts_at"
	}

	return "(starts_at || '')"
}

func (f Filter) where() (clause string, args []any, err error) {
	var terms []string

	arg := func(value any) string {
		args = append(args, value)

		return fmt.Sprintf("$%d", len(args))
	}

	if len(f.Phases) > 0 {
		marks := make([]string, len(f.Phases))
		for i, phase := range f.Phases {
			marks[i] = arg(phase)
		}

		terms = append(terms, "phase IN ("+strings.Join(marks, ", ")+")")
	}

	if f.Series != 0 {
		terms = append(terms, "series_id = "+arg(f.Series))
	}

	if f.Actor != "" {
		terms = append(terms, "announced_by = "+arg(f.Actor))
	}

	if f.Text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(f.Text) + "%"
		// SQLite lowers the letters of ASCII alone: others are found as they are typed.
		typed, lower := arg(like), arg(strings.ToLower(like))
		in := func(column string) string {
			return fmt.Sprintf(`%[1]s LIKE %[2]s ESCAPE '\' OR lower(%[1]s) LIKE %[3]s ESCAPE '\'`, column, typed, lower)
		}
		terms = append(terms, "("+in("title")+" OR "+in("message")+")")
	}

	if !f.From.IsZero() {
		terms = append(terms, "ends_at > "+arg(store.Time{Time: f.From}))
	}

	if !f.Until.IsZero() {
		terms = append(terms, f.start()+" < "+arg(store.Time{Time: f.Until}))
	}

	if f.Cursor != "" {
		at, id, err := readCursor(f.Cursor)
		if err != nil {
			return "", nil, err
		}

		a, i := arg(at), arg(id)
		terms = append(terms, fmt.Sprintf("(%[1]s < %[2]s OR (%[1]s = %[2]s AND id < %[3]s))", f.start(), a, i))
	}

	if len(terms) == 0 {
		return "", nil, nil
	}

	return "WHERE " + strings.Join(terms, " AND "), args, nil
}

func readCursor(cursor string) (at store.Time, id int64, err error) {
	start, number, _ := strings.Cut(cursor, cursorSeparator)

	id, err = strconv.ParseInt(number, 10, 64)
	if err == nil {
		err = at.Scan(start)
	}

	if err != nil {
		return at, 0, ops.Invalid([]ops.FieldError{{Field: "query.cursor", Message: "is not one of this list", Type: "cursor"}})
	}

	return at, id, nil
}

// Open returns every window that is not over, the one that starts first leading.
func (s *Windows) Open(ctx context.Context) ([]Window, error) {
	return s.query(ctx, s.DB.Read(), `WHERE `+openPhases+` ORDER BY starts_at, id`)
}

// publishedFor is how long users are told of what was: 90 days, in which clocks may go back.
const publishedFor = 90*24*time.Hour + 3*time.Hour

// publishedWindows are those windows; $1 is since when what is over has to have been so.
const publishedWindows = openPhases + ` OR updated_at >= $1`

// Published returns what users are told: every window that is not over, and those that
// ended, were missed or cancelled in the last 90 days; the one that starts first leads.
func (s *Windows) Published(ctx context.Context) ([]Window, error) {
	return s.query(ctx, s.DB.Read(), `WHERE `+publishedWindows+` ORDER BY starts_at, id`,
		store.Time{Time: s.now().Add(-publishedFor)})
}

// Troubled returns the windows to which something should have happened and has not yet, those that
// wait for an operator, and those that are past their end on a platform that is not healthy; each has
// a note that says why.
func (s *Windows) Troubled(ctx context.Context) ([]Window, error) {
	all, err := s.query(ctx, s.DB.Read(), `WHERE due_at <= $1 OR phase IN ('held', 'overrun') ORDER BY due_at, id`,
		store.Time{Time: s.now()})

	return slices.DeleteFunc(all, func(w Window) bool { return !w.Overdue && w.Phase != Held && w.Phase != Overrun }), err
}
