package approvals

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
)

// LookEvery is the time between two looks: what another replica wrote shows so soon, and what was
// changed meanwhile voids what was reviewed before.
const LookEvery = time.Second

// LookEveryOff is the same where nothing needs a second person any more: what did stays, and ends in its time.
const LookEveryOff = time.Minute

// settledFor is how long it is looked how an act ended of which that is not known.
const settledFor = 7 * 24 * time.Hour

// Look ends what has waited too long or was reviewed against what is no more, finds out how acts
// ended, and keeps for the pages what is left.
func (a *Approvals) Look(ctx context.Context) error {
	now := a.now()

	if err := a.keepHeard(ctx); err != nil {
		return err
	}

	found, err := find(ctx, a.DB.Read(), `
		WHERE state = $1 OR state = $2 AND decided_at > $3 OR state IN ($2, $4) AND outcome IN ('', $5) AND decided_at > $6 ORDER BY id`,
		Waiting, BrokenGlass, store.Time{Time: now.Add(-BannerFor)}, Approved, audit.Unknown, store.Time{Time: now.Add(-settledFor)})
	if err != nil {
		return err
	}

	shared := now
	if slices.ContainsFunc(found, func(one Approval) bool { return one.State == Waiting }) {
		if shared, err = a.shared(ctx, a.DB.Read()); err != nil {
			return err
		}
	}

	var (
		next Current
		errs []error
	)

	for _, one := range found {
		open, err := a.examine(ctx, one, shared)
		errs = append(errs, err)

		switch {
		case open:
			next.Waiting = append(next.Waiting, one)
		case one.State == BrokenGlass && one.DecidedAt.After(now.Add(-BannerFor)):
			next.Broken = append(next.Broken, one)
		}
	}

	slices.Reverse(next.Broken)

	if before := a.current.Swap(&next); !before.same(next) {
		a.OnChange()
	}

	return errors.Join(errs...)
}

// same reports whether pages show the same of both.
func (c *Current) same(other Current) bool {
	ids := func(list []Approval) (out []int64) {
		for _, one := range list {
			out = append(out, one.ID)
		}

		return out
	}

	return slices.Equal(ids(c.Waiting), ids(other.Waiting)) && slices.Equal(ids(c.Broken), ids(other.Broken))
}

// examine reports whether somebody can still decide about an approval, as they can while nobody knows
// better, and sees to it that it ends otherwise.
func (a *Approvals) examine(ctx context.Context, one Approval, shared time.Time) (open bool, err error) {
	if one.State != Waiting {
		return false, a.settle(ctx, one)
	}

	over := end{at: a.now()}

	if shared.Before(one.ExpiresAt) {
		stand, err := a.Stand(ctx, one.Object)
		if err != nil || stand == one.stand {
			return true, err
		}

		over.state, over.note = Void, "The section has changed since it was reviewed. Review it again."
	} else {
		over.state, over.note = Expired, "Nobody decided on it within 24 hours."
	}

	return false, a.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := over.write(ctx, tx, one.ID)

		return err
	})
}

// settle keeps how an act ended, as soon as that is known.
func (a *Approvals) settle(ctx context.Context, one Approval) error {
	if one.Intent == nil || one.Outcome != "" && one.Outcome != audit.Unknown {
		return nil
	}

	begun, ok, err := a.Audit.Get(ctx, *one.Intent)
	if err != nil || !ok {
		return err
	}

	if begun.Outcome == audit.Intent {
		if begun, ok, err = a.Audit.Newest(ctx, *one.Intent); err != nil || !ok {
			return err
		}
	}

	if begun.Outcome == one.Outcome {
		return nil
	}

	err = a.DB.Tx(ctx, func(tx *sql.Tx) error {
		columns := store.Columns{{Name: "outcome", Value: begun.Outcome}}
		if begun.Change != 0 {
			columns = append(columns, store.Column{Name: "change_id", Value: begun.Change})
		}

		_, err := columns.Update(ctx, tx, table, "id = $1", one.ID)

		return err
	})
	if err != nil {
		return fmt.Errorf("note how approval %d ended: %w", one.ID, err)
	}

	a.OnChange()

	return nil
}
