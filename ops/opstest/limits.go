package opstest

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// testMaintenance checks that maintenance stops creating, and nothing else.
func testMaintenance(t *testing.T, s Subject) {
	ctx, service, instances := t.Context(), s.ops(), s.Instances.InstancesAs(alice())
	running := create(t, s, alice(), "before")

	must[ops.MaintenanceMode](t)(service.SetMaintenanceMode(ctx, ops.MaintenanceUpdate{Enabled: true, Message: "Back at <8> 🛠"}))

	for _, who := range []ops.Caller{alice(), carol(), dave()} {
		_, err := s.Instances.InstancesAs(who).CreateInstance(ctx, request(s, "during"))
		same(t, "message", refusal(t, err, ops.CodeServiceUnavailable).Message, "Back at <8> 🛠")
	}

	must[ops.Instance](t)(instances.GetInstance(ctx, running.ID))
	must[ops.ConcurrencyConfig](t)(service.UpdateConcurrencyConfig(ctx, Limits(1, 1)))

	if err := instances.DeleteInstance(ctx, running.ID); err != nil {
		t.Errorf("terminating in maintenance: %v", err)
	}

	must[ops.MaintenanceMode](t)(service.SetMaintenanceMode(ctx, ops.MaintenanceUpdate{Enabled: true}))

	_, err := instances.CreateInstance(ctx, request(s, "during"))
	refused(t, err, ops.CodeServiceUnavailable) // has a message also when the operators gave none

	must[ops.MaintenanceMode](t)(service.SetMaintenanceMode(ctx, ops.MaintenanceUpdate{Message: "Done"}))
	create(t, s, alice(), "after")
}

// testLimits checks both limits, and that they hold for new instances alone.
func testLimits(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()
	limit := func(perAnalyst, clusterTotal int) {
		t.Helper()

		update := Limits(perAnalyst, clusterTotal)
		must[ops.ConcurrencyConfig](t)(service.UpdateConcurrencyConfig(ctx, update))
	}
	full := func(who ops.Caller, limitType string, current, most int) {
		t.Helper()

		_, err := s.Instances.InstancesAs(who).CreateInstance(ctx, request(s, "one too many"))
		e := refusal(t, err, ops.CodeConcurrencyLimitExceeded)
		detail(t, e, map[string]any{"limit_type": limitType, "current_count": current, "max_allowed": most})
	}

	limit(2, 3)
	create(t, s, alice(), "1")
	last := create(t, s, alice(), "2")
	full(alice(), "per_analyst", 2, 2)
	create(t, s, bob(), "3")
	full(bob(), "cluster_total", 3, 3)
	full(carol(), "cluster_total", 3, 3)

	limit(1, 1)
	full(alice(), "per_analyst", 2, 1)
	same(t, "instances", must[ops.ClusterInstances](t)(service.GetClusterInstances(ctx)).Total, 3)

	limit(2, 3)

	if err := s.Instances.InstancesAs(alice()).DeleteInstance(ctx, last.ID); err != nil {
		t.Fatal(err)
	}

	create(t, s, alice(), "in its place")
	full(alice(), "per_analyst", 2, 2)
}

// testLimitRace checks that creating at the same time never exceeds a limit.
func testLimitRace(t *testing.T, s Subject) {
	const (
		limit   = 5
		callers = 24
	)

	ctx := t.Context()
	must[ops.ConcurrencyConfig](t)(s.ops().UpdateConcurrencyConfig(ctx, Limits(limit, 100)))

	var (
		all     sync.WaitGroup
		created atomic.Int32
	)

	for range callers {
		all.Go(func() {
			_, err := s.Instances.InstancesAs(alice()).CreateInstance(ctx, request(s, "a race"))
			if err == nil {
				created.Add(1)
			} else if e := ops.AsError(err); e.Code != ops.CodeConcurrencyLimitExceeded {
				t.Errorf("a loser is told %v", err)
			}
		})
	}

	all.Wait()
	same(t, "created", created.Load(), limit)
	same(t, "instances", must[ops.ClusterInstances](t)(s.ops().GetClusterInstances(ctx)).Total, limit)
}
