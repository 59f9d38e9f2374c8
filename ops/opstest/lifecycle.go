package opstest

import (
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

// testLifecycle checks that nil leaves a field, "" clears it, and anything else sets it.
func testLifecycle(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()
	want := must[ops.LifecycleConfig](t)(service.GetLifecycleConfig(ctx))

	for _, update := range []ops.LifecycleUpdate{
		{},
		{Instance: &ops.LifecycleRuleUpdate{}},
		{Instance: &ops.LifecycleRuleUpdate{DefaultTTL: new("P1DT12H")}},
		{
			Mapping:  &ops.LifecycleRuleUpdate{DefaultTTL: new("P1D"), DefaultInactivity: new("")},
			Snapshot: &ops.LifecycleRuleUpdate{MaxTTL: new("")},
		},
		{Snapshot: &ops.LifecycleRuleUpdate{DefaultTTL: new("P900D")}}, // no maximum is in its way now
		{Snapshot: &ops.LifecycleRuleUpdate{DefaultTTL: new("P1D"), MaxTTL: new("PT24H")}},
		{Mapping: &ops.LifecycleRuleUpdate{DefaultTTL: new("")}},
		{Mapping: &ops.LifecycleRuleUpdate{DefaultTTL: new("")}}, // a client that repeats itself
	} {
		answer := must[ops.LifecycleUpdated](t)(service.UpdateLifecycleConfig(ctx, update))
		same(t, "updated", answer.Updated, true)

		if answer.UpdatedAt.IsZero() {
			t.Error("the answer does not say when")
		}

		want = want.With(update)
		same(t, "after "+show(update), must[ops.LifecycleConfig](t)(service.GetLifecycleConfig(ctx)), want)
	}
}

// testLifecycleRefused checks that one bad field changes nothing at all.
func testLifecycleRefused(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()
	before := must[ops.LifecycleConfig](t)(service.GetLifecycleConfig(ctx))

	for _, bad := range []string{"7 days", "P1W", "P1M", "P1Y", "P", "PT", "P1.5D", "-P1D", "PT24", "p7d", "P999999999D", "\x00", "P7D\n"} {
		_, err := service.UpdateLifecycleConfig(ctx, ops.LifecycleUpdate{
			Mapping:  &ops.LifecycleRuleUpdate{DefaultTTL: new("P2D")},
			Instance: &ops.LifecycleRuleUpdate{MaxTTL: new("P2D"), DefaultInactivity: new(bad)},
		})
		invalid(t, err, "body.instance.default_inactivity")
	}

	for name, update := range map[string]ops.LifecycleUpdate{
		"body.snapshot.default_ttl": {Snapshot: &ops.LifecycleRuleUpdate{DefaultTTL: new("P2D"), MaxTTL: new("P1D")}},
		"body.mapping.default_ttl":  {Mapping: &ops.LifecycleRuleUpdate{DefaultTTL: new("P366D")}}, // above the maximum that stands
		"body.instance.default_ttl": {Instance: &ops.LifecycleRuleUpdate{MaxTTL: new("PT23H59M59S")}},
	} {
		_, err := service.UpdateLifecycleConfig(ctx, update)
		invalid(t, err, name)
	}

	_, err := service.UpdateLifecycleConfig(ctx, ops.LifecycleUpdate{
		Mapping:  &ops.LifecycleRuleUpdate{DefaultTTL: new("x"), DefaultInactivity: new("y")},
		Snapshot: &ops.LifecycleRuleUpdate{MaxTTL: new("z")},
	})
	invalid(t, err, "body.mapping.default_ttl", "body.mapping.default_inactivity", "body.snapshot.max_ttl")

	same(t, "after refusals", must[ops.LifecycleConfig](t)(service.GetLifecycleConfig(ctx)), before)
}
