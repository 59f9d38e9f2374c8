package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/platform"
	shellview "github.com/graph-olap/opsconsole/templates/shell"
)

// staleClaim is how old a claim may get before the control plane takes it back:
// contract, section 5.
const staleClaim = 10 * time.Minute

func (h *Handlers) exports(p *page) error {
	query, problem := exportsQuery(p)
	if problem != nil && p.wantsJSON() {
		return problem
	}

	view, err := h.exportsPage(p, query)
	if err != nil {
		return err
	}

	shell := h.shell(p, "exports", "Exports")
	shell.Fresh = view.Freshness

	if query.Live() {
		shell.Events = "/events?page=exports"
	}

	a := answer{data: view}

	if problem != nil {
		a.status, view.Problem = ops.CodeValidationFailed.HTTPStatus(), ops.FieldErrors(problem)[0].Message
	}

	a.full = platform.ExportsPage(shell, view)

	return p.answer(a)
}

// exportsPage is what the query selects. The snapshot holds the newest jobs of all; for
// anything else as many are read as the control plane gives out.
func (h *Handlers) exportsPage(p *page, query platform.ExportsQuery) (platform.Exports, error) {
	snapshot := h.Monitor.Snapshot()

	if !query.Live() {
		jobs, err := h.service(p).GetExportJobs(p.ctx(), ops.ExportJobsQuery{Status: query.Status, Limit: ops.ExportJobsMaxLimit})
		if err != nil {
			return platform.Exports{}, err
		}

		own := *snapshot
		own.Exports = monitor.Part[[]ops.ExportJob]{Value: jobs, AsOf: p.now, TriedAt: p.now}
		snapshot = &own
	}

	return h.exportsView(p.ctx(), snapshot, p.now, query)
}

func (h *Handlers) exportsView(
	ctx context.Context, s *monitor.Snapshot, now time.Time, query platform.ExportsQuery,
) (platform.Exports, error) {
	view := platform.Exports{
		Freshness: shellview.Fresh(s.Exports, now).And(shellview.Fresh(s.State, now)),
		ByStatus:  map[ops.ExportJobStatus]int{}, Jobs: []platform.ExportJob{}, Read: len(s.Exports.Value), Query: query,
	}

	for name, count := range s.State.Value.ExportJobs.ByStatus {
		view.ByStatus[ops.ExportJobStatus(name)] = count
	}

	longest, err := h.longestExport(ctx)
	if err != nil {
		return platform.Exports{}, err
	}

	stuckJobs := 0

	for _, job := range s.Exports.Value {
		row := platform.ExportJob{ExportJob: job, Stuck: stuck(job, longest, now)}
		if row.Stuck != "" {
			stuckJobs++
		}

		if row.Matches(query.Search) {
			view.Jobs = append(view.Jobs, row)
		}
	}

	sortExports(view.Jobs, query.Sort)

	view.Found = len(view.Jobs)
	first := min((query.Page-1)*query.Limit, view.Found)
	view.Jobs = view.Jobs[first:min(first+query.Limit, view.Found)]

	view.Overall = exportsLine(view.ByStatus, stuckJobs)
	view.Stuck = stuckJobs

	if !s.State.Known() {
		view.Overall = notKnown(s.State.Err)
	}

	return view, nil
}

// longestExport is how long an export may take, 0 when that is not known.
func (h *Handlers) longestExport(ctx context.Context) (time.Duration, error) {
	export, err := h.Changes.Known(ctx, ops.SectionExport)
	if err != nil {
		return 0, err
	}

	seconds, _ := export.Values["max_duration_seconds"].(int64)

	return time.Duration(seconds) * time.Second, nil
}

// stuck says why a job is stuck; "" when it is not.
func stuck(job ops.ExportJob, longest time.Duration, now time.Time) string {
	if job.ClaimedAt == nil {
		return ""
	}

	age := now.Sub(job.ClaimedAt.Time)

	switch {
	case job.Status == ops.ExportClaimed && age > staleClaim:
		return fmt.Sprintf("Claimed %d minutes ago and not submitted: its worker may be gone. "+
			"The export reconciliation takes the claim back.", int(age.Minutes()))
	case job.Status == ops.ExportSubmitted && longest > 0 && age > longest:
		return fmt.Sprintf("Claimed %d minutes ago and still running: exports may take %d minutes. "+
			"Look for its query in Starburst.", int(age.Minutes()), int(longest.Minutes()))
	default:
		return ""
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

// sortExports sorts newest first, and before that by what is asked for.
func sortExports(jobs []platform.ExportJob, by platform.ExportsSort) {
	key := map[platform.ExportsSort]func(j platform.ExportJob) int64{
		platform.ByTrouble:  urgency,
		platform.ByID:       func(platform.ExportJob) int64 { return 0 },
		platform.BySnapshot: func(j platform.ExportJob) int64 { return j.SnapshotID },
		platform.ByAttempts: func(j platform.ExportJob) int64 { return int64(j.Attempts) },
		platform.ByClaimed: func(j platform.ExportJob) int64 {
			if j.ClaimedAt == nil {
				return 0
			}

			return j.ClaimedAt.UnixMicro()
		},
	}[by]

	slices.SortStableFunc(jobs, func(a, b platform.ExportJob) int {
		return cmp.Or(cmp.Compare(key(b), key(a)), cmp.Compare(b.ID, a.ID))
	})
}

func urgency(job platform.ExportJob) int64 {
	switch {
	case job.Stuck != "":
		return 2
	case job.Status == ops.ExportFailed:
		return 1
	default:
		return 0
	}
}
