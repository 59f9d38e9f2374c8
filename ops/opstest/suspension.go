package opstest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// suspended is an instance of somebody that is suspended.
func suspended(t *testing.T, s Subject, who ops.Caller, name string) ops.Instance {
	t.Helper()

	mine := create(t, s, who, name)
	s.Become(t, mine.ID, ops.InstanceRunning)

	return must[ops.Instance](t)(s.Instances.InstancesAs(who).SuspendInstance(t.Context(), mine.ID))
}

func testSuspendInstance(t *testing.T, s Subject) {
	ctx := t.Context()

	for _, who := range []ops.Caller{alice(), carol(), dave()} {
		mine := create(t, s, alice(), "for "+who.Username)
		instances := s.Instances.InstancesAs(who)

		for _, act := range []func(context.Context, int64) (ops.Instance, error){instances.SuspendInstance, instances.ResumeInstance} {
			_, err := act(ctx, mine.ID)
			e := refusal(t, err, ops.CodeInvalidState)
			detail(t, e, map[string]any{"status": ops.InstanceWaitingForSnapshot})
		}

		s.Become(t, mine.ID, ops.InstanceRunning)

		_, err := s.Instances.InstancesAs(bob()).SuspendInstance(ctx, mine.ID)
		refused(t, err, ops.CodePermissionDenied)

		s.Advance(time.Minute)

		asleep := must[ops.Instance](t)(instances.SuspendInstance(ctx, mine.ID))
		same(t, "status", asleep.Status, ops.InstanceSuspended)
		same(t, "read back", must[ops.Instance](t)(instances.GetInstance(ctx, mine.ID)), asleep)

		if !asleep.UpdatedAt.After(mine.UpdatedAt.Time) {
			t.Errorf("it was updated at %s, no later than before", asleep.UpdatedAt)
		}

		_, err = instances.SuspendInstance(ctx, mine.ID)
		refused(t, err, ops.CodeInvalidState)

		_, err = s.Instances.InstancesAs(bob()).ResumeInstance(ctx, mine.ID)
		refused(t, err, ops.CodePermissionDenied)

		if plane, can := instances.(ops.Offering); can {
			for call, has := range must[map[ops.OptionalCall]bool](t)(plane.Offers(ctx)) {
				same(t, "that it has "+string(call), has, true)
			}
		}

		same(t, "status", must[ops.Instance](t)(instances.ResumeInstance(ctx, mine.ID)).Status, ops.InstanceResuming)

		_, err = instances.ResumeInstance(ctx, mine.ID)
		refused(t, err, ops.CodeInvalidState)

		if err := instances.DeleteInstance(ctx, mine.ID); err != nil {
			t.Error(err)
		}
	}

	for _, id := range []int64{0, -1, 1<<63 - 1} {
		_, err := s.Instances.InstancesAs(dave()).SuspendInstance(ctx, id)
		refused(t, err, ops.CodeNotFound)
		_, err = s.Instances.InstancesAs(dave()).ResumeInstance(ctx, id)
		refused(t, err, ops.CodeNotFound)
	}
}

// testResumeLimits checks that what resumes counts, and for whom it does.
func testResumeLimits(t *testing.T, s Subject) {
	ctx := t.Context()
	first := suspended(t, s, alice(), "first")
	second := suspended(t, s, alice(), "second")
	must[ops.ConcurrencyConfig](t)(s.ops().UpdateConcurrencyConfig(ctx, Limits(1, 2)))

	// Whoever resumes it has none of their own.
	resume := s.Instances.InstancesAs(dave()).ResumeInstance
	must[ops.Instance](t)(resume(ctx, first.ID))

	_, err := resume(ctx, second.ID)
	e := refusal(t, err, ops.CodeConcurrencyLimitExceeded)
	detail(t, e, map[string]any{"limit_type": "per_analyst", "current_count": 1, "max_allowed": 1})

	create(t, s, bob(), "another")
	must[ops.ConcurrencyConfig](t)(s.ops().UpdateConcurrencyConfig(ctx, Limits(5, 2)))

	_, err = resume(ctx, second.ID)
	e = refusal(t, err, ops.CodeConcurrencyLimitExceeded)
	detail(t, e, map[string]any{"limit_type": "cluster_total", "current_count": 2, "max_allowed": 2})
	same(t, "status", must[ops.Instance](t)(s.Instances.InstancesAs(alice()).GetInstance(ctx, second.ID)).Status, ops.InstanceSuspended)
}

