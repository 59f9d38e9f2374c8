package jobs

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// How long a lock is held without being renewed, and how often a run renews it.
const (
	lockLease = 15 * time.Second
	lockRenew = 3 * time.Second
)

// errLockLost says that somebody else may be running the job by now.
var errLockLost = errors.New("the run did not renew its lock in time, and lost it")

// lock is a run's hold on its job.
type lock struct {
	job    ops.JobName
	holder string
	now    sharedClock
}

func newLock(job ops.JobName, now sharedClock) lock {
	return lock{job: job, holder: rand.Text(), now: now}
}

// take takes the lock if nobody holds it, or not any more: then died says that a run died with it.
func (l lock) take(ctx context.Context, tx *sql.Tx) (died bool, err error) {
	now, err := l.now(ctx, tx)
	if err != nil {
		return false, err
	}

	until := store.Time{Time: now.Add(lockLease)}

	taken, err := affected(tx.ExecContext(ctx, `
		INSERT INTO opsconsole_job_locks (job_name, holder, expires_at) VALUES ($1, $2, $3) ON CONFLICT (job_name) DO NOTHING`,
		l.job, l.holder, until))
	if err != nil || taken > 0 {
		return false, err
	}

	taken, err = affected(tx.ExecContext(ctx,
		`UPDATE opsconsole_job_locks SET holder = $1, expires_at = $2 WHERE job_name = $3 AND expires_at <= $4`,
		l.holder, until, l.job, store.Time{Time: now}))
	if err == nil && taken == 0 {
		err = ErrBusy
	}

	return true, err
}

// renew makes sure that the lock is held, and goes on being held. Nobody else can
// take it before the transaction ends.
func (l lock) renew(ctx context.Context, tx *sql.Tx) error {
	now, err := l.now(ctx, tx)
	if err != nil {
		return err
	}

	return held(tx.ExecContext(ctx, `UPDATE opsconsole_job_locks SET expires_at = $1 WHERE job_name = $2 AND holder = $3`,
		store.Time{Time: now.Add(lockLease)}, l.job, l.holder))
}

// release gives the lock up, if it is still held. Nobody else can take it before the transaction ends.
func (l lock) release(ctx context.Context, tx *sql.Tx) error {
	return held(tx.ExecContext(ctx, `DELETE FROM opsconsole_job_locks WHERE job_name = $1 AND holder = $2`, l.job, l.holder))
}

// held is errLockLost where a statement found no lock of this holder.
func held(result sql.Result, err error) error {
	rows, err := affected(result, err)
	if err == nil && rows == 0 {
		return errLockLost
	}

	return err
}

// keep renews the lock until the context is done, and cancels it if the lock is
// lost. A database that does not answer for a while is no loss yet.
func (l lock) keep(ctx context.Context, db *store.DB, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(lockRenew)
	defer ticker.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}

		if err := db.Tx(ctx, func(tx *sql.Tx) error { return l.renew(ctx, tx) }); errors.Is(err, errLockLost) {
			cancel(err)

			return
		}
	}
}
