package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/internal/chore"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Runtime stands in for a cluster where none is configured: it moves instances
// through their states, so that everything around them can be used. It starts no
// graph database: an instance that it calls running answers no query and has no
// address, and its pod name, inprocess-ID, is no pod's. Nobody can use such an
// instance, so its last activity stays the moment it started; and the memory that it
// reports is not measured, but the size of the snapshot that it would have loaded.
//
// An instance that names a pod of anybody else it leaves alone, and says so once.
//
// Each step is one conditional update, so that several replicas may run it.
type Runtime struct {
	db     *store.DB
	now    func() time.Time
	logger *slog.Logger
	// warned says that the log was told of others' pods.
	warned atomic.Bool
}

// NewRuntime returns a Runtime over the platform's tables.
func NewRuntime(db *store.DB, now func() time.Time, logger *slog.Logger) *Runtime {
	return &Runtime{db: db, now: now, logger: logger}
}

// inProcess begins the pod names that the Runtime gives.
const inProcess = "inprocess-"

// Which instances the Runtime may touch: those without a pod, and those whose pod it
// named. The pod of any other is real, and its name is all that leads to it.
const (
	namedHere = `pod_name = '` + inProcess + `' || id`
	ours      = `(pod_name IS NULL OR ` + namedHere + `)`
)

// How long instances stay in the states on the way, in the time of the clock.
const (
	startingFor = 4 * time.Second
	resumingFor = 3 * time.Second
	stoppingFor = 3 * time.Second
)

// lookEvery is how often the Runtime looks for instances that somebody has set on their way, and
// warnEvery for pods of others.
const (
	lookEvery = 5 * time.Second
	warnEvery = time.Minute
)

// Run moves the instances until the context is done: those that are on their way when they are due.
func (r *Runtime) Run(ctx context.Context) error {
	var warned time.Time

	return chore.New(chore.Config{
		Name: "the in-process runtime", Every: lookEvery, Now: r.now, Logger: r.logger,
		Do: func(ctx context.Context) (next time.Time, err error) {
			if now := r.now(); now.Sub(warned).Abs() >= warnEvery {
				warned, err = now, r.warn(ctx)
			}

			next, stepErr := r.step(ctx)

			return next, errors.Join(err, stepErr)
		},
	}).Run(ctx)
}

// moving is an instance on its way from one state to the next.
type moving struct {
	id      int64
	status  ops.InstanceStatus
	updated string
}

// Step moves every instance of ours whose time in its state is over.
func (r *Runtime) Step(ctx context.Context) error {
	if err := r.warn(ctx); err != nil {
		return err
	}

	_, err := r.step(ctx)

	return err
}

// step moves them, and returns when the next one is due, zero where none is on its way.
func (r *Runtime) step(ctx context.Context) (next time.Time, err error) {
	instances, err := query(ctx, r.db.Read(), func(m *moving) []any { return []any{&m.id, &m.status, &m.updated} }, `
		SELECT id, status, updated_at FROM instances
		 WHERE status IN ('starting', 'stopping', 'resuming') AND `+ours+` OR status = 'suspended' AND `+namedHere+` ORDER BY id`)
	if err != nil {
		return next, err
	}

	var errs []error

	for _, m := range instances {
		due, err := r.move(ctx, m)
		if err != nil {
			errs = append(errs, fmt.Errorf("instance %d: %w", m.id, err))
		}

		if !due.IsZero() && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}

	return next, errors.Join(errs...)
}

// warn tells the log, once, that there are instances whose pods are not ours.
func (r *Runtime) warn(ctx context.Context) error {
	if r.warned.Load() {
		return nil
	}

	var others bool

	err := r.db.Read().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM instances WHERE NOT `+ours+`)`).Scan(&others)
	if err != nil {
		return fmt.Errorf("look for others' pods: %w", err)
	}

	if others && r.warned.CompareAndSwap(false, true) {
		r.logger.WarnContext(ctx, "instances have pods, but no cluster is configured: the pods stay, even when their instances are "+
			"deleted or suspended; configure the cluster with --kubeconfig or --kubernetes-in-cluster")
	}

	return nil
}

// stay is how long an instance stays in the state that it is in.
func (m moving) stay() time.Duration {
	switch m.status {
	case ops.InstanceStarting:
		return startingFor
	case ops.InstanceResuming:
		return resumingFor
	case ops.InstanceStopping:
		return stoppingFor
	case ops.InstanceSuspended, ops.InstanceRunning, ops.InstanceFailed, ops.InstanceWaitingForSnapshot:
		return 0
	default:
		return 0
	}
}

// move moves an instance, or returns when it is due.
func (r *Runtime) move(ctx context.Context, m moving) (due time.Time, err error) {
	updated, err := ops.ParseTime(m.updated)
	if err != nil {
		return due, err
	}

	now := store.Time{Time: r.now()}
	if now.Sub(updated.Time).Abs() < m.stay() {
		return updated.Add(m.stay()), nil
	}

	return due, r.db.Tx(ctx, func(tx *sql.Tx) error {
		var err error

		switch m.status {
		case ops.InstanceStarting:
			_, err = tx.ExecContext(ctx, `
				UPDATE instances SET status = 'running', pod_name = $1, started_at = $2, last_activity_at = $2, updated_at = $2
				 WHERE id = $3 AND status = 'starting' AND `+ours, PodName(m.id), now, m.id)
		case ops.InstanceResuming:
			_, err = tx.ExecContext(ctx, `
				UPDATE instances SET status = 'running', pod_name = $1, last_activity_at = $2, updated_at = $2
				 WHERE id = $3 AND status = 'resuming' AND `+ours, PodName(m.id), now, m.id)
		case ops.InstanceStopping:
			_, err = DeleteInstance(ctx, r.db.Dialect(), tx, m.id, `status = 'stopping' AND `+ours)
		case ops.InstanceSuspended:
			_, err = tx.ExecContext(ctx, `
				UPDATE instances SET pod_name = NULL, memory_usage_bytes = NULL
				 WHERE id = $1 AND status = 'suspended' AND `+namedHere, m.id)
		case ops.InstanceRunning, ops.InstanceFailed, ops.InstanceWaitingForSnapshot:
		}

		return err
	})
}

// PodName is what the Runtime calls the pod of an instance.
func PodName(id int64) string { return inProcess + strconv.FormatInt(id, 10) }

// loaded is the pod of an instance and the bytes of its snapshot.
type loaded struct {
	pod   string
	bytes int64
}

// MemoryUsage implements [Memory] for the instances that the Runtime runs.
func (r *Runtime) MemoryUsage(ctx context.Context) (map[string]int64, error) {
	all, err := query(ctx, r.db.Read(), func(l *loaded) []any { return []any{&l.pod, &l.bytes} }, `
		SELECT i.pod_name, COALESCE(s.size_bytes, 0) FROM instances i JOIN snapshots s ON s.id = i.snapshot_id
		 WHERE i.status = 'running' AND i.pod_name = '`+inProcess+`' || i.id`)
	if err != nil {
		return nil, err
	}

	usage := make(map[string]int64, len(all))
	for _, l := range all {
		usage[l.pod] = l.bytes
	}

	return usage, nil
}
