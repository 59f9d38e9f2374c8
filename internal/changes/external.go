package changes

import (
	"context"
	"database/sql"
	"fmt"
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

// Unreviewed returns the outside changes that nobody has kept or restored, and that
// still hold, newest first.
func (c *Changes) Unreviewed(ctx context.Context) ([]Change, error) {
	return c.list(ctx, `
		WHERE source = 'external'
			AND id NOT IN (SELECT change_id FROM opsconsole_kept_changes)
			AND id IN (SELECT r.change_id FROM opsconsole_sections s
				JOIN opsconsole_revisions r ON r.section = s.section AND r.revision = s.revision)
		ORDER BY id DESC`)
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
