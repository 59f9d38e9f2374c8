package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// settle is how old a pod without an instance, or an instance without its pod, must
// be to be believed: the two are not made in one step.
const settle = 2 * time.Minute

// reconciliation brings pods and instances together. Beyond the contract it deletes
// the pods of instances that are stopping or suspended, should [PodRuntime] have to
// be made up for, and fails when an instance waits for its pod for too long.
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
			named[i.name()] = true

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
	slug    string
	updated string
	message string
}

// name is that of the pod that it has, or will have once it is made.
func (i podInstance) name() string { return kept{id: i.id, pod: i.pod, slug: i.slug}.podName() }

func podInstanceFields(i *podInstance) []any {
	return []any{&i.id, &i.status, &i.pod, &i.slug, &i.updated, &i.message}
}

func podInstances(ctx context.Context, p *pass) ([]podInstance, error) {
	instances, err := query(ctx, p.db.Read(), podInstanceFields, `
		SELECT id, status, pod_name, COALESCE(url_slug, ''), updated_at, COALESCE(error_message, '') FROM instances
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
	pod, there := pods[i.name()]

	switch {
	case !there && i.status == ops.InstanceStopping, !there && i.pod.Valid && expectsPod(i.status):
		return missing(ctx, p, cluster, i)
	case !there && i.wantsPod() && i.since(p.now()) >= settle:
		return fmt.Errorf("it has no pod yet: %s", cmp.Or(i.message, "nobody has tried to create it"))
	case !there:
		return nil
	case i.pod.Valid && i.status == ops.InstanceRunning && pod.ended():
		return drift(ctx, p, i, ops.InstanceFailed, pod.errorCode(i.status), pod.failure())
	case i.pod.Valid && i.status == ops.InstanceResuming && pod.Phase == PodRunning && !pod.Ending:
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

// wantsPod reports that the instance waits for a pod to be made, see [PodRuntime].
func (i podInstance) wantsPod() bool {
	return !i.pod.Valid && (i.status == ops.InstanceStarting || i.status == ops.InstanceResuming)
}

// since is for how long the instance has been in its state: long enough where that
// cannot be read.
func (i podInstance) since(now time.Time) time.Duration {
	updated, err := ops.ParseTime(i.updated)
	if err != nil {
		return settle
	}

	return now.Sub(updated.Time)
}

func expectsPod(status ops.InstanceStatus) bool {
	return status == ops.InstanceStarting || status == ops.InstanceRunning || status == ops.InstanceResuming
}

// missing settles an instance whose pod is gone, unless the pod is there after all:
// a label selector that fits no longer must not end every instance.
func missing(ctx context.Context, p *pass, cluster Cluster, i podInstance) error {
	there, err := cluster.HasPod(ctx, i.name())

	switch {
	case err != nil:
		return err
	case there && i.status == ops.InstanceStopping && i.since(p.now()) >= settle:
		return fmt.Errorf("its pod %s exists, but the label selector does not match it, so it is left alone", i.name())
	case there:
		return nil
	case i.status != ops.InstanceRunning && i.status != ops.InstanceStopping && i.since(p.now()) < settle:
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
		removed, err = DeleteInstance(ctx, p.db.Dialect(), tx, id, stopping)

		return err
	})

	return removed, err
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

// deleteOrphans leaves and reports pods that a controller made: the label selector
// finds what is not ours.
func deleteOrphans(ctx context.Context, p *pass, cluster Cluster, pods []Pod, named map[string]bool) {
	p.found[countOrphans] = 0

	for _, pod := range pods {
		if named[pod.Name] || pod.Ending || p.now().Sub(pod.CreatedAt) < settle {
			continue
		}

		if pod.Controller != "" {
			if !p.failed(ctx, "pod", pod.Name, fmt.Errorf(
				"the label selector matches it, but it belongs to the %s, so it is left alone", pod.Controller)) {
				return
			}

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
