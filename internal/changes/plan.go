package changes

import (
	"context"
	"fmt"
	"maps"

	"github.com/graph-olap/opsconsole/ops"
)

// Plan is what a change would do.
type Plan struct {
	Current     Current
	After       ops.Values
	Differences []ops.Difference
	// Effects say in sentences what it means for those who use the platform.
	Effects []string
	// Confirm says why the environment's name has to be typed; "" when it has not.
	Confirm string
}

// Preview says what the request would do and changes nothing; it does not look at the
// reason. Its errors are those of [Changes.Apply].
func (c *Changes) Preview(ctx context.Context, service ops.Service, request Request) (Plan, error) {
	section, err := ops.SectionOf(request.Section)
	if err != nil {
		return Plan{}, err
	}

	plan, err := c.prepare(ctx, service, section, request, nil)
	if err != nil {
		return Plan{}, err
	}

	plan.Effects = effects(ctx, service, section, plan.Current.Values, plan.After)
	plan.Confirm = c.policy.confirmation(section, plan.Differences)

	leases, err := c.leases.OpenIn(ctx, c.db.Read(), section.Name)
	if err != nil {
		return Plan{}, err
	}

	for _, l := range leases {
		if !section.EqualIn(l.Fields(), plan.Current.Values, plan.After) {
			plan.Effects = append(plan.Effects, fmt.Sprintf(
				"Temporary change %d of %s set this: when it ends it will find another value, stop, and ask.", l.ID, l.Actor))
		}
	}

	return plan, nil
}

// plan reads the section and puts the wanted values on top of the original ones.
func (c *Changes) plan(
	ctx context.Context, service ops.Service, section ops.Section, wanted, original ops.Values,
) (Plan, error) {
	current, err := c.current(ctx, service, section)
	if err != nil {
		return Plan{}, err
	}

	after := original.Clone()
	maps.Copy(after, wanted)

	return Plan{
		Current: current, After: after,
		Differences: section.Diff(current.Values, after),
	}, nil
}

// effects says what can be known from the platform's own data.
func effects(ctx context.Context, service ops.Service, section ops.Section, before, after ops.Values) []string {
	var out []string

	switch section.Name {
	case ops.SectionConcurrency:
		cluster, err := service.GetClusterInstances(ctx)
		if err != nil {
			return []string{"Who is above the new limits is not known: the control plane does not say."}
		}

		return concurrencyEffects(cluster, before, after)
	case ops.SectionLifecycle:
		out = append(out, "New defaults apply to what is created from now on; what exists keeps its own durations.")
	case ops.SectionExport:
		out = append(out, "The limit applies to exports that are claimed from now on.")
	case ops.SectionMaintenance:
		if before["enabled"] != after["enabled"] {
			if after["enabled"] == true {
				out = append(out, "Nobody can create an instance while it is on. What runs goes on, and can be ended.")
			} else {
				out = append(out, "Instances can be created again at once.")
			}
		}
	}

	return out
}

func concurrencyEffects(cluster ops.ClusterInstances, before, after ops.Values) []string {
	var out []string

	if limit := after.Int("per_analyst"); limit < before.Int("per_analyst") {
		above := 0

		for _, owner := range cluster.ByOwner {
			if owner.Count > limit {
				above++
			}
		}

		// by_owner counts what the limit does not.
		including := ""
		if idle := cluster.Total - cluster.Limits.ClusterUsed; idle > 0 {
			including = fmt.Sprintf(", counting what is suspended, stopping or failed (%d of all), which the limit does not", idle)
		}

		switch above {
		case 0:
			out = append(out, fmt.Sprintf("No analyst holds more than %d.", limit))
		case 1:
			out = append(out, fmt.Sprintf(
				"1 analyst holds more than %d%s: what runs goes on, but nothing new can be created until it is fewer.", limit, including))
		default:
			out = append(out, fmt.Sprintf(
				"%d analysts hold more than %d%s: what runs goes on, but they cannot create another until they hold fewer.",
				above, limit, including))
		}
	}

	if total, used := after.Int("cluster_total"), cluster.Limits.ClusterUsed; total != before.Int("cluster_total") {
		if used >= total {
			out = append(out, fmt.Sprintf("The cluster uses %d of %d: nobody can create an instance until it is fewer.", used, total))
		} else {
			out = append(out, fmt.Sprintf("The cluster uses %d: %d more can be created.", used, total-used))
		}
	}

	return out
}
