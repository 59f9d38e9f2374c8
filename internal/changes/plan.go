package changes

import (
	"context"
	"maps"

	"github.com/graph-olap/opsconsole/ops"
)

// Plan is what a change would do.
type Plan struct {
	Current     Current
	After       ops.Values
	Differences []ops.Difference
	// Effects are what it means for those who use the platform.
	Effects []Effect
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
			plan.Effects = append(plan.Effects, warning(
				"Temporary change %d of %s set this. When it ends it will find a different value, stop, and ask for a decision.",
				l.ID, l.Actor))
		}
	}

	ahead, err := c.ahead(ctx, section, request)
	plan.Effects = append(plan.Effects, ahead...)

	return plan, err
}

// plan reads the section, of which something is known, and puts the wanted values on top of the original ones.
func (c *Changes) plan(
	ctx context.Context, service ops.Service, known Current, wanted, original ops.Values,
) (Plan, error) {
	section := known.Section

	current, err := c.refreshed(ctx, service, known, byAnybody())
	if err != nil {
		return Plan{}, err
	}

	after := original.Clone()

	// What means the same stays as it is spelled.
	for _, d := range section.Diff(original, merged(original, wanted)) {
		after[d.Field.Name] = d.After
	}

	return Plan{
		Current: current, After: after,
		Differences: section.Diff(current.Values, after),
	}, nil
}

// merged are the values with others on top of them.
func merged(values, others ops.Values) ops.Values {
	out := values.Clone()
	maps.Copy(out, others)

	return out
}
