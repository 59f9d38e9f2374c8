package changes

import (
	"context"
	"fmt"
	"net/url"

	"github.com/graph-olap/opsconsole/ops"
)

// Effect says in a sentence what follows of a change, and how much it matters.
type Effect struct {
	Kind EffectKind
	Text string
	// URL is the page of who or what is meant, "" for none.
	URL string
}

// EffectKind is how much an effect matters.
type EffectKind string

// The kinds: good to know; in somebody's way; and what could not be found out.
const (
	EffectNote    EffectKind = "note"
	EffectWarning EffectKind = "warning"
	EffectUnknown EffectKind = "unknown"
)

func note(format string, args ...any) Effect {
	return Effect{Kind: EffectNote, Text: fmt.Sprintf(format, args...)}
}

func warning(format string, args ...any) Effect {
	return Effect{Kind: EffectWarning, Text: fmt.Sprintf(format, args...)}
}

func (e Effect) at(url string) Effect {
	e.URL = url

	return e
}

// effects says what can be known from the platform's own data.
func effects(ctx context.Context, service ops.Service, section ops.Section, before, after ops.Values) []Effect {
	var out []Effect

	switch section.Name {
	case ops.SectionConcurrency:
		cluster, err := service.GetClusterInstances(ctx)
		if err != nil {
			return []Effect{{
				Kind: EffectUnknown, Text: "It is not known who is above the new limits: the control plane does not report it.",
			}}
		}

		return concurrencyEffects(cluster, before, after)
	case ops.SectionLifecycle:
		out = append(out, note("New defaults apply to whatever is created from now on; what exists keeps its own durations."))
	case ops.SectionExport:
		out = append(out, note("The limit applies to exports that are claimed from now on."))
	case ops.SectionMaintenance:
		if before["enabled"] != after["enabled"] {
			if after["enabled"] == true {
				out = append(out, warning("Nobody can create an instance while it is on. Running instances keep running and can be ended."))
			} else {
				out = append(out, note("Instances can be created again at once."))
			}
		}
	}

	return out
}

func concurrencyEffects(cluster ops.ClusterInstances, before, after ops.Values) []Effect {
	var out []Effect

	if limit := after.Int("per_analyst"); limit < before.Int("per_analyst") {
		above, last := 0, ""

		for _, owner := range cluster.ByOwner {
			if owner.Count > limit {
				above++
				last = owner.OwnerUsername
			}
		}

		// by_owner counts what the limit does not.
		including := ""
		if idle := cluster.Total - cluster.Limits.ClusterUsed; idle > 0 {
			including = fmt.Sprintf(
				", including suspended, stopping and failed instances (%d in all), which the limit does not count", idle)
		}

		switch above {
		case 0:
			out = append(out, note("No analyst holds more than %d.", limit))
		case 1:
			out = append(out, warning(
				"1 analyst holds more than %d%s: running instances keep running, but no more can be created until there are fewer.",
				limit, including,
			).at("/instances?"+url.Values{"owner": {last}}.Encode()))
		default: // the page lists those that hold most first, and leads from each to what they hold
			out = append(out, warning(
				"%d analysts hold more than %d%s: running instances keep running, but no more can be created until they hold fewer.",
				above, limit, including).at("/capacity?owners=all"))
		}
	}

	if total, used := after.Int("cluster_total"), cluster.Limits.ClusterUsed; total != before.Int("cluster_total") {
		if used >= total {
			out = append(out, warning("The cluster uses %d of %d: nobody can create an instance until it uses fewer.", used, total))
		} else {
			out = append(out, note("The cluster uses %d: %d more can be created.", used, total-used))
		}
	}

	return out
}
