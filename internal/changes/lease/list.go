package lease

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

// Store keeps the leases in the database.
type Store struct {
	db    *store.DB
	clock func() time.Time
}

// NewStore returns the leases kept in the database.
func NewStore(db *store.DB, clock func() time.Time) *Store { return &Store{db: db, clock: clock} }

// now is the time as the database keeps it.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// shared is the time by which replicas put off tries.
func (s *Store) shared(ctx context.Context, from store.Querier) (time.Time, error) {
	return s.db.Now(ctx, from, s.clock)
}

// Open returns the open leases, those that end first leading.
func (s *Store) Open(ctx context.Context) ([]Lease, error) {
	return s.query(ctx, s.db.Read(), `WHERE `+open()+` ORDER BY ends_at, id`)
}

// OpenIn returns the open leases of a section, oldest first.
func (s *Store) OpenIn(ctx context.Context, q store.Querier, section ops.SectionName) ([]Lease, error) {
	return s.query(ctx, q, `WHERE section = $1 AND `+open()+` ORDER BY id`, section)
}

// Get returns one, open or not; RESOURCE_NOT_FOUND when there is none.
func (s *Store) Get(ctx context.Context, id int64) (Lease, error) {
	return s.one(ctx, `WHERE id = $1`, id)
}

// OfChange returns the lease that the change began; RESOURCE_NOT_FOUND when it began none.
func (s *Store) OfChange(ctx context.Context, change int64) (Lease, error) {
	return s.one(ctx, `WHERE change_id = $1`, change)
}

// OfChanges returns the leases that the changes began, by the change.
func (s *Store) OfChanges(ctx context.Context, changes []int64) (map[int64]Lease, error) {
	marks, args := make([]string, len(changes)), make([]any, len(changes))
	for i, id := range changes {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), id
	}

	found, err := s.query(ctx, s.db.Read(), `WHERE change_id IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return nil, err
	}

	out := make(map[int64]Lease, len(found))
	for _, l := range found {
		out[l.Change] = l
	}

	return out, nil
}

func (s *Store) one(ctx context.Context, clause string, id int64) (Lease, error) {
	found, err := s.query(ctx, s.db.Read(), clause, id)
	if err != nil {
		return Lease{}, err
	}

	if len(found) == 0 {
		return Lease{}, ops.NotFound("lease", id)
	}

	return found[0], nil
}

// HeldBy returns the leases of a holder, oldest first, but for those of changes that came
// to nothing.
func (s *Store) HeldBy(ctx context.Context, q store.Querier, holder Holder) ([]Lease, error) {
	return s.query(ctx, q, `WHERE window_id = $1 AND state <> 'void' ORDER BY id`, holder)
}

// Due returns the leases of a section whose time has come and that may be tried now, those
// that ended first leading; also those whose end is under way, for whoever began it may be
// gone.
func (s *Store) Due(ctx context.Context, section ops.SectionName) ([]Lease, error) {
	shared, err := s.shared(ctx, s.db.Read())
	if err != nil {
		return nil, err
	}

	again, args := retryFailed().Due(shared, 3)

	return s.query(ctx, s.db.Read(),
		`WHERE section = $1 AND state = 'active' AND kind <> 'window' AND ends_at <= $2 AND `+again+` ORDER BY ends_at, id`,
		append([]any{section, store.Time{Time: s.now()}}, args...)...)
}

// Dues returns when the next lease of each section is due that ends by its time; it has none of a section
// without one. That of one that was tried is when it is tried again.
func (s *Store) Dues(ctx context.Context) (map[ops.SectionName]time.Time, error) {
	return retry.Dues[ops.SectionName](ctx, s.db, s.clock, retry.Rows{
		Table: table, Condition: `state = 'active' AND kind <> 'window'`, Group: "section", Due: "ends_at",
	})
}

// Filter selects leases; what is zero does not restrict.
type Filter struct {
	State State
	// Before selects those older than this id: the Next of the page before.
	Before int64
	// Limit is the most on a page; 0 means 50.
	Limit int
}

const defaultLimit = 50

// Page is leases, newest first. Next is the Before of the next page, 0 on the last one.
type Page struct {
	Items []Lease
	Next  int64
}

// List returns a page of the leases, those that are over too.
func (s *Store) List(ctx context.Context, filter Filter) (Page, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultLimit
	}

	conditions, args := []string{"id < $1"}, []any{int64(math.MaxInt64)}
	if filter.Before > 0 {
		args[0] = filter.Before
	}

	switch filter.State {
	case "":
	case Active:
		conditions, args = append(conditions, "state = 'active' AND ends_at > $2"), append(args, store.Time{Time: s.now()})
	case Overdue:
		conditions, args = append(conditions, "state = 'active' AND ends_at <= $2"), append(args, store.Time{Time: s.now()})
	case Pending, Held, Ended, Confirmed, Void:
		conditions, args = append(conditions, "state = $2"), append(args, filter.State)
	}

	items, err := s.query(ctx, s.db.Read(), fmt.Sprintf(
		`WHERE %s ORDER BY id DESC LIMIT %d`, strings.Join(conditions, " AND "), filter.Limit+1), args...)
	if err != nil {
		return Page{}, err
	}

	var page Page

	page.Items, page.Next = store.Cut(items, filter.Limit, func(l Lease) int64 { return l.ID })

	return page, nil
}
