package controlplane_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

func TestCountsAreOfAllRows(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		// Seven analysts and seven statuses: analyst-0 holds what is waiting, and so on.
		seed(t, p.db, 7, 2100, 1000)
		exec(t, p.db, `UPDATE instances SET pod_name = 'pod-' || id WHERE id <= 70`)
		exec(t, p.db, `UPDATE instances SET owner_username = 'analyst-3' WHERE id IN (1, 2)`)
		exec(t, p.db, `UPDATE snapshots SET status = 'failed' WHERE id = 1`)

		must[ops.ConcurrencyConfig](t)(p.As(dave).UpdateConcurrencyConfig(t.Context(),
			opstest.Limits(9, 950)))

		cluster := must[ops.ClusterInstances](t)(p.As(dave).GetClusterInstances(t.Context()))

		perStatus := map[string]int{}
		for _, status := range ops.InstanceStatuses() {
			perStatus[string(status)] = 300
		}

		if cluster.Total != 2100 || !reflect.DeepEqual(cluster.ByStatus, perStatus) {
			t.Errorf("of 2100 instances, 300 in each state, %d and %v were counted", cluster.Total, cluster.ByStatus)
		}

		if want := (ops.Limits{PerAnalyst: 9, ClusterTotal: 950, ClusterUsed: 900, ClusterAvailable: 50}); cluster.Limits != want {
			t.Errorf("limits %+v, want %+v", cluster.Limits, want)
		}

		if got, want := cluster.ByOwner[0], (ops.OwnerCount{OwnerUsername: "analyst-3", Count: 302}); got != want {
			t.Errorf("the first owner is %+v, want %+v", got, want)
		}

		if len(cluster.ByOwner) != 7 || !slices.IsSortedFunc(cluster.ByOwner, func(a, b ops.OwnerCount) int { return b.Count - a.Count }) {
			t.Errorf("owners %+v are not seven, the largest first", cluster.ByOwner)
		}

		want := ops.State{
			// Of each state 300, of which the first ten have a pod.
			Instances: ops.InstancesState{Total: 2100, ByStatus: perStatus, WithoutPodName: 7 * 290},
			Snapshots: ops.SnapshotsState{Total: 7, ByStatus: map[string]int{"ready": 6, "failed": 1}},
			ExportJobs: ops.ExportsState{
				ByStatus: map[string]int{"pending": 200, "claimed": 200, "submitted": 200, "completed": 200, "failed": 200},
			},
		}
		if got := must[ops.State](t)(p.As(dave).GetState(t.Context())); !reflect.DeepEqual(got, want) {
			t.Errorf("state is\n%+v\nwant\n%+v", got, want)
		}
	})
}

func TestCountsOfNothing(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		cluster := must[ops.ClusterInstances](t)(p.As(dave).GetClusterInstances(t.Context()))
		if cluster.ByStatus == nil || cluster.ByOwner == nil || cluster.Total != 0 || cluster.Limits.ClusterAvailable != 50 {
			t.Errorf("an empty cluster is %+v, want lists without entries, and 50 available", cluster)
		}

		seed(t, p.db, 1, 7, 0)
		exec(t, p.db, `UPDATE instances SET status = 'running'`)
		p.clock.Advance(time.Second) // rows without counters are counted once a second
		must[ops.ConcurrencyConfig](t)(p.As(dave).UpdateConcurrencyConfig(t.Context(),
			opstest.Limits(1, 3)))

		cluster = must[ops.ClusterInstances](t)(p.As(dave).GetClusterInstances(t.Context()))
		if cluster.Limits.ClusterUsed != 7 || cluster.Limits.ClusterAvailable != 0 {
			t.Errorf("seven instances above a limit of three are %+v, want 7 used, none available", cluster.Limits)
		}
	})
}

// TestCountsWithoutCounters wants what this process did at once, and what others did
// within a second, on tables that have no counters.
func TestCountsWithoutCounters(t *testing.T) {
	t.Parallel()

	p := open(t, adopted(t, worldtest.Adopted.PostgresURL(t)))
	seed(t, p.db, 1, 7, 0)

	want := func(when string, n int) {
		t.Helper()

		if got := must[ops.ClusterInstances](t)(p.As(dave).GetClusterInstances(t.Context())); got.Total != n {
			t.Errorf("%s: %d instances, want %d", when, got.Total, n)
		}

		if got := must[ops.InstancesPage](t)(p.InstancesAs(alice).ListInstances(t.Context(), ops.InstancesQuery{})); got.Total != n {
			t.Errorf("%s: a list of %d instances, want %d", when, got.Total, n)
		}
	}

	want("at first", 7)

	created := must[ops.Instance](t)(p.InstancesAs(alice).CreateInstance(t.Context(), request()))

	want("one created", 8)

	if err := p.InstancesAs(alice).DeleteInstance(t.Context(), created.ID); err != nil {
		t.Fatal(err)
	}

	want("it is deleted", 7)

	exec(t, p.db, `DELETE FROM instances WHERE id = 1`)
	want("another process deleted one", 7)
	p.clock.Advance(time.Second)
	want("a second later", 6)
}
