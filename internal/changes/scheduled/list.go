package scheduled

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/retry"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Store keeps the scheduled changes in the database.
type Store struct {
	db    *store.DB
	clock func() time.Time
}

// NewStore returns the scheduled changes kept in the database.
func NewStore(db *store.DB, clock func() time.Time) *Store { return &Store{db: db, clock: clock} }

// now is the time as the database keeps it.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// shared is the time by which replicas put off tries.
func (s *Store) shared(ctx context.Context, from store.Querier) (time.Time, error) {
	return s.db.Now(ctx, from, s.clock)
}

// Open returns those that may still be made, the first one first.
func (s *Store) Open(ctx context.Context) ([]Change, error) {
	return s.query(ctx, s.db.Read(), `WHERE `+open+` ORDER BY due_at, id`)
}

// OpenIn returns those of a section that may still be made, the first one first.
func (s *Store) OpenIn(ctx context.Context, q store.Querier, section ops.SectionName) ([]Change, error) {
	return s.query(ctx, q, `WHERE section = $1 AND `+open+` ORDER BY due_at, id`, section)
}

// Get returns one, open or not; RESOURCE_NOT_FOUND when there is none.
func (s *Store) Get(ctx context.Context, id int64) (Change, error) {
	return s.one(ctx, id, `WHERE id = $1`)
}

// OfIntent returns the one that was scheduled with that entry of the audit log.
func (s *Store) OfIntent(ctx context.Context, seq int64) (Change, error) {
	return s.one(ctx, seq, `WHERE intent = $1`)
}

func (s *Store) one(ctx context.Context, id int64, clause string) (Change, error) {
	found, err := s.query(ctx, s.db.Read(), clause, id)
	if err != nil {
		return Change{}, err
	}

	if len(found) == 0 {
		return Change{}, ops.NotFound("scheduled change", id)
	}

	return found[0], nil
}

// OfChanges returns those that the changes made, or tried to, by the change.
func (s *Store) OfChanges(ctx context.Context, changes []int64) (map[int64]Change, error) {
	marks, args := make([]string, len(changes)), make([]any, len(changes))
	for i, id := range changes {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), id
	}

	found, err := s.query(ctx, s.db.Read(), `WHERE change_id IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return nil, err
	}

	out := make(map[int64]Change, len(found))
	for _, c := range found {
		out[*c.Change] = c
	}

	return out, nil
}

// Due returns those of a section whose time has come and that may be tried now, the first one first; none that is being made.
func (s *Store) Due(ctx context.Context, section ops.SectionName) ([]Change, error) {
	shared, err := s.shared(ctx, s.db.Read())
	if err != nil {
		return nil, err
	}

	again, args := retryTried().Due(shared, 3)

	return s.query(ctx, s.db.Read(),
		`WHERE section = $1 AND state = 'scheduled' AND applying = 0 AND due_at <= $2 AND `+again+` ORDER BY due_at, id`,
		append([]any{section, store.Time{Time: s.now()}}, args...)...)
}

// Applying returns those of a section that were being made when it was last written down.
func (s *Store) Applying(ctx context.Context, section ops.SectionName) ([]Change, error) {
	return s.query(ctx, s.db.Read(), `WHERE section = $1 AND `+open+` AND applying = 1`, section)
}

// Dues returns when the next one of each section is due; it has none of a section without one. That
// of one that was tried is when it is tried again.
func (s *Store) Dues(ctx context.Context) (map[ops.SectionName]time.Time, error) {
	return retry.Dues[ops.SectionName](ctx, s.db, s.clock, retry.Rows{
		Table: table, Condition: `state IN ('scheduled', 'held') AND (state = 'scheduled' OR applying = 1)`,
		Group: "section", Due: "due_at",
	})
}

// Filter selects scheduled changes; what is zero does not restrict.
type Filter struct {
	State State
	// Before selects those older than this id: the Next of the page before.
	Before int64
	// Limit is the most on a page; 0 means 50.
	Limit int
}

const defaultLimit = 50

// Page is scheduled changes, newest first. Next is the Before of the next page, 0 on the last one.
type Page struct {
	Items []Change
	Next  int64
}

// List returns a page of them, those that are over too.
func (s *Store) List(ctx context.Context, filter Filter) (Page, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultLimit
	}

	conditions, args := []string{"id < $1"}, []any{int64(math.MaxInt64)}
	if filter.Before > 0 {
		args[0] = filter.Before
	}

	now := store.Time{Time: s.now()}

	switch filter.State {
	case "":
	case Scheduled:
		conditions, args = append(conditions, "state = 'scheduled' AND due_at > $2"), append(args, now)
	case Overdue:
		conditions, args = append(conditions, "state = 'scheduled' AND due_at <= $2"), append(args, now)
	case Held, Applied, Cancelled:
		conditions, args = append(conditions, "state = $2"), append(args, filter.State)
	}

	items, err := s.query(ctx, s.db.Read(), fmt.Sprintf(
		`WHERE %s ORDER BY id DESC LIMIT %d`, strings.Join(conditions, " AND "), filter.Limit+1), args...)
	if err != nil {
		return Page{}, err
	}

	var page Page

	page.Items, page.Next = store.Cut(items, filter.Limit, func(c Change) int64 { return c.ID })

	return page, nil
}
