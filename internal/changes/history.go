package changes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Filter selects changes; what is zero does not restrict.
type Filter struct {
	// Text is words that its reason, actor, section, fields or values begin with, or its number. What it selects is
	// listed by its number rather than by its time.
	Text    string
	Section ops.SectionName
	Actor   string
	// Field is the name of a field that the change touched.
	Field   string
	Source  Source
	Outcome Outcome
	// From is inclusive, Until exclusive.
	From, Until time.Time
	// Before selects what comes after this change in the list: the Next of the page before.
	Before int64
	// Limit is the most changes on a page; 0 means 50.
	Limit int
}

// Page is changes, newest first. Next is the Before of the next page, 0 on the last one.
type Page struct {
	Items []Change
	Next  int64
	// Cut says that not all was looked at for what a text finds: Next is where to look on.
	Cut bool
}

const (
	defaultLimit = 50
	// Recent is how many changes stand where the last ones are told beside other things.
	Recent = 10
)

// History returns a page of the history; RESOURCE_NOT_FOUND when there is no change
// that it could begin after.
func (c *Changes) History(ctx context.Context, filter Filter) (Page, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultLimit
	}

	if filter.Text != "" {
		return c.found(ctx, filter)
	}

	// A page begins where the one before ended, also when clocks were set meanwhile.
	var last store.Time

	if filter.Before > 0 {
		err := c.db.Read().QueryRowContext(ctx, `SELECT at FROM opsconsole_changes WHERE id = $1`, filter.Before).Scan(&last)

		switch {
		case errors.Is(err, sql.ErrNoRows):
			return Page{}, ops.NotFound("change", filter.Before)
		case err != nil:
			return Page{}, fmt.Errorf("find where a page begins: %w", err)
		}
	}

	clause, args := filter.clause(last)
	at, id := filter.order()

	items, err := selectChanges(ctx, c.db.Read(),
		fmt.Sprintf(`%s ORDER BY %s DESC, %s DESC LIMIT %d`, clause, at, id, filter.Limit+1), args...)
	if err != nil {
		return Page{}, err
	}

	return c.page(ctx, items, filter.Limit)
}

// page is a page of changes that were read, with what they began or were scheduled as, and their restores.
func (c *Changes) page(ctx context.Context, read []Change, limit int) (page Page, err error) {
	page.Items, page.Next = store.Cut(read, limit, func(c Change) int64 { return c.ID })

	return page, c.mark(ctx, page.Items)
}

// CountMost is as far as [Changes.Count] counts.
const CountMost = 1000

// Count returns how many changes the filter selects, whatever its Before and Limit;
// above [CountMost] it stops and returns one more than that, so that a long history
// costs no more than a short one.
func (c *Changes) Count(ctx context.Context, filter Filter) (int, error) {
	n, _, err := c.CountWithin(ctx, filter)

	return n, err
}

// CountWithin is [Changes.Count]; cut says that not all was looked at for what a text finds, so that there may be more.
func (c *Changes) CountWithin(ctx context.Context, filter Filter) (n int, cut bool, err error) {
	filter.Before = 0

	if filter.Text != "" {
		return c.countFound(ctx, filter)
	}

	clause, args := filter.clause(store.Time{})

	err = c.db.Read().QueryRowContext(ctx, fmt.Sprintf(
		`SELECT count(*) FROM (SELECT 1 FROM opsconsole_changes %s LIMIT %d) AS found`, clause, CountMost+1), args...).Scan(&n)
	if err != nil {
		return 0, false, fmt.Errorf("count changes: %w", err)
	}

	return n, false, nil
}

// order names the columns by which changes are listed, newest first: those of the table
// by which they are found.
func (f Filter) order() (at, id string) {
	if f.Field != "" {
		return "changed_at", "change_id"
	}

	return "at", "id"
}

