package platform

import (
	"context"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
)

// stepsMost is how many changes of a limit are drawn at their times; more cannot be told apart.
const stepsMost = 200

// clusterTotal is the field of the limit that the capacity is drawn with.
const clusterTotal = "cluster_total"

// limitRecord is what the limit of the cluster was from when on, oldest first; nil where the changes do not tell: it is not
// known whether one was carried out, or there are too many. A change counts from when it was known to be carried out.
func (h *Handlers) limitRecord(ctx context.Context, from, until time.Time) (monitor.Series, error) {
	held, err := h.Changes.At(ctx, ops.SectionConcurrency, from)
	if err != nil || held.Values == nil || held.Open != nil {
		return nil, err
	}

	changed, err := h.Changes.History(ctx, changes.Filter{
		Section: ops.SectionConcurrency, Field: clusterTotal, Outcome: changes.Applied, From: from, Until: until, Limit: stepsMost,
	})
	if err != nil || changed.Next != 0 {
		return nil, err
	}

	first, set := held.Values, changed.Items
	if held.Late { // it had not been yet
		first, set = held.By.Before, append(set, *held.By)
	}

	record := monitor.Series{{At: from, Value: new(float64(first.Int(clusterTotal)))}}
	for _, c := range slices.Backward(set) {
		at := c.At
		if c.SettledAt != nil {
			at = *c.SettledAt
		}

		record = append(record, monitor.Point{At: at, Value: new(float64(c.After.Int(clusterTotal)))})
	}

	return record, nil
}
