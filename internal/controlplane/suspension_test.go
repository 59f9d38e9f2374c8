package controlplane_test

import (
	"encoding/json"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// TestSuspendingLeavesThePodToTheJobs: until they have ended it, there is no other of its name.
func TestSuspendingLeavesThePodToTheJobs(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		const id = 3 // runs

		seed(t, p.db, 1, 7, 0)
		exec(t, p.db, `UPDATE instances SET pod_name = 'pod-3', error_message = 'It was slow.' WHERE id = $1`, id)

		instances := p.InstancesAs(dave)
		asleep := must[ops.Instance](t)(instances.SuspendInstance(t.Context(), id))

		if asleep.Status != ops.InstanceSuspended || asleep.PodName == nil || *asleep.PodName != "pod-3" {
			t.Errorf("it is %s with the pod %v, want suspended with pod-3", asleep.Status, asleep.PodName)
		}

		_, err := instances.ResumeInstance(t.Context(), id)
		wantCode(t, err, ops.CodeInvalidState)
		exec(t, p.db, `UPDATE instances SET pod_name = NULL WHERE id = $1`, id)

		again := must[ops.Instance](t)(instances.ResumeInstance(t.Context(), id))
		if again.Status != ops.InstanceResuming || again.ErrorMessage != nil || again.OwnerUsername != "analyst-0" {
			t.Errorf("it is %s of %s: %v, want resuming, of its owner, without an error", again.Status, again.OwnerUsername, again.ErrorMessage)
		}

		var resumed int
		if err := p.db.Read().QueryRowContext(t.Context(),
			`SELECT COUNT(*) FROM instances WHERE id = $1 AND resume_count = 1 AND suspended_at IS NULL`, id).Scan(&resumed); err != nil || resumed != 1 {
			t.Errorf("resumed once: %d, %v", resumed, err)
		}
	})
}

// TestEventsOfBothTables: what does not fit into a platform's table stands among the rest.
func TestEventsOfBothTables(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 2, 0)
		exec(t, p.db, `INSERT INTO instance_events (instance_id, event_type, details, created_at)
			VALUES (1, 'oom_recovered', '{"memory_gb": 8}', '2026-03-01T09:00:00.000000Z'),
				(1, 'resize_failed', 'no room', '2026-03-01T11:00:00.000000Z'), (2, 'cpu_updated', NULL, '2026-03-01T11:00:00.000000Z')`)
		exec(t, p.db, `INSERT INTO opsconsole_memory_events (instance_id, threshold_percent, memory_usage_bytes, memory_limit_bytes, created_at)
			VALUES (1, 80, 5000000000, 6000000000, '2026-03-01T10:00:00.000000Z')`)

		for query, want := range map[ops.InstanceEventsQuery]string{
			{}: `[{"id":2,"event_type":"resize_failed","details":"no room","created_at":"2026-03-01T11:00:00Z"},` +
				`{"id":-1,"event_type":"memory_high","details":{"threshold_percent":80,"memory_usage_bytes":5000000000,` +
				`"memory_limit_bytes":6000000000},"created_at":"2026-03-01T10:00:00Z"},` +
				`{"id":1,"event_type":"oom_recovered","details":{"memory_gb":8},"created_at":"2026-03-01T09:00:00Z"}]`,
			{Limit: 1, Offset: 2}: `[{"id":1,"event_type":"oom_recovered","details":{"memory_gb":8},"created_at":"2026-03-01T09:00:00Z"}]`,
			{Offset: 3}:           `[]`,
		} {
			events := must[[]ops.InstanceEvent](t)(p.InstancesAs(dave).GetInstanceEvents(t.Context(), 1, query))
			if got, err := json.Marshal(events); err != nil || string(got) != want {
				t.Errorf("%+v: %s, %v, want %s", query, got, err, want)
			}
		}
	})
}
