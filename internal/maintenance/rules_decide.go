package maintenance

import (
	"context"
	"database/sql"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/humantime"
)

// DecideRules says whether a window that newer rules moved keeps its time on the clocks, as it
// does by itself, or takes the moment again that it had before: subscribers are told then. It
// returns a CONFLICT for one that no rules have moved, and where the old moment is in the way of
// another window, or gone.
func (s *Windows) DecideRules(ctx context.Context, actor audit.Actor, id int64, act Act, oldMoment bool) (Window, error) {
	d := transition{actor: actor, action: audit.WindowRules, message: "It keeps its time."}
	if oldMoment {
		d.event, d.message = EventChanged, "It returns to the time it had under the previous rules."
	}

	err := s.act(ctx, id, act, d, func(tx *sql.Tx, w *Window) error {
		if err := w.CheckRulesMove(); err != nil {
			return err
		}

		m := w.RulesMove
		if oldMoment && m.Stays != "" {
			return w.conflict("It could not be moved, and keeps its previous moment. Change its times, or leave it where it is.")
		}

		w.RulesMove = nil

		if !oldMoment {
			return nil
		}

		if !m.StartsAt.After(s.now()) {
			return w.conflict("The previous moment is no longer possible: %s.", humantime.Say(m.StartsAt, w.Location()))
		}

		w.StartsAt, w.EndsAt = m.StartsAt, m.EndsAt
		w.PlannedStartsAt, w.PlannedEndsAt = w.StartsAt, w.EndsAt
		w.schedule()

		if err := s.checkLeases(ctx, tx, w.Plan, []Span{{w.StartsAt, w.EndsAt}}); err != nil {
			return err
		}

		return s.checkOverlaps(ctx, tx, []Span{{w.StartsAt, w.EndsAt}}, exclusion{window: w.ID})
	})
	if err != nil {
		return Window{}, err
	}

	return s.Get(ctx, id)
}

// CheckRulesMove is a CONFLICT for a window of which there is nothing to decide.
func (w Window) CheckRulesMove() error {
	if w.RulesMove == nil {
		return w.conflict("No new rules have moved it since it was last looked at.")
	}

	return nil
}