// testResumeRace checks that resuming at the same time never exceeds a limit.
func testResumeRace(t *testing.T, s Subject) {
	const (
		limit = 3
		all   = 8
	)

	ctx := t.Context()
	must[ops.ConcurrencyConfig](t)(s.ops().UpdateConcurrencyConfig(ctx, Limits(all, all)))

	ids := make([]int64, all)
	for i := range ids {
		ids[i] = suspended(t, s, alice(), "a race").ID
	}

	must[ops.ConcurrencyConfig](t)(s.ops().UpdateConcurrencyConfig(ctx, Limits(limit, all)))

	var (
		racing  sync.WaitGroup
		resumed atomic.Int32
	)

	for _, id := range ids {
		racing.Go(func() {
			if _, err := s.Instances.InstancesAs(dave()).ResumeInstance(ctx, id); err == nil {
				resumed.Add(1)
			} else if e := ops.AsError(err); e.Code != ops.CodeConcurrencyLimitExceeded {
				t.Errorf("a loser is told %v", err)
			}
		})
	}

	racing.Wait()
	same(t, "resumed", resumed.Load(), limit)
}

func testInstanceLifecycle(t *testing.T, s Subject) {
	ctx := t.Context()
	mine := create(t, s, alice(), "lives")

	for _, test := range []struct {
		who             ops.Caller
		update          ops.InstanceLifecycle
		ttl, inactivity string
	}{
		{alice(), ops.InstanceLifecycle{TTL: new("PT36H")}, "PT36H", "PT4H"},
		{carol(), ops.InstanceLifecycle{InactivityTimeout: new("PT30M")}, "PT36H", "PT30M"},
		{dave(), ops.InstanceLifecycle{TTL: new("P7D"), InactivityTimeout: new("PT1H")}, "P7D", "PT1H"},
		{dave(), ops.InstanceLifecycle{}, "P7D", "PT1H"},
	} {
		instances := s.Instances.InstancesAs(test.who)
		changed := must[ops.Instance](t)(instances.UpdateInstanceLifecycle(ctx, mine.ID, test.update))
		same(t, "ttl", *changed.TTL, test.ttl)
		same(t, "inactivity timeout", *changed.InactivityTimeout, test.inactivity)

		lives, err := ops.ReadDuration(test.ttl)
		if want := mine.CreatedAt.Add(lives); err != nil || changed.ExpiresAt == nil || !changed.ExpiresAt.Equal(want) {
			t.Errorf("it expires at %v, want %s", changed.ExpiresAt, want)
		}

		same(t, "read back", must[ops.Instance](t)(instances.GetInstance(ctx, mine.ID)), changed)
	}

	as := s.Instances.InstancesAs(dave())

	for field, update := range map[string]ops.InstanceLifecycle{
		"body.ttl":                {TTL: new("P8D")}, // the maximum is P7D
		"body.inactivity_timeout": {InactivityTimeout: new("an hour")},
	} {
		_, err := as.UpdateInstanceLifecycle(ctx, mine.ID, update)
		invalid(t, err, field)
	}

	_, err := as.UpdateInstanceLifecycle(ctx, mine.ID, ops.InstanceLifecycle{TTL: new(""), InactivityTimeout: new("P1W")})
	invalid(t, err, "body.ttl", "body.inactivity_timeout")

	_, err = s.Instances.InstancesAs(bob()).UpdateInstanceLifecycle(ctx, mine.ID, ops.InstanceLifecycle{TTL: new("PT1H")})
	refused(t, err, ops.CodePermissionDenied)

	_, err = as.UpdateInstanceLifecycle(ctx, mine.ID+1000, ops.InstanceLifecycle{TTL: new("PT1H")})
	refused(t, err, ops.CodeNotFound)

	s.Become(t, mine.ID, ops.InstanceStopping)

	_, err = as.UpdateInstanceLifecycle(ctx, mine.ID, ops.InstanceLifecycle{TTL: new("PT1H")})
	refused(t, err, ops.CodeInvalidState)
}

func testInstanceEvents(t *testing.T, s Subject) {
	ctx := t.Context()
	mine := create(t, s, alice(), "quiet")

	for _, who := range []ops.Caller{alice(), carol(), dave()} {
		events := must[[]ops.InstanceEvent](t)(s.Instances.InstancesAs(who).GetInstanceEvents(ctx, mine.ID, ops.InstanceEventsQuery{Limit: 100}))
		same(t, "events", events, []ops.InstanceEvent{})
	}

	_, err := s.Instances.InstancesAs(bob()).GetInstanceEvents(ctx, mine.ID, ops.InstanceEventsQuery{})
	refused(t, err, ops.CodePermissionDenied)

	as := s.Instances.InstancesAs(dave())

	_, err = as.GetInstanceEvents(ctx, mine.ID+1000, ops.InstanceEventsQuery{})
	refused(t, err, ops.CodeNotFound)

	for field, query := range map[string]ops.InstanceEventsQuery{"query.limit": {Limit: 101}, "query.offset": {Offset: -1}} {
		_, err := as.GetInstanceEvents(ctx, mine.ID, query)
		invalid(t, err, field)
	}
}
