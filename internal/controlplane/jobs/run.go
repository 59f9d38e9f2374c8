package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
)

// endWithin is how long a run has to write its record when it is over.
const endWithin = 5 * time.Second

// Run runs a job now and writes its run record. It returns [ErrBusy] if the job is
// running already, and the job's error if it failed; running it again is safe. A
// job that is skipped, or could not do all, is not an error.
func (r *Runner) Run(ctx context.Context, args JobArgs) error {
	do, ok := r.jobs[args.JobName]
	if !ok {
		return fmt.Errorf("there is no job %q", args.JobName)
	}

	p := &pass{
		db: r.db, now: r.now, logger: r.logger.With("job", string(args.JobName)), lock: newLock(args.JobName, r.shared), said: &r.said,
		found: map[string]int{}, done: map[string]int{},
	}

	started := r.now()

	id, err := r.begin(ctx, p, args, started)
	if err != nil {
		return err
	}

	failpoint.Reach(failpoint.JobBegun)

	runErr := r.do(ctx, p, do)

	failpoint.Reach(failpoint.JobDone)

	outcome := result(runErr)

	// The run is over, also when the process is being stopped: say so.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()

	ended := r.now()
	took := ended.Sub(started) // by a clock that nobody sets
	state, endErr := r.end(ctx, p, ending{id: id, outcome: outcome, at: ended, took: took, err: runErr})

	failpoint.Reach(failpoint.JobRecorded)

	r.metrics.count(args.JobName, outcome, took, p)
	r.log(ctx, p, outcome, runErr)

	if state != nil {
		r.metrics.show(*state, outcome, message(runErr), p.found)
	}

	if endErr != nil {
		return errors.Join(runErr, fmt.Errorf("write the run record: %w", endErr))
	}

	if outcome != Failed {
		return nil
	}

	return runErr
}

// do calls the job while its lock is being kept.
func (r *Runner) do(ctx context.Context, p *pass, do job) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)

	var keeping sync.WaitGroup

	keeping.Go(func() { p.lock.keep(ctx, r.db, cancel) })

	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the job panicked: %v", cause)
		}

		if errors.Is(context.Cause(ctx), errLockLost) {
			err = errLockLost
		}

		cancel(nil)
		keeping.Wait()
	}()

	return do(ctx, p)
}

func result(err error) Result {
	var (
		s skipped
		i incomplete
	)

	switch {
	case err == nil, errors.As(err, &i):
		return Success
	case errors.As(err, &s):
		return Skipped
	default:
		return Failed
	}
}

// begin takes the lock and opens the run record. A record that is still open belongs
// to a run that died: it is closed as failed.
func (r *Runner) begin(ctx context.Context, p *pass, args JobArgs, now time.Time) (id int64, err error) {
	err = r.db.Tx(ctx, func(tx *sql.Tx) error {
		died, err := p.lock.take(ctx, tx)
		if err != nil {
			return err
		}

		if died {
			if err := closeDead(ctx, tx, args.JobName, now); err != nil {
				return err
			}
		}

		id, err = openRecord(ctx, tx, args, now)

		return err
	})

	return id, err
}

// end closes the run record and releases the lock, and returns the job's row of the schedule. A run
// that lost its lock leaves its record to the run that took it; then there is none.
func (r *Runner) end(ctx context.Context, p *pass, e ending) (row *state, err error) {
	from, old := r.tidy.due(p.lock.job, e.at)
	tidied := false

	err = r.db.Tx(ctx, func(tx *sql.Tx) error {
		switch err := p.lock.release(ctx, tx); {
		case errors.Is(err, errLockLost):
			return nil
		case err != nil:
			return err
		}

		closed, err := closeRecord(ctx, tx, p, e)
		if err != nil {
			return err
		}

		row = &closed

		if old {
			tidied, err = dropOld(ctx, tx, p.lock.job, e, from)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	if tidied {
		r.tidy.done(p.lock.job, e.at)
	}

	return row, nil
}

// message is what is kept of an error, "" for none.
func message(err error) string {
	if err == nil {
		return ""
	}

	return err.Error()
}

func (r *Runner) log(ctx context.Context, p *pass, outcome Result, err error) {
	switch outcome {
	case Success:
		if err != nil {
			p.logger.WarnContext(ctx, "the job could not do all of its work",
				slog.Any("error", err), slog.Any("found", p.found), slog.Any("done", p.done))

			return
		}

		p.logger.DebugContext(ctx, "the job ran", slog.Any("found", p.found), slog.Any("done", p.done))
	case Skipped:
		p.logger.DebugContext(ctx, "the job was skipped", slog.String("reason", err.Error()))
	case Failed:
		p.logger.ErrorContext(ctx, "the job failed", slog.Any("error", err), slog.Any("found", p.found), slog.Any("done", p.done))
	}
}
