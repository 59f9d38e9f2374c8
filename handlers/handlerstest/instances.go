package handlerstest

import (
	"context"
	"database/sql"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// LoseInstances has every act on an instance be done, and its answer lost; with notDone it is lost on its
// way there.
func (l *Line) LoseInstances(answers, notDone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.loseActs, l.actsNotDone = answers || notDone, notDone
}

// RefuseInstances lets the control plane refuse every act on an instance, and with nil none.
func (l *Line) RefuseInstances(refusal error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.refuseActs = refusal
}

// Lists is how often the control plane was asked for instances.
func (l *Line) Lists() int64 { return l.lists.Load() }

// InstancesAs is the line to the users' side.
func (l *Line) InstancesAs(caller ops.Caller) ops.Instances {
	l.mu.Lock()
	defer l.mu.Unlock()

	if plane, other := l.instead.(ops.InstancesPlatform); other {
		return plane.InstancesAs(caller)
	}

	return &instancesWire{Instances: l.InstancesPlatform.InstancesAs(caller), line: l}
}

// instancesWire is a caller's end of it.
type instancesWire struct {
	ops.Instances

	line *Line
}

func act[T any](line *Line, do func() (T, error)) (T, error) {
	line.mu.Lock()
	lost, notDone, refusal := line.loseActs, line.actsNotDone, line.refuseActs
	line.mu.Unlock()

	var none T

	switch {
	case refusal != nil:
		return none, refusal
	case notDone:
		return none, noAnswer()
	}

	value, err := do()

	if lost {
		return none, noAnswer()
	}

	return value, err
}

func noAnswer() error {
	return ops.Unavailable(ops.ServiceControlPlane, "no answer").Because(ops.ErrOutcomeUnknown)
}

// DeleteInstance implements [ops.Instances], as do those that follow.
func (w *instancesWire) DeleteInstance(ctx context.Context, id int64) error {
	_, err := act(w.line, func() (struct{}, error) { return struct{}{}, w.Instances.DeleteInstance(ctx, id) })

	return err
}

func (w *instancesWire) SuspendInstance(ctx context.Context, id int64) (ops.Instance, error) {
	return act(w.line, func() (ops.Instance, error) { return w.Instances.SuspendInstance(ctx, id) })
}

func (w *instancesWire) ResumeInstance(ctx context.Context, id int64) (ops.Instance, error) {
	return act(w.line, func() (ops.Instance, error) { return w.Instances.ResumeInstance(ctx, id) })
}

func (w *instancesWire) UpdateInstanceLifecycle(ctx context.Context, id int64, u ops.InstanceLifecycle) (ops.Instance, error) {
	return act(w.line, func() (ops.Instance, error) { return w.Instances.UpdateInstanceLifecycle(ctx, id, u) })
}

func (w *instancesWire) ListInstances(ctx context.Context, query ops.InstancesQuery) (ops.InstancesPage, error) {
	w.line.lists.Add(1)

	return wait(ctx, func(ctx context.Context) (ops.InstancesPage, error) { return w.Instances.ListInstances(ctx, query) })
}

func (w *instancesWire) GetInstance(ctx context.Context, id int64) (ops.Instance, error) {
	return wait(ctx, func(ctx context.Context) (ops.Instance, error) { return w.Instances.GetInstance(ctx, id) })
}

// Instance is an instance of somebody in a state, which has no pod and was used that long ago.
func (w *World) Instance(owner, name string, status ops.InstanceStatus, usedAgo time.Duration) (id int64) {
	w.t.Helper()

	at := store.Time{Time: w.Now().Add(-time.Hour)}

	if err := w.DB.Tx(w.t.Context(), func(tx *sql.Tx) error {
		for _, statement := range []string{
			`INSERT INTO users (username, email, display_name, created_at, updated_at, is_active)
				VALUES ($1, $1 || '@example.com', $1, $2, $2, 1) ON CONFLICT DO NOTHING`,
			`INSERT INTO mappings (owner_username, name, current_version, created_at, updated_at) VALUES ($1, 'sales', 1, $2, $2)`,
			`INSERT INTO mapping_versions (mapping_id, version, node_definitions, edge_definitions, created_at, created_by)
				SELECT MAX(id), 1, '[]', '[]', $2, $1 FROM mappings`,
			`INSERT INTO snapshots (mapping_id, mapping_version, owner_username, name, gcs_path, status, created_at, updated_at)
				SELECT MAX(id), 1, $1, 'sales', 'gs://exports/', 'ready', $2, $2 FROM mappings`,
		} {
			if _, err := tx.ExecContext(w.t.Context(), statement, owner, at); err != nil {
				return err
			}
		}

		return tx.QueryRowContext(w.t.Context(), `
			INSERT INTO instances (snapshot_id, owner_username, wrapper_type, name, url_slug, status, created_at, updated_at, last_activity_at, ttl)
			SELECT MAX(id), $1, 'ryugraph', $2, 'slug-' || MAX(id), $3, $4, $4, $5, 'PT24H' FROM snapshots RETURNING id`,
			owner, name, status, at, store.Time{Time: w.Now().Add(-usedAgo)}).Scan(&id)
	}); err != nil {
		w.t.Fatal(err)
	}

	return id
}
