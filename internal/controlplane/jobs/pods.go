package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// PodRuntime keeps a pod in a cluster for every instance that should have one, and
// moves instances through their states as their pods go. It looks at what is stored
// and at what is there, never at what it did before: a crash forgets nothing. Every
// write is conditional on what was read, and asking the cluster twice does no harm,
// so that several replicas may run it; the attempts to make a pod are claimed, so
// that they take turns. Nothing is asked of the cluster within a transaction.
//
// What it does not believe at once, a pod that is gone, it leaves to the
// reconciliation job.
type PodRuntime struct {
	db      *store.DB
	now     func() time.Time
	logger  *slog.Logger
	cluster WatchedCluster
}

// NewPodRuntime returns a PodRuntime over the platform's tables.
func NewPodRuntime(db *store.DB, now func() time.Time, logger *slog.Logger, cluster WatchedCluster) *PodRuntime {
	return &PodRuntime{db: db, now: now, logger: logger, cluster: cluster}
}

// Run watches the pods, and steps once a second, until the context is done.
func (r *PodRuntime) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)

	var (
		watching sync.WaitGroup
		watchErr error
	)

	watching.Go(func() {
		defer cancel()

		watchErr = r.cluster.Watch(ctx)
	})

	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()

	said := ""

	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-ticker.C:
			said = r.log(ctx, r.Step(ctx), said)
		}
	}

	watching.Wait()

	return watchErr
}

// log tells what is wrong, once for as long as it is, and returns what was said.
func (r *PodRuntime) log(ctx context.Context, err error, said string) string {
	if err == nil || ctx.Err() != nil {
		return ""
	}

	if err.Error() != said {
		r.logger.ErrorContext(ctx, "pods and instances could not be reconciled", slog.Any("error", err))
	}

	return err.Error()
}

// kept is an instance with the pod that it has, or should have.
type kept struct {
	id       int64
	status   ops.InstanceStatus
	pod      sql.NullString
	message  string
	slug     string
	owner    string
	wrapper  string
	snapshot string
	cores    int64 // 0 for those that are configured
	attempts int
	firstAt  store.Time
	lastAt   store.Time
	nextAt   store.Time
}

// podName is the name of the pod that it has, or will have.
func (k kept) podName() string {
	if k.pod.Valid {
		return k.pod.String
	}

	return InstancePod(k.id, k.slug)
}

// keeps selects the instances whose pods are to be made, followed or ended.
const keeps = `
	SELECT i.id, i.status, i.pod_name, COALESCE(i.error_message, ''), COALESCE(i.url_slug, ''), i.owner_username, i.wrapper_type,
	       COALESCE(s.gcs_path, ''), COALESCE(i.cpu_cores, 0), COALESCE(a.attempts, 0), a.first_at, a.last_at, a.next_at
	  FROM instances i
	  LEFT JOIN snapshots s ON s.id = i.snapshot_id
	  LEFT JOIN opsconsole_pod_attempts a ON a.instance_id = i.id
	 WHERE i.status IN ('starting', 'running', 'resuming', 'stopping') OR i.status = 'suspended' AND i.pod_name IS NOT NULL
	 ORDER BY i.id`

func keptFields(k *kept) []any {
	return []any{
		&k.id, &k.status, &k.pod, &k.message, &k.slug, &k.owner, &k.wrapper, &k.snapshot, &k.cores,
		&k.attempts, &k.firstAt, &k.lastAt, &k.nextAt,
	}
}

// Step looks at every instance once. What goes wrong for one does not keep it from
// the others, unless the cluster cannot be reached.
func (r *PodRuntime) Step(ctx context.Context) error {
	// The pods first: what is stored later than they were seen is not taken back.
	pods := r.cluster.Watched()

	instances, err := query(ctx, r.db.Read(), keptFields, keeps)
	if err != nil {
		return fmt.Errorf("look for instances with pods: %w", err)
	}

	var errs []error

	for _, k := range instances {
		pod, there := pods[k.podName()]

		err := r.keep(ctx, k, pod, there)
		if err != nil && !errors.Is(err, errAway) {
			errs = append(errs, fmt.Errorf("instance %d: %w", k.id, err))
		}

		if ctx.Err() != nil || unreachable(err) {
			break
		}
	}

	return errors.Join(errs...)
}

func (r *PodRuntime) keep(ctx context.Context, k kept, pod Pod, there bool) error {
	switch k.status {
	case ops.InstanceStarting, ops.InstanceResuming:
		switch {
		case !k.pod.Valid:
			return r.create(ctx, k)
		case there:
			return r.follow(ctx, k, pod)
		}
	case ops.InstanceRunning:
		if there && pod.ended() {
			return r.fail(ctx, k, pod)
		}
	case ops.InstanceStopping, ops.InstanceSuspended:
		return r.end(ctx, k, pod, there)
	case ops.InstanceFailed, ops.InstanceWaitingForSnapshot:
	}

	return nil
}

// errAway ends a step: the cluster could not be reached, which was told already.
var errAway = errors.New("the cluster cannot be reached")

// unreachable reports that there is no use in asking the cluster anything now.
func unreachable(err error) bool {
	var cluster *ClusterError

	return errors.Is(err, errAway) || errors.As(err, &cluster) && !cluster.Refused
}

// update runs one statement and reports whether it changed a row.
func (r *PodRuntime) update(ctx context.Context, statement string, args ...any) (changed bool, err error) {
	err = r.db.Tx(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, statement, args...))
		changed = n > 0

		return err
	})

	return changed, err
}

func (r *PodRuntime) at() store.Time { return store.Time{Time: r.now()} }
