package approvals

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// Config is what [Approvals] work with.
type Config struct {
	DB    *store.DB
	Audit *audit.Log
	// Webhooks tells other systems of what waits, and of what did not.
	Webhooks *webhooks.Webhooks
	// Stand returns what there is of an object, in a text that is another one once it has changed:
	// [StandOf].
	Stand  func(ctx context.Context, object string) (string, error)
	Now    func() time.Time
	Logger *slog.Logger
	// Actions need a second person; none turns approvals off.
	Actions []string
	// OnChange is called when what pages show of approvals is another one; nil is nobody.
	OnChange func()
}

// Approvals keeps what is waiting for another operator.
type Approvals struct {
	Config

	current atomic.Pointer[Current]

	mu sync.Mutex // guards unkept
	// unkept is what was heard of people and could not be written down yet.
	unkept  map[Person]Word
	keeping sync.Mutex // is held while that is written down
}

// Current is what every page shows of approvals, as of the last look.
type Current struct {
	// Waiting are those that somebody can decide about, oldest first.
	Waiting []Approval
	// Broken are those that were carried out without a second person within the last day, newest
	// first.
	Broken []Approval
}

// New returns the approvals kept in the database.
func New(c Config) *Approvals {
	if c.OnChange == nil {
		c.OnChange = func() {}
	}

	a := &Approvals{Config: c, unkept: map[Person]Word{}}
	a.current.Store(&Current{})

	return a
}

// On reports whether anything needs a second person.
func (a *Approvals) On() bool { return len(a.Actions) > 0 }

// Current is what pages show, from memory.
func (a *Approvals) Current() *Current { return a.current.Load() }

// None reports whether there is nothing to tell.
func (c *Current) None() bool { return len(c.Waiting) == 0 && len(c.Broken) == 0 }

// Of are those that wait and are about the object.
func (c *Current) Of(object string) []Approval {
	var out []Approval

	for _, a := range c.Waiting {
		if a.Object == object {
			out = append(out, a)
		}
	}

	return out
}

// now is the time, as precisely as the database keeps it.
func (a *Approvals) now() time.Time { return a.Now().UTC().Truncate(time.Microsecond) }

// shared is the time by which approvals expire, whichever replica looks.
func (a *Approvals) shared(ctx context.Context, from store.Querier) (time.Time, error) {
	return a.DB.Now(ctx, from, a.Now)
}

// write runs fn in a transaction, and lets the pages know.
func (a *Approvals) write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	if err := a.DB.Tx(ctx, fn); err != nil {
		return err
	}

	a.LookAgain(ctx)

	return nil
}

// LookAgain has the pages show what was written; what fails is tried again by the next [Approvals.Look].
func (a *Approvals) LookAgain(ctx context.Context) {
	if err := a.Look(context.WithoutCancel(ctx)); err != nil {
		a.Logger.WarnContext(ctx, "the approvals could not be read", slog.Any("error", err))
	}
}

// Get returns one; RESOURCE_NOT_FOUND when there is none.
func (a *Approvals) Get(ctx context.Context, id int64) (Approval, error) {
	return one(ctx, a.DB.Read(), id)
}

// Filter selects a page of the approvals: those older than Before, and at most Limit, 50 when it is
// 0; State "" is any.
type Filter struct {
	State  State
	Before int64
	Limit  int
}

// Page is approvals, newest first. Next is the Before of the next page, 0 on the last one.
type Page struct {
	Items []Approval
	Next  int64
}

const defaultLimit = 50

// Count returns how many there are on all pages.
func (a *Approvals) Count(ctx context.Context, f Filter) (n int, err error) {
	err = a.DB.Read().QueryRowContext(ctx,
		`SELECT count(*) FROM opsconsole_approvals WHERE $1 = '' OR state = $1`, string(f.State)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count approvals: %w", err)
	}

	return n, nil
}

// List returns a page.
func (a *Approvals) List(ctx context.Context, f Filter) (Page, error) {
	if f.Limit <= 0 {
		f.Limit = defaultLimit
	}

	found, err := find(ctx, a.DB.Read(), `WHERE ($1 = '' OR state = $1) AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3`,
		string(f.State), f.Before, f.Limit+1)
	if err != nil {
		return Page{}, err
	}

	var page Page

	page.Items, page.Next = store.Cut(found, f.Limit, func(a Approval) int64 { return a.ID })

	return page, nil
}
