package maintenance

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// claimDuration is how long a boundary is left to whoever began with it. It is short: what
	// keeps two from doing it twice are the revisions, this only keeps them apart.
	claimDuration = 5 * time.Second
	// maxRetryPause is the longest pause between two tries, and pendingPause how often it is
	// looked whether what a window waits for has come.
	maxRetryPause = 10 * time.Second
	pendingPause = 5 * time.Second
	// sweepInterval is how often it is looked for what a window left behind.
	sweepInterval = 5 * time.Second
	// maxSteps bounds what is done of a window at a time.
	maxSteps = 8
	// maxDue bounds how many windows a tick looks at.
	maxDue = 50
)

// errStale stops an act on a window that is no longer what it was when the act began.
var errStale = errors.New("the window has changed meanwhile")

// waits says what a window waits for; nothing has failed.
type waits string

func (w waits) Error() string { return string(w) }

// due selects the windows of which something is due at $1. A try that is farther away
// than any pause, $2, was put off before the clock was set back.
const due = `due_at <= $1 AND (next_try_at IS NULL OR next_try_at <= $1 OR next_try_at > $2)`

func (s *Windows) dueArgs() []any {
	now := s.now()

	return []any{store.Time{Time: now}, store.Time{Time: now.Add(2 * maxRetryPause)}}
}

// Tick does every boundary that is due; what fails is tried again later. It is to be
// called every second, by every process.
func (s *Windows) Tick(ctx context.Context, service ops.Service) error {
	list, err := s.dueNow(ctx)
	if err != nil {
		return err
	}

	errs := []error{s.sweep(ctx)}

	for _, w := range list {
		if err := s.ApplyBoundary(ctx, service, w.id, w.revision); err != nil {
			errs = append(errs, fmt.Errorf("window %d: %w", w.id, err))
		}
	}

	return errors.Join(errs...)
}

// sweep finds what a window that is over holds all the same, every few seconds: a
// request that was given up as lost may be carried out late. The window is due again.
func (s *Windows) sweep(ctx context.Context) error {
	now, last := s.now(), s.swept.Load()
	if last != nil && now.Sub(*last).Abs() < sweepInterval || !s.swept.CompareAndSwap(last, &now) {
		return nil
	}

	open, err := s.Changes.Leases(ctx)
	if err != nil {
		return err
	}

	for _, lease := range open {
		if lease.Window == nil {
			continue
		}

		w, err := s.Get(ctx, *lease.Window)
		if err != nil {
			return err
		}

		if !w.stored.Final() || !w.dueAt.IsZero() {
			continue
		}

		err = s.transition(ctx, w, transition{
			actor: changes.Scheduled(w.ActsFor), action: audit.WindowEnd, outcome: audit.Unknown, reason: w.Reason,
			message: fmt.Sprintf("Change %d was carried out late; it is put back.", lease.Change),
		}, func(w *Window) { w.schedule(); w.dueAt = epoch() })
		if err != nil && !errors.Is(err, errStale) {
			return err
		}
	}

	return nil
}

type dueWindow struct{ id, revision int64 }

func (s *Windows) dueNow(ctx context.Context) ([]dueWindow, error) {
	rows, err := s.DB.Read().QueryContext(ctx, fmt.Sprintf(
		`SELECT id, revision FROM opsconsole_windows WHERE %s ORDER BY due_at, id LIMIT %d`, due, maxDue), s.dueArgs()...)
	if err != nil {
		return nil, fmt.Errorf("look for windows that are due: %w", err)
	}
	defer rows.Close()

	var out []dueWindow

	for rows.Next() {
		var w dueWindow
		if err := rows.Scan(&w.id, &w.revision); err != nil {
			return nil, fmt.Errorf("look for windows that are due: %w", err)
		}

		out = append(out, w)
	}

	return out, rows.Err()
}

