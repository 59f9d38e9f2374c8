package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// settle is how old a pod without an instance, or an instance without its pod, must
// be to be believed: the two are not made in one step.
const settle = 2 * time.Minute

// Error codes of instances.
const (
	codeUnexpectedTermination = "UNEXPECTED_TERMINATION"
	codePodFailed             = "POD_FAILED"
	codeSnapshotFailed        = "SNAPSHOT_FAILED"
)

// reconciliation brings pods and instances together. Beyond the contract it deletes
// the pods of instances that are stopping or suspended, since nothing else does.
func reconciliation(cluster Cluster) job {
	if cluster == nil {
		return func(context.Context, *pass) error { return skipped("no Kubernetes cluster is configured") }
	}

	return func(ctx context.Context, p *pass) error {
		// Pods first: an instance that is new since then has a pod that is not listed,
		// and missing asks the cluster again for each of those.
		pods, err := cluster.Pods(ctx)
		if err != nil {
			return err
		}

		instances, err := podInstances(ctx, p)
		if err != nil {
			return err
		}

		byName := make(map[string]Pod, len(pods))
		for _, pod := range pods {
			byName[pod.Name] = pod
		}

		named := make(map[string]bool, len(instances))

		for _, i := range instances {
			named[i.pod.String] = true

			if err := reconcile(ctx, p, cluster, i, byName); err != nil && !p.failed(ctx, "instance", i.id, err) {
				return p.err()
			}
		}

		deleteOrphans(ctx, p, cluster, pods, named)

		return p.err()
	}
}

// podInstance is an instance that has or had a pod, or should have.
type podInstance struct {
	id      int64
	status  ops.InstanceStatus
	pod     sql.NullString
	updated string
}

func podInstances(ctx context.Context, p *pass) ([]podInstance, error) {
	instances, err := query(ctx, p.db.Read(), func(i *podInstance) []any { return []any{&i.id, &i.status, &i.pod, &i.updated} }, `
		SELECT id, status, pod_name, updated_at FROM instances
		 WHERE pod_name IS NOT NULL OR status IN ('starting', 'running', 'stopping', 'resuming') ORDER BY id`)
	if err != nil {
		return nil, err
	}

	p.found[countWithoutPodName] = 0

	for _, i := range instances {
		if !i.pod.Valid && i.status != ops.InstanceStopping {
			p.found[countWithoutPodName]++
		}
	}

	return instances, nil
}

func reconcile(ctx context.Context, p *pass, cluster Cluster, i podInstance, pods map[string]Pod) error {
	pod, there := pods[i.pod.String]

	switch {
	case !there && i.status == ops.InstanceStopping, !there && i.pod.Valid && expectsPod(i.status):
		return missing(ctx, p, cluster, i)
	case !there:
		return nil
	case i.status == ops.InstanceRunning && pod.Phase == PodFailed:
		return drift(ctx, p, i, ops.InstanceFailed, codePodFailed, cmp.Or(pod.Message, "The pod failed."))
	case i.status == ops.InstanceResuming && pod.Phase == PodRunning && !pod.Ending:
		return drift(ctx, p, i, ops.InstanceRunning, "", "")
	case (i.status == ops.InstanceStopping || i.status == ops.InstanceSuspended) && !pod.Ending:
		if err := cluster.DeletePod(ctx, pod); err != nil {
			return err
		}

		p.done[countEndedPodsDeleted]++

		return nil
	default:
		return nil
	}
}

func expectsPod(status ops.InstanceStatus) bool {
	return status == ops.InstanceStarting || status == ops.InstanceRunning || status == ops.InstanceResuming
}

// missing settles an instance whose pod is gone, unless the pod is there after all:
// a label selector that fits no longer must not end every instance.
func missing(ctx context.Context, p *pass, cluster Cluster, i podInstance) error {
	if i.pod.Valid {
		if there, err := cluster.HasPod(ctx, i.pod.String); there || err != nil {
			return err
		}
	}

	if updated, err := ops.ParseTime(i.updated); err == nil && i.status != ops.InstanceRunning &&
		i.status != ops.InstanceStopping && p.now().Sub(updated.Time) < settle {
		return nil // its pod may be about to come
	}

	p.found[countMissing]++

	handled, err := settleMissing(ctx, p, i)
	if handled {
		p.done[countMissingHandled]++
	}

	return err
}

func settleMissing(ctx context.Context, p *pass, i podInstance) (bool, error) {
	if i.status == ops.InstanceStopping {
		return removeInstance(ctx, p, i.id)
	}

	return p.update(ctx, `
		UPDATE instances SET status = 'failed', error_code = $1, error_message = 'The pod is gone.', updated_at = $2
		 WHERE id = $3 AND status = $4 AND pod_name = $5`,
		codeUnexpectedTermination, p.at(), i.id, i.status, i.pod)
}

// removeInstance deletes an instance that is stopping.
func removeInstance(ctx context.Context, p *pass, id int64) (removed bool, err error) {
	err = p.tx(ctx, func(tx *sql.Tx) error {
		removed, err = deleteStopping(ctx, tx, id)

		return err
	})

	return removed, err
}

func deleteStopping(ctx context.Context, tx *sql.Tx, id int64) (bool, error) {
	if _, err := tx.ExecContext(ctx, `
		DELETE FROM instance_events
		 WHERE instance_id IN (SELECT id FROM instances WHERE id = $1 AND status = 'stopping')`, id); err != nil {
		return false, err
	}

	n, err := affected(tx.ExecContext(ctx, `DELETE FROM instances WHERE id = $1 AND status = 'stopping'`, id))

	return n > 0, err
}

// drift brings an instance to the state that its pod is in.
func drift(ctx context.Context, p *pass, i podInstance, to ops.InstanceStatus, code, message string) error {
	p.found[countDrift]++

	fixed, err := p.update(ctx, `
		UPDATE instances SET status = $1, error_code = $2, error_message = $3, updated_at = $4,
		       last_activity_at = CASE WHEN $1 = 'running' THEN $4 ELSE last_activity_at END
		 WHERE id = $5 AND status = $6 AND pod_name = $7`,
		to, nullable(code), nullable(message), p.at(), i.id, i.status, i.pod)
	if fixed {
		p.done[countDriftFixed]++
	}

	return err
}

func deleteOrphans(ctx context.Context, p *pass, cluster Cluster, pods []Pod, named map[string]bool) {
	p.found[countOrphans] = 0

	for _, pod := range pods {
		if named[pod.Name] || pod.Ending || p.now().Sub(pod.CreatedAt) < settle {
			continue
		}

		p.found[countOrphans]++

		if err := cluster.DeletePod(ctx, pod); err != nil {
			p.done[countOrphansFailed]++

			if !p.failed(ctx, "pod", pod.Name, err) {
				return
			}

			continue
		}

		p.done[countOrphansDeleted]++
	}
}
