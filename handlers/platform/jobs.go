package platform

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Jobs shows the background jobs.
func (h *Handlers) Jobs(p *web.Page) error {
	view, err := h.jobsView(p.Ctx(), h.Monitor.Snapshot(), p.Now)
	if err != nil {
		return err
	}

	shell := h.Shell(p, "jobs", "Jobs")
	shell.Events, shell.Fresh = live.Events("jobs"), view.Freshness

	return p.Answer(web.Answer{Data: view, Full: pages.JobsPage(shell, view), Kept: true})
}

func (h *Handlers) jobsView(ctx context.Context, s *monitor.Snapshot, now time.Time) (pages.Jobs, error) {
	view := pages.Jobs{Freshness: shell.Fresh(s.Jobs, now).And(shell.Fresh(s.Metrics, now)), Jobs: []pages.Job{}, Tickets: h.Tickets}
	if !s.Jobs.Known() {
		view.Overall = notKnown(s.Jobs.Err)

		return view, nil
	}

	for _, job := range s.Jobs.Value.Jobs {
		row, err := h.jobView(ctx, s, job, now)
		if err != nil {
			return pages.Jobs{}, err
		}

		view.Jobs = append(view.Jobs, row)
	}

	slices.SortStableFunc(view.Jobs, func(a, b pages.Job) int { return b.State.Last().Severity() - a.State.Last().Severity() })
	view.Overall = asKnown(s, view.Freshness, jobsLine(view.Jobs))

	return view, nil
}

func (h *Handlers) jobView(ctx context.Context, s *monitor.Snapshot, job ops.Job, now time.Time) (pages.Job, error) {
	figures := s.Metrics.Value.Job(job.Name)
	row := pages.Job{
		Name: job.Name, Description: job.Name.Info().Description, LastSuccess: figures.LastSuccess,
		LastResult: pages.JobResult(s.Results[job.Name]), P50: figures.P50, P95: figures.P95, Finest: figures.Finest,
		Failures: figures.Failures, Runs: sum(figures.Successes, figures.Failures), Triggerable: job.Name.Triggerable(),
	}

	state := s.JobStates[job.Name]
	row.Condition, row.Since = state.Condition, web.When(!state.Since.IsZero(), state.Since)
	row.Late = state.Condition == monitor.ConditionLate

	if job.NextRun != nil {
		row.NextRun = &job.NextRun.Time
	}

	if row.Condition == "" { // nothing was read yet
		row.Condition = monitor.ConditionUnknown
	}

	row.State = jobState(state)
	if fresh := shell.Fresh(s.Jobs, now).And(shell.Fresh(s.Metrics, now)); fresh.Stale && fresh.Known() {
		row.State = lastRead(row.State, fresh)
	}

	last, ok, err := h.Triggers.Last(ctx, job.Name)
	if err != nil {
		return pages.Job{}, err
	}

	if ok {
		row.LastTrigger = &pages.JobTrigger{By: last.Actor, At: last.At, Reason: last.Reason}
		row.CooldownUntil = cooldownAfter(last.At, now)
	}

	return row, nil
}

// cooldownAfter is when the job can be triggered again, nil when it can be now. A time further ahead than that says nothing: this
// replica's clock is behind the one that triggers are dated by, and the control plane knows.
func cooldownAfter(last, now time.Time) *time.Time {
	until := last.Add(triggers.Cooldown)
	if wait := until.Sub(now); wait <= 0 || wait > 2*triggers.Cooldown {
		return nil
	}

	return &until
}

// lastRead is how something was when it was last read: "Last read: healthy".
func lastRead(line components.Line, fresh shell.Freshness) components.Line {
	return components.Line{
		State: components.Unknown, Text: "Last read: " + strings.ToLower(line.Text[:1]) + line.Text[1:],
		Then: &components.Then{State: line.State, At: *fresh.AsOf, Now: fresh.Now},
	}
}

// jobState puts how a job is into words; [monitor.JobCondition] has the rule.
func jobState(state monitor.JobState) components.Line {
	line := components.Line{State: components.OfJob(state.Condition)}

	switch state.Condition {
	case monitor.ConditionFailing:
		line.Text = "Failing: at least three runs in a row"
	case monitor.ConditionLate:
		line.Text = "Late"
	case monitor.ConditionFailed:
		line.Text = "Last run failed"
	case monitor.ConditionSkipped:
		line.Text = "Skipped: " + state.Reason
	case monitor.ConditionNever:
		line.Text = "No run seen yet"
	case monitor.ConditionHealthy:
		line.Text = "Healthy"
	case monitor.ConditionUnknown:
		line.Text = "Not known"
	default:
		line.Text = "Not known"
	}

	return line
}

func jobsLine(jobs []pages.Job) said {
	var bad, warn, unknown int

	for _, job := range jobs {
		switch job.State.Last() {
		case components.Bad:
			bad++
		case components.Warn:
			warn++
		case components.Unknown:
			unknown++
		case components.OK, components.Busy, components.Idle:
		}
	}

	line := said{
		Line: components.Line{State: components.OK, Text: "No job is late or failing.", URL: "/jobs"},
		was:  "No job was late or failing",
	}

	switch {
	case bad > 0:
		line.State = components.Bad
		line.Text, line.was = countOf(bad, "job is", "jobs are")+" failing.", countOf(bad, "job was", "jobs were")+" failing"

		if warn > 0 {
			line.Text = fmt.Sprintf("%s failing, %d late or failed last time.", countOf(bad, "job is", "jobs are"), warn)
			line.was += fmt.Sprintf(", and %d late or failed last time,", warn)
		}
	case warn > 0:
		line.State, line.Text = components.Warn, countOf(warn, "job is", "jobs are")+" late or failed last time."
		line.was = countOf(warn, "job was", "jobs were") + " late or failed last time"
	case unknown > 0:
		line.State, line.Text = components.Unknown, "Whether "+countOf(unknown, "job is", "jobs are")+" well is not known."
		line.was = "Whether " + countOf(unknown, "job was", "jobs were") + " well was not known"
	case len(jobs) == 0:
		line.State, line.Text, line.was = components.Unknown, "The control plane reports no jobs.", "No job was named"
	}

	return line
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}

	return fmt.Sprintf("%d %s", n, many)
}

func sum(a, b *float64) *float64 {
	if a == nil || b == nil {
		return a
	}

	total := *a + *b

	return &total
}
