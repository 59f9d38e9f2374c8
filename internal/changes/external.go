package changes

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Kept is somebody's word that an outside change may stand.
type Kept struct {
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// unreviewedMost is how many outside changes that nobody has looked at are looked through.
const unreviewedMost = 200

// Unreviewed returns the outside changes that nobody has kept or restored, and of which
// some value is still set, newest first.
func (c *Changes) Unreviewed(ctx context.Context) ([]Change, error) {
	found, err := c.list(ctx, fmt.Sprintf(`
		WHERE source = 'external'
			AND id NOT IN (SELECT k.change_id FROM opsconsole_kept_changes k)
			AND id NOT IN (SELECT r.restores FROM opsconsole_changes r WHERE r.restores IS NOT NULL AND r.outcome = 'applied')
		ORDER BY id DESC LIMIT %d`, unreviewedMost))
	if err != nil {
		return nil, err
	}

	var out []Change

	for _, change := range found {
		section, err := SectionOf(change.Section)
		if err != nil {
			return nil, err
		}

		current, err := c.known(ctx, section)
		if err != nil {
			return nil, err
		}

		if slices.ContainsFunc(section.Diff(change.Before, change.After), func(d Difference) bool {
			return d.Field.Equal(d.After, current.Values[d.Field.Name])
		}) {
			out = append(out, change)
		}
	}

	return out, nil
}

// KeepExternal lets an outside change stand: it is not asked about any more.
func (c *Changes) KeepExternal(ctx context.Context, actor audit.Actor, id int64, reason string) (Change, error) {
	if err := ops.Invalid(CheckReason(reason)); err != nil {
		return Change{}, err
	}

	change, err := c.Get(ctx, id)
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
			Message: fmt.Sprintf("What was before change %d is set again: change %d restored it.", id, change.RestoredBy[0]),
		}
	}

	err = c.db.Tx(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `
			INSERT INTO opsconsole_kept_changes (change_id, actor, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			id, actor.Username, reason, store.Time{Time: c.moment()})
		if err != nil {
			return fmt.Errorf("keep change %d: %w", id, err)
		}

		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err // Somebody kept it already.
		}

		_, err = c.log.Append(ctx, tx, actor, audit.Entry{
			Action: audit.ChangeKeep, Object: fmt.Sprintf("history/%d", id), Outcome: audit.Done, Reason: reason, Change: id,
		})

		return err
	})
	if err != nil {
		return Change{}, err
	}

	return c.Get(ctx, id)
}
