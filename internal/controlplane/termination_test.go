package controlplane_test

import (
	"fmt"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// What has no pod goes at once; what has, or may have, is left to the jobs.
func TestDeleteInstance(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 14, 0) // two in each state: the second with a pod
		exec(t, p.db, `UPDATE instances SET pod_name = 'pod-' || id WHERE id > 7`)

		gone := map[ops.InstanceStatus]bool{ops.InstanceWaitingForSnapshot: true, ops.InstanceFailed: true, ops.InstanceSuspended: true}

		for i, status := range append(ops.InstanceStatuses(), ops.InstanceStatuses()...) {
			id := int64(i + 1)

			if before := must[ops.Instance](t)(p.InstancesAs(carol).GetInstance(t.Context(), id)); before.Status != status {
				t.Fatalf("instance %d is %s, expected %s", id, before.Status, status)
			}

			if err := p.InstancesAs(carol).DeleteInstance(t.Context(), id); err != nil {
				t.Fatalf("delete one that is %s: %v", status, err)
			}

			after, err := p.InstancesAs(carol).GetInstance(t.Context(), id)
			if i < 7 && gone[status] {
				wantCode(t, err, ops.CodeNotFound)

				continue
			}

			if err != nil || after.Status != ops.InstanceStopping {
				t.Errorf("%s with the pod %v became %s, %v, want %s", status, after.PodName, after.Status, err, ops.InstanceStopping)
			}

			// A client tries again when it did not see the answer.
			if err := p.InstancesAs(carol).DeleteInstance(t.Context(), id); err != nil {
				t.Errorf("delete again: %v", err)
			}
		}
	})
}

// A platform's tables have a key that deletes no events, or no key.
func TestDeleteInstanceDeletesItsEvents(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 4, 0) // the first waits for its snapshot

		exec(t, p.db, `UPDATE instances SET status = 'failed' WHERE id IN (2, 3)`)
		exec(t, p.db, `UPDATE instances SET pod_name = 'pod' WHERE id = 4`)
		exec(t, p.db, `INSERT INTO instance_events (instance_id, event_type, created_at)
			SELECT i.id, 'resize_failed', $1 FROM instances i CROSS JOIN instances twice WHERE twice.id < 3`, seededAt)

		for id := int64(1); id <= 4; id++ {
			if id == 2 && p.db.Dialect() == store.Postgres {
				exec(t, p.db, `ALTER TABLE instance_events DROP CONSTRAINT IF EXISTS instance_events_instance_id_fkey,
					DROP CONSTRAINT IF EXISTS fk_events_instance`)
			}

			if err := p.InstancesAs(carol).DeleteInstance(t.Context(), id); err != nil {
				t.Errorf("delete instance %d: %v", id, err)
			}

			// The last is stopping, and keeps its own.
			if left, want := count(t, p.db, `SELECT COUNT(*) FROM instance_events`), 2*max(4-int(id), 1); left != want {
				t.Errorf("%d events are left after %d, want %d", left, id, want)
			}
		}
	})
}

func TestDeleteInstanceIsForItsOwnerAdminsAndOps(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 0, 0)

		for _, caller := range []ops.Caller{alice, carol, dave, {Username: "dave", Role: "OPS"}} {
			instance := must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), request()))

			err := p.InstancesAs(ops.Caller{Username: "bob", Role: ops.RoleAnalyst}).DeleteInstance(t.Context(), instance.ID)
			wantCode(t, err, ops.CodeInsufficientRole)

			if err := p.InstancesAs(caller).DeleteInstance(t.Context(), instance.ID); err != nil {
				t.Errorf("delete by %s, %s: %v", caller.Username, caller.Role, err)
			}
		}

		if n := count(t, p.db, `SELECT COUNT(*) FROM instances`); n != 0 {
			t.Errorf("%d are left, want none", n)
		}
	})
}

func TestDeleteFreesItsPlaceAtOnce(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 1, 0, 0)

		var last ops.Instance

		for i := range 5 {
			r := request()
			r.Name = fmt.Sprintf("graph %d", i)
			last = must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), r))
		}

		exec(t, p.db, `UPDATE instances SET status = 'running', pod_name = 'pod-' || id`)

		_, err := p.InstancesAs(alice).CreateInstance(t.Context(), request())
		wantCode(t, err, ops.CodeConcurrencyLimitExceeded)

		if err := p.InstancesAs(alice).DeleteInstance(t.Context(), last.ID); err != nil {
			t.Fatal(err)
		}

		must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), request()))
	})
}
