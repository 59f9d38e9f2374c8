package maintenance

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/internal/retry"
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
	pendingPause  = 5 * time.Second
	// maxSteps bounds what is done of a window at a time.
	maxSteps = 8
)

// retryFailed is when a boundary that failed is tried again, retryPending when one is
// that waits for something.
func retryFailed() retry.Policy {
	return retry.Policy{First: time.Second, Max: maxRetryPause, ClaimFor: claimDuration}
}

func retryPending() retry.Policy { return retry.Policy{First: pendingPause, Max: pendingPause} }

// retryRow is the window while it is as it was seen.
func retryRow(w Window) retry.Row {
	return retry.Row{Table: windowTable, Condition: "id = $1 AND revision = $2", Args: []any{w.ID, w.Revision}, Tries: w.tries}
}

// errStale stops an act on a window that is no longer what it was when the act began.
var errStale = errors.New("the window has changed meanwhile")

// pendingError says what a window waits for; nothing has failed. Its cause is what an
// operator or the platform has to clear up, nil where it clears up by itself.
type pendingError struct {
	message string
	cause   error
}

func (e pendingError) Error() string { return e.message }

// ApplyBoundary does what is due of the window, as far as it gets. It does nothing when
// the window is at another revision or nothing is due; applying twice is the same as
// once. What the control plane refuses is no error: the window says so, and is tried
// again.
func (s *Windows) ApplyBoundary(ctx context.Context, service ops.Service, id, revision int64) error {
	claimed := false
	row := retry.Row{
		Table: windowTable, Condition: "id = $1 AND revision = $2 AND due_at <= $3", Args: []any{id, revision, store.Time{Time: s.now()}},
	}

	err := s.DB.Tx(ctx, func(tx *sql.Tx) error {
		now, err := s.shared(ctx, tx)
		if err != nil {
			return err
		}

		claimed, err = retryFailed().Claim(ctx, tx, row, now)

		return err
	})
	if err != nil || !claimed {
		return err
	}

	failpoint.Reach(failpoint.WindowClaimed)

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
			failpoint.Reach(failpoint.WindowStep)
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

// postpone notes what is in the way, and when to try again. Only what is neither the
// control plane's nor somebody's doing is an error.
func (s *Windows) postpone(ctx context.Context, w Window, cause error) error {
	policy, note, failed := retryFailed(), ops.Clip(errorText(cause)), cause
	pending, waits := errors.AsType[pendingError](cause)

	if waits {
		policy, note, failed = retryPending(), pending.message, pending.cause
	}

	kept := failure.Of(failed)

	err := s.DB.Tx(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
		now, err := s.shared(ctx, tx)
		if err != nil {
			return err
		}

		return policy.Postpone(ctx, tx, retryRow(w), now, append(kept.Columns(), store.Column{Name: "trouble", Value: note})...)
	})

	failpoint.Reach(failpoint.WindowPostponed)

	if w.tryNote != note {
		s.Logger.WarnContext(ctx, "a maintenance window waits", "window", w.ID, "phase", w.stored, "error", cause)
	}

	if w.tryNote != note || (w.tries > 0) == waits { // it says something else, or is overdue where it was not
		s.OnChange()
	}

	if ops.AsError(cause).Code == ops.CodeInternal && !waits {
		return errors.Join(cause, err)
	}

	return err
}
