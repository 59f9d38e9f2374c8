package changes

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Kept is somebody's word that an outside change may stand.
type Kept struct {
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Unreviewed returns the outside changes that nobody has kept or restored, and of which
// some value is still set, newest first. Of each field the newest one alone is asked about, and none
// once somebody has set the value here.
func (c *Changes) Unreviewed(ctx context.Context) ([]Change, error) {
	found, err := c.list(ctx, `WHERE unreviewed = 1 ORDER BY id DESC`)
	if err != nil {
		return nil, err
	}

	var out []Change

	sections := map[ops.SectionName]Current{}

	for _, change := range found {
		current, looked := sections[change.Section]
		if !looked {
			if current, err = c.Known(ctx, change.Section); err != nil {
				return nil, err
			}

			sections[change.Section] = current
		}

		asked, err := c.asked(ctx, current, change)
		if err != nil {
			return nil, err
		}

		if len(asked) > 0 {
			out = append(out, change)
		}
	}

	return out, nil
}

// KeepExternal lets an outside change stand: it is not asked about any more.
func (c *Changes) KeepExternal(ctx context.Context, actor audit.Actor, id int64, reason string) (Change, error) {
	change, err := c.keepExternal(ctx, actor, id, reason)
	entry := audit.Entry{Action: audit.ChangeKeep, Object: historyObject(id), Reason: reason, Change: change.ID}

	return change, c.Refuse(ctx, actor, entry, err)
}

func historyObject(id int64) string { return fmt.Sprintf("history/%d", id) }

func (c *Changes) keepExternal(ctx context.Context, actor audit.Actor, id int64, reason string) (Change, error) {
	if err := ops.Invalid(CheckReason(reason)); err != nil {
		return Change{}, err
	}

	change, err := c.get(ctx, id)
	if err != nil {
		return Change{}, err
	}

	if change.Source != SourceExternal {
		return Change{}, &ops.Error{
			Code: ops.CodeConflict, Message: fmt.Sprintf("Change %d was made here, so there is nothing to keep.", id),
		}
	}

	if len(change.RestoredBy) > 0 {
		return Change{}, &ops.Error{
			Code:    ops.CodeConflict,
			Message: fmt.Sprintf("The values from before change %d are set again: change %d restored them.", id, change.RestoredBy[0]),
		}
	}

	over, goOn, err := c.DecidedWith(ctx, change)
	if err != nil {
		return Change{}, err
	}

	err = c.write(ctx, func(tx *sql.Tx) error {
		kept, err := c.keepIn(ctx, tx, actor, id, reason)
		if err != nil || !kept {
			return err
		}

		for _, l := range over {
			err := c.closeIn(ctx, tx, actor, l, closing{state: lease.Confirmed, reason: reason, note: decidedOutside, outcome: audit.Done})
			if err != nil && !conflicts(err) { // else somebody is ending it at this moment
				return err
			}
		}

		for _, l := range goOn {
			if err := c.releaseIn(ctx, tx, actor, l, reason); err != nil && !conflicts(err) {
				return err
			}
		}

		return nil
	})
	if err != nil {
		return Change{}, err
	}

	return c.get(ctx, id)
}

// keepIn notes in tx that an outside change may stand; kept is false where somebody noted it before.
func (c *Changes) keepIn(ctx context.Context, tx *sql.Tx, actor audit.Actor, id int64, reason string) (kept bool, err error) {
	done, err := tx.ExecContext(ctx, `
		INSERT INTO opsconsole_kept_changes (change_id, actor, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		id, actor.Username, reason, store.Time{Time: c.now()})
	if err != nil {
		return false, fmt.Errorf("keep change %d: %w", id, err)
	}

	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return false, err
	}

	if err := markReviewed(ctx, tx, id); err != nil {
		return false, err
	}

	_, err = c.log.Append(ctx, tx, actor, audit.Entry{
		Action: audit.ChangeKeep, Object: historyObject(id), Outcome: audit.Done, Reason: reason, Change: id,
	})

	return true, err
}

// markReviewed notes that an outside change is not asked about any more; of other changes
// nobody asks.
func markReviewed(ctx context.Context, tx *sql.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE opsconsole_changes SET unreviewed = 0 WHERE id = $1`, id)
	if err != nil {
		return fmt.Errorf("note that change %d was reviewed: %w", id, err)
	}

	return nil
}

// closeReplacedReviews notes that nobody is asked any more about outside changes of which every field
// was changed outside again: at most as many stay as the section has fields.
func closeReplacedReviews(ctx context.Context, tx *sql.Tx, section ops.SectionName) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE opsconsole_changes SET unreviewed = 0 WHERE section = $1 AND unreviewed = 1 AND NOT EXISTS (
			SELECT 1 FROM opsconsole_change_fields f WHERE f.change_id = opsconsole_changes.id AND NOT EXISTS (
				SELECT 1 FROM opsconsole_change_fields n JOIN opsconsole_changes c ON c.id = n.change_id
				WHERE n.field = f.field AND n.change_id > f.change_id AND c.source = 'external'))`, section)
	if err != nil {
		return fmt.Errorf("note which changes of %s were changed again: %w", section, err)
	}

	return nil
}