// clause selects changes; last is when the one named by Before was made.
func (f Filter) clause(last store.Time) (clause string, args []any) {
	var terms []string

	add := func(term string, values ...any) {
		marks := make([]any, 0, len(values))
		for _, value := range values {
			args = append(args, value)
			marks = append(marks, len(args))
		}

		terms = append(terms, fmt.Sprintf(term, marks...))
	}

	if f.Field != "" {
		clause = `JOIN opsconsole_change_fields ON change_id = id `

		add("field = $%d", f.Field)
	}

	if f.Actor != "" {
		add("actor = $%d", f.Actor)
	}

	// There are far more changes of one source than of another. What stands in the query
	// itself a database can plan for; planning for any value, it would look through them all.
	either := func(column, value string, known bool) {
		switch {
		case known:
			terms = append(terms, column+" = '"+value+"'")
		case value != "":
			add(column+" = $%d", value)
		}
	}

	_, err := ops.SectionOf(f.Section)
	either("section", string(f.Section), err == nil)
	either("source", string(f.Source), slices.Contains(Sources(), f.Source))
	either("outcome", string(f.Outcome), slices.Contains(outcomes(), f.Outcome))

	at, id := f.order()

	if !f.From.IsZero() {
		add(at+" >= $%d", store.Time{Time: f.From})
	}

	if !f.Until.IsZero() {
		add(at+" < $%d", store.Time{Time: f.Until})
	}

	if f.Before > 0 {
		add("("+at+", "+id+") < ($%d, $%d)", last, f.Before)
	}

	if len(terms) > 0 {
		clause += "WHERE " + strings.Join(terms, " AND ")
	}

	return clause, args
}

// RestoreRequest returns the request that brings the section back to what it was
// before the change.
func (c *Changes) RestoreRequest(ctx context.Context, id int64, revision, reason string) (Request, error) {
	change, err := c.get(ctx, id)
	if err != nil {
		return Request{}, err
	}

	if change.Outcome != Applied {
		return Request{}, &ops.Error{
			Code:    ops.CodeConflict,
			Message: fmt.Sprintf("Change %d was not applied, so there is nothing to restore.", id),
		}
	}

	return Request{
		Section: change.Section, Revision: revision, Values: change.Before, Reason: reason,
		Source: SourceRestore, Restores: &id,
	}, nil
}

// Restorable returns the newest change of the section whose earlier values are not the
// current ones, nil when there is nothing else to go back to. It looks at a page of the newest
// changes of the section first: nearly always it is there, as a change differs from what it found.
func (c *Changes) Restorable(ctx context.Context, current Current, page Page) (*Change, error) {
	for {
		for _, change := range page.Items {
			if change.Outcome == Applied && !current.Section.Equal(current.Values, change.Before) {
				return &change, nil
			}
		}

		if page.Next == 0 {
			return nil, nil //nolint:nilnil // there is none
		}

		var err error
		if page, err = c.History(ctx, Filter{Section: current.Section.Name, Outcome: Applied, Before: page.Next}); err != nil {
			return nil, err
		}
	}
}

// sinceShown bounds the changes that a restore tells of.
const sinceShown = 20

// Since returns the applied changes of the section that came after the given one,
// newest first, 20 at the most.
func (c *Changes) Since(ctx context.Context, change Change) ([]Change, error) {
	return c.list(ctx, fmt.Sprintf(
		`WHERE section = $1 AND id > $2 AND outcome = 'applied' ORDER BY id DESC LIMIT %d`, sinceShown),
		change.Section, change.ID)
}

// Between returns the first changes that were made in a time, from inclusive and until exclusive, oldest first.
func (c *Changes) Between(ctx context.Context, from, until time.Time, limit int) ([]Change, error) {
	items, err := selectChanges(ctx, c.db.Read(), fmt.Sprintf(`WHERE at >= $1 AND at < $2 ORDER BY at, id LIMIT %d`, limit),
		store.Time{Time: from}, store.Time{Time: until})
	if err != nil {
		return nil, err
	}

	page, err := c.page(ctx, items, limit)

	return page.Items, err
}
