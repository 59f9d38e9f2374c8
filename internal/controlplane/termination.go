package controlplane

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// DeleteInstance implements [ops.Instances]. An instance that has no pod is gone at
// once. Any other is stopping until the background jobs have ended its pod, and
// goes then. To delete it again meanwhile is harmless.
func (s session) DeleteInstance(ctx context.Context, id int64) error {
	if err := s.allowAny(ctx); err != nil {
		return err
	}

	defer s.recount.forget()

	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		instance, err := getInstance(ctx, tx, id)
		if err != nil {
			return err
		}

		if role, _ := ops.ParseRole(string(s.caller.Role)); role == ops.RoleAnalyst && instance.OwnerUsername != s.caller.Username {
			return ops.InsufficientRole(ops.RoleAdmin, role)
		}

		// The conditions look at the rows again: a job may have moved the instance on.
		gone, err := jobs.DeleteInstance(ctx, s.db.Dialect(), tx, id,
			`pod_name IS NULL AND status IN ('waiting_for_snapshot', 'failed', 'suspended')`)
		if err != nil || gone {
			return err
		}

		if instance.Status != ops.InstanceStopping {
			if err := s.canEndPod(instance, "delete"); err != nil {
				return err
			}
		}

		_, err = tx.ExecContext(ctx, `UPDATE instances SET status = $1, updated_at = $2 WHERE id = $3 AND status <> $1`,
			ops.InstanceStopping, store.Time{Time: s.now()}, id)
		if err != nil {
			return fmt.Errorf("stop instance %d: %w", id, err)
		}

		return nil
	})
}
