package jobs

import (
	"cmp"
	"context"
	"database/sql"

	"github.com/graph-olap/opsconsole/ops"
)

// follow moves an instance that is on its way to where its pod is.
func (r *PodRuntime) follow(ctx context.Context, k kept, pod Pod) error {
	var err error

	switch {
	case pod.ended():
		return r.fail(ctx, k, pod)
	case pod.Ending && k.status == ops.InstanceResuming:
		// It is the pod that was suspended: there will be another.
		_, err = r.update(ctx, `UPDATE instances SET pod_name = NULL WHERE id = $1 AND status = $2 AND pod_name = $3`,
			k.id, k.status, k.pod)
	case pod.Ending:
	case pod.Ready:
		_, err = r.update(ctx, `
			UPDATE instances SET status = 'running', pod_ip = $1, started_at = COALESCE(started_at, $2), last_activity_at = $2,
			       updated_at = $2, error_code = NULL, error_message = NULL
			 WHERE id = $3 AND status = $4 AND pod_name = $5`,
			nullable(pod.IP), r.at(), k.id, k.status, k.pod)
	case pod.Message != k.message:
		_, err = r.update(ctx, `UPDATE instances SET error_message = $1 WHERE id = $2 AND status = $3 AND pod_name = $4`,
			nullable(pod.Message), k.id, k.status, k.pod)
	}

	return err
}

// fail gives an instance up whose pod is over. The pod stays, with its log, until the
// instance is deleted.
func (r *PodRuntime) fail(ctx context.Context, k kept, pod Pod) error {
	_, err := r.update(ctx, `
		UPDATE instances SET status = 'failed', error_code = $1, error_message = $2, updated_at = $3
		 WHERE id = $4 AND status = $5 AND pod_name = $6`,
		pod.errorCode(k.status), pod.failure(), r.at(), k.id, k.status, k.pod)

	return err
}

// failure says why a pod is over.
func (p Pod) failure() string {
	if p.Phase == PodSucceeded {
		return cmp.Or(p.Message, "The pod has ended.")
	}

	return cmp.Or(p.Message, "The pod failed.")
}

// end deletes the pod of an instance that is stopping or suspended, and settles the
// instance when the pod is gone.
func (r *PodRuntime) end(ctx context.Context, k kept, pod Pod, there bool) error {
	switch {
	case there && pod.Ending:
		return nil
	case there:
		return r.cluster.DeletePod(ctx, pod)
	case !k.pod.Valid && k.attempts > 0 && r.now().Sub(k.lastAt.Time).Abs() < attemptFor:
		return nil // another replica may be making it right now
	}

	if there, err := r.cluster.HasPod(ctx, k.podName()); there || err != nil {
		return err // not seen yet, or not one that the selector finds: the reconciliation job says so
	}

	return r.db.Tx(ctx, func(tx *sql.Tx) error {
		if k.status == ops.InstanceStopping {
			_, err := DeleteInstance(ctx, r.db.Dialect(), tx, k.id, stopping)

			return err
		}

		_, err := tx.ExecContext(ctx, `
			UPDATE instances SET pod_name = NULL, pod_ip = NULL, memory_usage_bytes = NULL
			 WHERE id = $1 AND status = 'suspended' AND pod_name = $2`, k.id, k.pod)

		return err
	})
}
