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

// How long a lock is held without being renewed, and how often a run renews it. The
// clocks of the replicas may differ by less than the first.
const (
	lockLease = 15 * time.Second
	lockRenew = 3 * time.Second
)

// errLockLost says that somebody else may be running the job by now.
var errLockLost = errors.New("the run took too long to answer for its lock, and lost it")

// lock is a run's hold on its job.
type lock struct {
	job    ops.JobName
	holder string
	now    func() time.Time
}

func newLock(job ops.JobName, now func() time.Time) lock {
	return lock{job: job, holder: rand.Text(), now: now}
}

// take takes the lock if nobody holds it, or not any more.
func (l lock) take(ctx context.Context, tx *sql.Tx) error {
	now := l.now()

	taken, err := affected(tx.ExecContext(ctx, `
		INSERT INTO opsconsole_job_locks AS l (job_name, holder, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (job_name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
		WHERE l.expires_at <= $4`,
		l.job, l.holder, store.Time{Time: now.Add(lockLease)}, store.Time{Time: now}))
	if err == nil && taken == 0 {
		return ErrBusy
	}

	return err
}

// renew makes sure that the lock is held, and goes on being held. Nobody else can
// take it before the transaction ends.
func (l lock) renew(ctx context.Context, tx *sql.Tx) error {
	held, err := affected(tx.ExecContext(ctx,
		`UPDATE opsconsole_job_locks SET expires_at = $1 WHERE job_name = $2 AND holder = $3`,
		store.Time{Time: l.now().Add(lockLease)}, l.job, l.holder))
	if err == nil && held == 0 {
		return errLockLost
	}

	return err
}

func (l lock) release(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_job_locks WHERE job_name = $1 AND holder = $2`, l.job, l.holder)

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

		err := db.Tx(ctx, func(tx *sql.Tx) error { return l.renew(ctx, tx) })
		if errors.Is(err, errLockLost) {
			cancel(err)

			return
		}
	}
}
