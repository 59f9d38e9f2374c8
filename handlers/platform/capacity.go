package platform

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/timerange"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// ownersShown is how many analysts are listed unless all are asked for.
const (
	ownersShown = 25
	allOwners   = "all"
)

// capacityQuery is what the address asks for.
type capacityQuery struct {
	timerange.Range

	all bool
}

// capacityQueryOf reads it but for its time.
func capacityQueryOf(values url.Values) (query capacityQuery, err error) {
	q := web.ReadQuery(values)
	query.all = q.OneOf("owners", []string{allOwners}) != ""

	return query, q.Err()
}

// rest are the parameters but for the time.
func (q capacityQuery) rest() url.Values {
	if q.all {
		return url.Values{"owners": {allOwners}}
	}

	return url.Values{}
}

func (q capacityQuery) values() url.Values {
	values := q.rest()
	maps.Copy(values, rangeValues(q.Range, pages.CapacityReaches()))

	return values
}

// owners is how many analysts are listed at most, 0 for all.
func (q capacityQuery) owners() int {
	if q.all {
		return 0
	}

	return ownersShown
}

// Capacity shows what of the cluster is used, and by whom.
func (h *Handlers) Capacity(p *web.Page) error {
	query, err := capacityQueryOf(p.QueryParams())
	if err != nil {
		return err
	}

	look, led, err := h.look(p, "/capacity", pages.CapacityReaches(), query.rest())
	if err != nil || led {
		return err
	}

	query.Range = look.Range

	shown := query.owners()
	if p.WantsJSON() {
		shown = 0
	}

	view, err := h.capacityOver(p.Ctx(), h.Monitor.Snapshot(), p.Now, shown, query.Range)
	if err != nil {
		return err
	}

	view.Overall.URL, view.Bar = "", look.bar // It leads here.
	shell := h.Shell(p, "capacity", "Capacity")
	shell.Fresh, shell.Events = view.Freshness, look.events("capacity", query.values())

	return p.Answer(web.Answer{Status: look.status, Data: view, Full: pages.CapacityPage(shell, view), Kept: look.status == 0})
}

// capacitySeries are those of the last hour.
func capacitySeries(s *monitor.Snapshot) map[string]monitor.Series {
	return map[string]monitor.Series{monitor.Used: s.Used, monitor.ClusterTotal: s.ClusterTotal}
}

// capacityOver is the capacity with what happened over a time.
func (h *Handlers) capacityOver(
	ctx context.Context, s *monitor.Snapshot, now time.Time, owners int, r timerange.Range,
) (pages.Capacity, error) {
	view := capacityView(s, now, owners)

	if full, ok := s.Used.Reaches(float64(view.Limits.ClusterTotal), now); ok && s.Instances.Known() && !s.Instances.Stale() {
		view.FullAt = &full
	}

	l, err := h.lines(ctx, r, now, capacitySeries(s))
	if err != nil {
		return pages.Capacity{}, err
	}

	view.Reach, view.From, view.Until, view.StepSeconds = reach(r), l.from, l.until, l.seconds()
	view.Used, view.ClusterTotal = l.series[monitor.Used], l.series[monitor.ClusterTotal]
	view.CSV = csvAddress("/capacity.csv", r.Values())

	if view.AllOwners != "" {
		view.AllOwners = "/capacity?" + capacityQuery{r, true}.values().Encode()
	}

	_, err = h.optional(func() error {
		marks, err := h.marks(ctx, view.From, view.Until)
		if err != nil {
			return err
		}

		view.Marks = marks
		view.LimitRecord, err = h.limitRecord(ctx, view.From, view.Until)

		return err
	})

	return view, err
}

// capacityView lists at most that many analysts, all of them for 0.
func capacityView(s *monitor.Snapshot, now time.Time, owners int) pages.Capacity {
	view := pages.Capacity{
		Freshness: shell.Fresh(s.Instances, now),
		ByStatus:  []pages.StatusCount{}, ByOwner: []pages.Owner{}, Marks: []components.Mark{},
		Used: s.Used, ClusterTotal: s.ClusterTotal,
	}

	cluster := s.Instances.Value
	view.Overall = asKnown(s, view.Freshness, capacityLine(cluster))

	if !s.Instances.Known() {
		return view
	}

	view.Total, view.Limits, view.OwnersTotal = cluster.Total, cluster.Limits, len(cluster.ByOwner)
	view.ByStatus = countStatuses(cluster.ByStatus)

	// By owner comes sorted, the largest count first: those at or above the limit lead.
	for i, owner := range cluster.ByOwner {
		if owners > 0 && i == owners {
			view.AllOwners = "/capacity?owners=" + allOwners

			break
		}

		view.ByOwner = append(view.ByOwner, pages.Owner{
			OwnerUsername: owner.OwnerUsername, Count: owner.Count, Room: cluster.Limits.PerAnalyst - owner.Count,
		})
	}

	return view
}

// countStatuses lists every status of the contract, then what else came.
func countStatuses(counts map[string]int) []pages.StatusCount {
	out := []pages.StatusCount{}

	for _, status := range ops.InstanceStatuses() {
		out = append(out, pages.StatusCount{Status: string(status), Count: counts[string(status)]})
	}

	known := len(out)

	for status, count := range counts {
		if !slices.Contains(ops.InstanceStatuses(), ops.InstanceStatus(status)) {
			out = append(out, pages.StatusCount{Status: status, Count: count})
		}
	}

	slices.SortFunc(out[known:], func(a, b pages.StatusCount) int {
		if a.Status < b.Status {
			return -1
		}

		return 1
	})

	return out
}

// nearlyFull is the part of the cluster's limit from which on it is worth a warning.
const nearlyFull = 0.9

func capacityLine(cluster ops.ClusterInstances) said {
	limits := cluster.Limits
	used := fmt.Sprintf("%d of %d", limits.ClusterUsed, limits.ClusterTotal)
	line := said{Line: components.Line{State: components.OK, URL: "/capacity"}, was: used + " were used"}

	switch {
	case limits.ClusterAvailable == 0:
		line.State, line.was = components.Bad, "The cluster was full, with "+used+" used,"
		line.Text = "The cluster is full: " + used + " used. Nobody can create an instance."
	case float64(limits.ClusterUsed) >= nearlyFull*float64(limits.ClusterTotal):
		line.State, line.was = components.Warn, "The cluster was nearly full, with "+used+" used,"
		line.Text = fmt.Sprintf("Nearly full: %s used, %d left.", used, limits.ClusterAvailable)
	default:
		line.Text = fmt.Sprintf("%s used, %d left.", used, limits.ClusterAvailable)
	}

	return line
}

func atLimit(cluster ops.ClusterInstances) int {
	n := 0

	for _, owner := range cluster.ByOwner {
		if owner.Count >= cluster.Limits.PerAnalyst {
			n++
		}
	}

	return n
}
