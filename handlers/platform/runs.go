package platform

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// JobRuns shows a job and its runs.
func (h *Handlers) JobRuns(p *web.Page) error {
	query, err := runsQuery(p.QueryParams())
	if err != nil {
		return err
	}

	name := ops.JobName(p.Param("name"))

	view, err := h.runsView(p.Ctx(), h.Monitor.Snapshot(), name, query, p.Now)
	if err != nil {
		return err
	}

	values := query.Values()
	values.Set("job", string(name))

	shell := h.Shell(p, "jobs", "Job "+shell.JobTitle(name))
	shell.Events, shell.Fresh = live.EventsFor("runs", values), view.Freshness

	return p.Answer(web.Answer{Data: view, Full: pages.RunsPage(shell, view), Kept: true})
}

func runsQuery(values url.Values) (pages.RunsQuery, error) {
	q := web.ReadQuery(values)
	query := pages.RunsQuery{
		Failed: q.OneOf("result", []string{string(runs.Failed)}) != "", Before: q.Cursor(), Limit: q.Limit(),
	}

	return query, q.Err()
}

// runsOf is what a query selects of the page of a job.
func (h *Handlers) runsOf(values url.Values) (live.Draw, error) {
	query, err := runsQuery(values)
	if err != nil {
		return nil, err
	}

	job := ops.JobName(values.Get("job"))
	if _, known := listed(h.Monitor.Snapshot(), job); !known {
		return nil, ops.NotFound("job", ops.Clip(string(job)))
	}

	return func(ctx context.Context, s *monitor.Snapshot, now time.Time) (templ.Component, error) {
		view, err := h.runsView(ctx, s, job, query, now)

		return pages.RunsLive(view), err
	}, nil
}

// listed is a job as the control plane lists it, or of the contract.
func listed(s *monitor.Snapshot, name ops.JobName) (job ops.Job, ok bool) {
	for _, job := range s.Jobs.Value.Jobs {
		if job.Name == name {
			return job, true
		}
	}

	return ops.Job{Name: name}, name.Info().Every > 0 // it may not have been named yet
}

func (h *Handlers) runsView(
	ctx context.Context, s *monitor.Snapshot, name ops.JobName, query pages.RunsQuery, now time.Time,
) (view pages.Runs, err error) {
	listed, ok := listed(s, name)
	if !ok {
		return view, ops.NotFound("job", ops.Clip(string(name)))
	}

	view = pages.Runs{
		Freshness: shell.Fresh(s.Jobs, now).And(shell.Fresh(s.Metrics, now)), Every: h.Monitor.Every(name).Seconds(),
		Source: h.Runs.Source(), Runs: []runs.Run{}, Query: query, Tickets: h.Tickets,
	}

	if view.Job, err = h.jobView(ctx, s, listed, now); err != nil {
		return view, err
	}

	view.Missing, err = h.optional(func() error { return h.addRuns(ctx, &view) })

	return view, err
}

func (h *Handlers) addRuns(ctx context.Context, view *pages.Runs) error {
	found, err := h.Runs.List(ctx, runs.Filter{
		Job: view.Job.Name, Failed: view.Query.Failed, Before: view.Query.Before, Limit: view.Query.Limit,
	})
	if err != nil {
		return err
	}

	if h.Runs.Source() == runs.FromMetrics {
		if err := h.addTriggers(ctx, view.Job.Name, found.Items); err != nil {
			return err
		}
	}

	view.Runs, view.Total, view.Failed, view.Next = found.Items, found.Total, found.Failed, web.Next(found.Next)

	if found.Failed == 0 {
		return nil
	}

	failed, err := h.Runs.List(ctx, runs.Filter{Job: view.Job.Name, Failed: true, Limit: 1})
	if err == nil && len(failed.Items) > 0 {
		view.LastFailed = &failed.Items[0]
	}

	return err
}

// addTriggers has the runs that triggers are most likely to have asked for name who did, as their receipts do: also
// where not all runs are listed.
func (h *Handlers) addTriggers(ctx context.Context, job ops.JobName, items []runs.Run) error {
	if len(items) == 0 {
		return nil
	}

	oldest := items[len(items)-1]

	asked, err := h.Audit.List(ctx, audit.Filter{
		Action: audit.JobTrigger, Object: "jobs/" + ops.Clip(string(job)), Outcome: audit.Done,
		From: oldest.Began(), Until: items[0].Ended(), Limit: len(items),
	})
	if err != nil {
		return err
	}

	for _, entry := range asked.Items {
		byHand, err := h.Triggers.Run(ctx, job, entry.Seq)
		if err != nil {
			return err
		}

		its, ok, err := h.Runs.Of(ctx, runs.Trigger{Job: job, From: byHand.Begun, Until: byHand.Accepted})
		if err != nil {
			return err
		}

		if i := slices.IndexFunc(items, func(run runs.Run) bool { return run.ID == its.ID }); ok && i >= 0 {
			items[i].TriggeredBy, items[i].Reason = entry.Actor, entry.Reason
		}
	}

	return nil
}
