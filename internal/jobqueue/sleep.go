package jobqueue

import (
	"context"
	"log/slog"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// unfinished looks for jobs that are to be worked.
type unfinished struct {
	db     *store.DB
	schema string
}

// there reports whether any job is not over yet, whoever works it: one whose process dies is for another.
func (u unfinished) there(ctx context.Context) (there bool, err error) {
	table := "river_job"
	if u.schema != "" {
		table = u.schema + "." + table
	}

	err = u.db.Read().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+table+`
		WHERE state IN ('available', 'pending', 'retryable', 'running', 'scheduled'))`).Scan(&there)

	return there, err
}

// idleLooks is how many looks in a row must find no job before the engine sleeps: the first may have come
// before the transaction of the enqueuer that woke it was committed.
const idleLooks = 2

// await sleeps until there is a job; it reports false once the context is done.
func (e *Engine) await(ctx context.Context) bool {
	for ctx.Err() == nil {
		if e.look(ctx) {
			return true
		}

		if e.pause(ctx) {
			return true
		}
	}

	return false
}

// untilIdle returns when there was no job for some looks, or the context is done.
func (e *Engine) untilIdle(ctx context.Context) {
	for idle := 0; idle < idleLooks && ctx.Err() == nil; {
		if e.pause(ctx) || e.look(ctx) {
			idle = 0
		} else {
			idle++
		}
	}
}

// pause waits for the next look; it reports whether somebody enqueued a job here meanwhile.
func (e *Engine) pause(ctx context.Context) (enqueued bool) {
	timer := time.NewTimer(e.config.LookEvery)
	defer timer.Stop()

	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-e.config.Enqueuer.enqueued:
		return ctx.Err() == nil
	}

	return false
}

func (e *Engine) look(ctx context.Context) bool {
	there, err := e.jobs.there(ctx)
	if err != nil && ctx.Err() == nil {
		e.config.Logger.ErrorContext(ctx, "jobs could not be looked for", slog.Any("error", err))
	}

	return there
}
