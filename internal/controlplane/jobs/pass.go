package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// pass is one run of a job, as the job's function sees it.
type pass struct {
	db     *store.DB
	now    func() time.Time
	logger *slog.Logger
	lock   lock
	// said has what the log was told already, by whichever run of this process.
	said *sync.Map

	// What was found and what was done, counted by name. The names are those of
	// [metrics] and of the run record.
	found, done map[string]int

	errs []error
}

// tx runs fn in a transaction in which the job's lock is held.
func (p *pass) tx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return p.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := p.lock.renew(ctx, tx); err != nil {
			return err
		}

		return fn(tx)
	})
}

// update runs one statement, fenced, and reports whether it changed a row.
func (p *pass) update(ctx context.Context, statement string, args ...any) (changed bool, err error) {
	err = p.tx(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, statement, args...))
		changed = n > 0

		return err
	})

	return changed, err
}

// at is the moment that a write happens, as it is stored.
func (p *pass) at() store.Time { return store.Time{Time: p.now()} }

// failed remembers what went wrong for one thing, so that the rest goes on. It
// returns false if there is no use in going on.
func (p *pass) failed(ctx context.Context, what string, id any, err error) bool {
	p.errs = append(p.errs, fmt.Errorf("%s %v: %w", what, id, err))

	return ctx.Err() == nil && !errors.Is(err, errLockLost)
}

// err is the end of a job: what went wrong on the way.
func (p *pass) err() error {
	const shown = 3

	if len(p.errs) <= shown {
		return errors.Join(p.errs...)
	}

	return fmt.Errorf("%w\nand %d more", errors.Join(p.errs[:shown]...), len(p.errs)-shown)
}

// skipped is returned by a job that lacks what it needs; it says what.
type skipped string

func (s skipped) Error() string { return string(s) }

// incomplete is returned by a job that did what it could; it says what it could not.
// That is a success: another run would not do more.
type incomplete string

func (i incomplete) Error() string { return string(i) }
