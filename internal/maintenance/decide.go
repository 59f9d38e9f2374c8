package maintenance

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

// TakeOver lets a held window that has not started act in the actor's name, and with it
// the windows that follow in its series.
func (s *Windows) TakeOver(ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act) (Window, error) {
	d := transition{actor: actor, action: audit.WindowTakeOver}

	err := s.act(ctx, id, act, d, func(tx *sql.Tx, w *Window) error {
		now := s.now()

		if w.Phase != Held || w.StartedAt != nil {
			return w.conflict("It is %s: there is nothing to take over.", w.Phase)
		}

		if err := s.checkOverlaps(ctx, tx, []Span{{w.StartsAt, w.EndsAt}}, exclusion{window: w.ID}); err != nil {
			return err
		}

		if w.Series != nil {
			if err := s.takeOverSeries(ctx, tx, w, actor); err != nil {
				return err
			}
		}

		w.ActsFor = actor.Username
		w.enter(Announced, now)

		return s.claim(ctx, tx, w)
	})
	if err != nil {
		return Window{}, err
	}

	return s.advanceAndGet(ctx, service, id)
}

func (s *Windows) takeOverSeries(ctx context.Context, tx *sql.Tx, w *Window, actor audit.Actor) error {
	one, err := s.seriesOf(ctx, tx, *w.Series)
	if err != nil {
		return err
	}

	_, err = tx.ExecContext(ctx, `
		UPDATE opsconsole_windows SET acts_for = $1 WHERE series_id = $2 AND phase = 'announced' AND acts_for = $3`,
		actor.Username, one.id, w.ActsFor)
	if err != nil {
		return fmt.Errorf("take over the windows of series %d: %w", one.id, err)
	}

	one.actsFor = actor.Username

	return s.writeSeries(ctx, tx, &one)
}

// Settled is Settle's answer once more: the window as it stands now, or a CONFLICT while something
// of it still waits for a decision, since what was decided came to nothing.
func (s *Windows) Settled(ctx context.Context, id int64) (Window, error) {
	w, err := s.Get(ctx, id)
	if err != nil {
		return Window{}, err
	}

	leases, err := s.Leases(ctx, id)
	if err != nil {
		return Window{}, err
	}

	for _, l := range leases {
		if l.State == lease.Held && l.Settled() {
			return Window{}, w.conflict("It still needs a decision: the last decision could not be carried out. %s", l.Note)
		}
	}

	return w, nil
}

// Settle decides about what a window is to put back and somebody else has changed: keep
// what is set now, or put it back all the same.
func (s *Windows) Settle(
	ctx context.Context, service ops.Service, actor audit.Actor, id int64, act Act, keep bool,
) (Window, error) {
	d := transition{actor: actor, action: audit.WindowSettle, message: "The previous values are restored."}
	if keep {
		d.message = "The current values are kept."
	}

	leases, err := s.Leases(ctx, id)
	if err != nil {
		return Window{}, err
	}

	err = s.act(ctx, id, act, d, func(tx *sql.Tx, w *Window) error {
		if w.waiting() || w.stored == Active || !anyHeld(leases) {
			return w.conflict("Nothing in it needs a decision.")
		}

		return s.claim(ctx, tx, w)
	})
	if err != nil {
		return Window{}, err
	}

	for _, l := range leases {
		if l.State != lease.Held {
			continue
		}

		if keep {
			_, err = s.Changes.Confirm(ctx, actor, l.ID, act.Reason)
		} else {
			_, err = s.Changes.End(ctx, service, actor, l.ID, act.Reason)
		}

		if err != nil {
			return Window{}, err
		}
	}

	return s.advanceAndGet(ctx, service, id)
}