// ApplyBoundary does what is due of the window, as far as it gets. It does nothing when
// the window is at another revision or nothing is due; applying twice is the same as
// once. What the control plane refuses is no error: the window says so, and is tried
// again.
func (s *Windows) ApplyBoundary(ctx context.Context, service ops.Service, id, revision int64) error {
	claimed := false

	err := s.DB.Tx(ctx, func(tx *sql.Tx) error {
		args := append(s.dueArgs(), store.Time{Time: s.now().Add(claimDuration)}, id, revision)

		done, err := tx.ExecContext(ctx,
			`UPDATE opsconsole_windows SET next_try_at = $3 WHERE id = $4 AND revision = $5 AND `+due, args...)
		if err != nil {
			return fmt.Errorf("claim the boundary: %w", err)
		}

		n, err := done.RowsAffected()
		claimed = n > 0

		return err
	})
	if err != nil || !claimed {
		return err
	}

	return s.advance(ctx, service, id)
}

// advance takes one step after the other until nothing is due, or something is in the way.
func (s *Windows) advance(ctx context.Context, service ops.Service, id int64) error {
	for range maxSteps {
		w, err := s.Get(ctx, id)
		if err != nil {
			return err
		}

		if w.dueAt.IsZero() || w.dueAt.After(s.now()) {
			return nil
		}

		switch err := s.step(ctx, service, w); {
		case err == nil:
		case errors.Is(err, errStale):
			return nil // somebody else is at it
		default:
			return s.postpone(ctx, w, err)
		}
	}

	return nil
}

// step does the next thing. An error says what is in the way of it.
func (s *Windows) step(ctx context.Context, service ops.Service, w Window) error {
	now := s.now()

	switch {
	case w.waiting() && !now.Before(w.EndsAt):
		return s.miss(ctx, w)
	case w.stored == Announced:
		return s.start(ctx, service, w)
	case w.stored == Active:
		return s.transition(ctx, w, transition{
			actor: changes.Scheduled(w.ActsFor), action: audit.WindowEnd, reason: w.Reason, message: "Its end has come.",
		}, func(w *Window) { w.enter(Verifying, s.now()) })
	case (w.stored == Verifying || w.stored == Overrun) && w.verifiedAt.IsZero():
		return s.verify(ctx, service, w)
	default:
		return s.finish(ctx, service, w)
	}
}

// transition changes a window that is still at the revision that was seen.
func (s *Windows) transition(ctx context.Context, seen Window, d transition, fn func(w *Window)) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		w, err := s.locked(ctx, tx, seen.ID)
		if err != nil {
			return err
		}

		if w.Revision != seen.Revision {
			return errStale
		}

		return s.change(ctx, tx, w, d, func(w *Window) error {
			fn(w)

			return nil
		})
	})
}

// change lets fn change a locked window and saves it. When one of a series no longer
// waits, another one is written ahead.
func (s *Windows) change(ctx context.Context, tx *sql.Tx, w Window, d transition, fn func(w *Window) error) error {
	before := w

	if err := fn(&w); err != nil {
		return err
	}

	if err := s.save(ctx, tx, &w, d); err != nil {
		return err
	}

	if w.Series == nil || !before.waiting() || w.waiting() {
		return nil
	}

	return s.topUp(ctx, tx, *w.Series, d.actor)
}

// guard lets a change of the window pass only while the window is what it was.
func (s *Windows) guard(w Window) func(ctx context.Context, tx *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE opsconsole_windows SET revision = revision WHERE id = $1 AND revision = $2`,
			w.ID, w.Revision)
		if err != nil {
			return err
		}

		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errStale)
		}

		return nil
	}
}

// postpone notes what is in the way, and when to try again. Only what is neither the
// control plane's nor somebody's doing is an error.
func (s *Windows) postpone(ctx context.Context, w Window, cause error) error {
	var (
		wait  waits
		pause = min(time.Second<<min(w.tries, 4), maxRetryPause)
		note  = ops.Clip(sentence(cause))
		tries = w.tries + 1
	)

	if errors.As(cause, &wait) {
		pause, note, tries = pendingPause, string(wait), 0
	}

	err := s.DB.Tx(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE opsconsole_windows SET tries = $1, next_try_at = $2, trouble = $3 WHERE id = $4 AND revision = $5`,
			tries, store.Time{Time: s.now().Add(pause)}, note, w.ID, w.Revision)

		return err
	})

	if w.trouble != note {
		s.Logger.WarnContext(ctx, "a maintenance window waits", "window", w.ID, "phase", w.stored, "error", cause)
	}

	if ops.AsError(cause).Code == ops.CodeInternal && wait == "" {
		return errors.Join(cause, err)
	}

	return err
}
