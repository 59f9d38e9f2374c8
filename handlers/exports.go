package handlers

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates"
	"github.com/graph-olap/opsconsole/templates/components"
)

// staleClaim is how old a claim may get before the control plane takes it back:
// contract, section 5.
const staleClaim = 10 * time.Minute

func (h *Handlers) exports(p *page) error {
	status, limit, problem := exportsQuery(p)
	snapshot := h.Monitor.Snapshot()

	if problem == "" && (status != "" || limit > ops.ExportJobsDefaultLimit) {
		// The snapshot holds the newest of all; of one status there may be older ones.
		jobs, err := h.service(p).GetExportJobs(p.ctx(), ops.ExportJobsQuery{Status: status, Limit: limit})
		if err != nil {
			return err
		}

		own := *snapshot
		own.Exports = monitor.Part[[]ops.ExportJob]{Value: jobs, AsOf: p.now, TriedAt: p.now}
		snapshot = &own
	}

	view := h.exportsView(snapshot, p.now, status, limit)
	shell := h.shell(p, "exports", "Exports")
	shell.Fresh = view.Freshness

	if status == "" && limit == ops.ExportJobsDefaultLimit {
		shell.Events = "/events?page=exports"
	}

	a := answer{data: view}

	if problem != "" {
		invalid := ops.Invalid([]ops.FieldError{{Field: "query", Message: problem, Type: "query"}})
		if p.wantsJSON() {
			return invalid
		}

		a.status, view.Problem = ops.CodeValidationFailed.HTTPStatus(), problem
	}

	a.full = templates.ExportsPage(shell, view)

	return p.answer(a)
}

func exportsQuery(p *page) (status ops.ExportJobStatus, limit int, problem string) {
	limit = ops.ExportJobsDefaultLimit

	if typed := p.QueryParam("limit"); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > ops.ExportJobsMaxLimit {
			return "", limit, fmt.Sprintf("The limit is a number from 1 to %d.", ops.ExportJobsMaxLimit)
		}

		limit = n
	}

	status = ops.ExportJobStatus(p.QueryParam("status"))
	if status != "" && !slices.Contains(ops.ExportJobStatuses(), status) {
		return "", limit, "There is no such status of an export job."
	}

	return status, limit, ""
}

func (h *Handlers) exportsView(
	s *monitor.Snapshot, now time.Time, status ops.ExportJobStatus, limit int,
) templates.Exports {
	view := templates.Exports{
		Freshness: templates.Fresh(s.Exports, now).And(templates.Fresh(s.State, now)),
		ByStatus:  map[ops.ExportJobStatus]int{}, Jobs: []templates.ExportJob{}, Status: status, Limit: limit,
	}

	for name, count := range s.State.Value.ExportJobs.ByStatus {
		view.ByStatus[ops.ExportJobStatus(name)] = count
	}

	for i, job := range s.Exports.Value {
		if i == limit {
			break
		}

		view.Jobs = append(view.Jobs, templates.ExportJob{ExportJob: job, Stuck: stuck(job, now)})
	}

	slices.SortStableFunc(view.Jobs, func(a, b templates.ExportJob) int { return urgency(b) - urgency(a) })

	view.Overall = exportsLine(view.ByStatus, stuckCount(view.Jobs))
	if !s.State.Known() {
		view.Overall = notKnown(s.State.Err)
	}

	return view
}

// stuck says why a job is stuck; "" when it is not.
func stuck(job ops.ExportJob, now time.Time) string {
	if job.Status != ops.ExportClaimed || job.ClaimedAt == nil {
		return ""
	}

	if age := now.Sub(job.ClaimedAt.Time); age > staleClaim {
		return fmt.Sprintf("Claimed %d minutes ago and not submitted: its worker may be gone. "+
			"The export reconciliation takes the claim back.", int(age.Minutes()))
	}

	return ""
}

func stuckCount(jobs []templates.ExportJob) int {
	n := 0

	for _, job := range jobs {
		if job.Stuck != "" {
			n++
		}
	}

	return n
}

func urgency(job templates.ExportJob) int {
	switch {
	case job.Stuck != "":
		return 2
	case job.Status == ops.ExportFailed:
		return 1
	default:
		return 0
	}
}

func exportsLine(byStatus map[ops.ExportJobStatus]int, stuck int) components.Line {
	line := components.Line{State: components.OK, URL: "/exports"}
	waiting := byStatus[ops.ExportPending]
	busy := byStatus[ops.ExportClaimed] + byStatus[ops.ExportSubmitted]

	line.Text = fmt.Sprintf("%d waiting, %d under way, %d failed.", waiting, busy, byStatus[ops.ExportFailed])
	if stuck > 0 {
		line.State = components.Warn
		line.Text = countOf(stuck, "export job is", "export jobs are") + " stuck. " + line.Text
	}

	return line
}
