package platform

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/triggers"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// receiptFor is how long a run is waited for.
const receiptFor = 24 * time.Hour

// receiptView says what the run of a trigger did; what later runs count does not change it any more.
func (h *Handlers) receiptView(p *web.Page, run triggers.Run) (pages.Receipt, error) {
	view := pages.Receipt{
		JobTriggered: run.JobTriggered, URL: receiptURL(run), Source: h.Runs.Source(), Tickets: h.Tickets, Now: p.Now,
	}

	its, known, err := h.Runs.Of(p.Ctx(), runs.Trigger{Job: run.JobName, From: run.Begun, Until: run.Accepted})
	if err != nil {
		return view, err
	}

	if known {
		view.Run, view.Settled = &its, its.Result != runs.Running
	}

	if before := run.Before; before != nil {
		after := counted(*before, view.Run)
		view.Counters = []pages.Counter{
			{Name: "Successful runs", Before: before.Success, After: after.Success},
			{Name: "Failed runs", Before: before.Failed, After: after.Failed},
		}
	}

	old := p.Now.Sub(run.Accepted) > receiptFor

	switch {
	case known:
		view.Note = noteOf(its, view.Source)
	case old:
		view.Settled, view.Note = true, "No record of its run is kept."
	case view.Source == runs.FromRecords:
		view.Note = "The run is queued, and shown here when it begins."
	default:
		view.Settled, view.Note = h.notCounted(p, run)
	}

	return view, nil
}

// notCounted says why no run was counted since the trigger.
func (h *Handlers) notCounted(p *web.Page, run triggers.Run) (settled bool, note string) {
	metrics := h.Monitor.Snapshot().Metrics

	var after monitor.JobFigures
	if metrics.AsOf.After(run.TriggeredAt.Time) {
		after = metrics.Value.Job(run.JobName)
	}

	waited := p.Now.Sub(run.TriggeredAt.Time) > triggers.Cooldown

	switch {
	case waited && after.Skipped != "":
		return true, "No run has been counted since the trigger: the last one was skipped, as " + after.Skipped + "."
	case waited && shell.Fresh(metrics, p.Now).Stale:
		return false, "The control plane's metrics cannot be read at the moment; they will show when the run has ended."
	case waited:
		return false, "No run has been counted since the trigger: it was skipped, is still under way, or cannot be told apart yet."
	default:
		return false, "The run is queued; the counters will show when it has ended."
	}
}

// noteOf says how sure it is that a run is the one that was asked for.
func noteOf(run runs.Run, source runs.Source) string {
	switch {
	case source == runs.FromRecords:
		return ""
	case run.Runs == 1:
		return "This is the first run that ended after the trigger: most likely its own, unless a scheduled run was under way. " +
			"Later runs are not counted here."
	default:
		return fmt.Sprintf("%d runs ended between two looks at the counters, this one among them. "+
			"Later runs are not counted here.", run.Runs)
	}
}

// counted is where the counters stood after the run: before it, and what it added.
func counted(before triggers.Counters, run *runs.Run) triggers.Counters {
	after := before

	switch {
	case run == nil || run.Result == runs.Running:
	case run.Total != nil:
		after.Success, after.Failed = &run.Total.Successes, &run.Total.Failures
	case run.Result == runs.Succeeded:
		after.Success = new(1 + value(before.Success))
	case run.Failures > 0:
		after.Failed = new(1 + value(before.Failed))
	}

	return after
}

// value is 0 of a counter that had counted nothing.
func value(counter *float64) float64 {
	if counter == nil {
		return 0
	}

	return *counter
}
