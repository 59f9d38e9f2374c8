package platform

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// staleClaim is how old a claim may get before the control plane takes it back:
// contract, section 5.
const staleClaim = 10 * time.Minute

// Exports shows the export jobs that the query selects.
func (h *Handlers) Exports(p *web.Page) error {
	query, problem := exportsQuery(p.QueryParams())
	if problem != nil && p.WantsJSON() {
		return problem
	}

	view, err := h.exportsPage(p, query)
	if err != nil {
		return err
	}

	shell := h.Shell(p, "exports", "Exports")
	shell.Fresh = view.Freshness

	// What is read for whoever asks is a snapshot.
	if problem == nil && !h.asksOlder(query) {
		shell.Events = live.EventsFor("exports", query.Values())
	}

	a := web.Answer{Data: view, Kept: true}

	if problem != nil {
		a.Status, view.Problem = ops.CodeValidationFailed.HTTPStatus(), ops.FieldErrors(problem)[0].Message
	}

	a.Full = pages.ExportsPage(shell, view)

	return p.Answer(a)
}

// asksOlder reports whether the query selects completed jobs, of which the snapshot has the newest alone.
func (h *Handlers) asksOlder(query pages.ExportsQuery) bool {
	return query.Status == ops.ExportCompleted && h.Monitor.Snapshot().Exports.Value.Cut[query.Status]
}

// exportsPage is what the query selects. The snapshot holds all that may need a hand; what is
// completed is read as far as the control plane gives it out when somebody asks for it.
func (h *Handlers) exportsPage(p *web.Page, query pages.ExportsQuery) (pages.Exports, error) {
	snapshot := h.Monitor.Snapshot()

	if h.asksOlder(query) {
		own := *snapshot

		jobs, err := p.Service(h.Platform).GetExportJobs(p.Ctx(), ops.ExportJobsQuery{Status: query.Status, Limit: ops.ExportJobsMaxLimit})

		switch {
		case err == nil:
			own.Exports.Value = own.Exports.Value.With(query.Status, jobs)
		case web.IsUnanswered(err) && snapshot.Exports.Known():
			own.Exports.Err = web.Sentences(ops.AsError(err).Message)
		default:
			return pages.Exports{}, err
		}

		snapshot = &own
	}

	return h.exportsView(p.Ctx(), snapshot, p.Now, query)
}

func (h *Handlers) exportsView(
	ctx context.Context, s *monitor.Snapshot, now time.Time, query pages.ExportsQuery,
) (pages.Exports, error) {
	view := pages.Exports{
		Freshness: shell.Fresh(s.Exports, now).And(shell.Fresh(s.State, now)),
		ByStatus:  map[ops.ExportJobStatus]int{}, ReadByStatus: map[ops.ExportJobStatus]int{}, Cut: []ops.ExportJobStatus{},
		Jobs: []pages.ExportJob{}, Query: query,
	}

	for name, count := range s.State.Value.ExportJobs.ByStatus {
		view.ByStatus[ops.ExportJobStatus(name)] = count
	}

	for _, status := range ops.ExportJobStatuses() {
		if s.Exports.Value.Cut[status] {
			view.Cut = append(view.Cut, status)
		}
	}

	longest, err := h.longestExport(ctx)
	if err != nil {
		return pages.Exports{}, err
	}

	for _, job := range s.Exports.Value.Jobs {
		row := pages.ExportJob{ExportJob: job, Stuck: stuck(job, longest, readAt(s.Exports, now))}
		if row.Stuck != "" {
			view.Stuck++
		}

		view.ReadByStatus[job.Status]++

		if query.Status != "" && job.Status != query.Status {
			continue
		}

		view.Read++

		if row.Matches(query.Search) {
			view.Jobs = append(view.Jobs, row)
		}
	}

	sortExports(view.Jobs, query.Sort)

	view.Found = len(view.Jobs)
	first := min((query.Page-1)*query.Limit, view.Found)
	view.Jobs = view.Jobs[first:min(first+query.Limit, view.Found)]

	// What is waiting or done is never stuck.
	unread := view.Unread(ops.ExportClaimed, ops.ExportSubmitted)
	view.Overall = asKnown(s, view.Freshness, mayBeStuck(exportsLine(view.ByStatus, view.Stuck), unread))

	return view, nil
}

// longestExport is how long an export may take, 0 when that is not known.
func (h *Handlers) longestExport(ctx context.Context) (time.Duration, error) {
	export, err := h.Changes.Values(ctx, ops.SectionExport)
	if err != nil {
		return 0, err
	}

	seconds, _ := export["max_duration_seconds"].(int64)

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
		return fmt.Sprintf("Claimed %s ago and not submitted: its worker may be gone. "+
			"Export reconciliation will release the claim.", format.Span(age))
	case job.Status == ops.ExportSubmitted && longest > 0 && age > longest:
		return fmt.Sprintf("Claimed %s ago and still running: exports may take up to %s. "+
			"Look for its query in Starburst.", format.Span(age), format.Span(longest))
	default:
		return ""
	}
}

func exportsLine(byStatus map[ops.ExportJobStatus]int, stuck int) said {
	line := said{Line: components.Line{State: components.OK, URL: "/exports"}}
	waiting := byStatus[ops.ExportPending]
	busy := byStatus[ops.ExportClaimed] + byStatus[ops.ExportSubmitted]

	failed := byStatus[ops.ExportFailed]
	counts := fmt.Sprintf("waiting, %d under way", busy)
	line.Text, line.was = fmt.Sprintf("%d %s, none failed.", waiting, counts), fmt.Sprintf("%d were %s, %d failed", waiting, counts, failed)

	if failed > 0 {
		line.State = components.Warn
		line.Text = fmt.Sprintf("%s failed. %d %s.", countOf(failed, "export job has", "export jobs have"), waiting, counts)
	}

	if stuck > 0 {
		line.State = components.Warn
		line.Text = countOf(stuck, "export job is", "export jobs are") + " stuck. " + line.Text
		line.was = countOf(stuck, "export job was", "export jobs were") + " stuck, " + line.was
	}

	return line
}

// mayBeStuck adds that jobs were not read which may be stuck, if any were not: they are the older
// ones, and what is stuck is old.
func mayBeStuck(line said, unread string) said {
	if unread != "" {
		line.State = components.Warn
		line.Text += " More may be stuck: " + unread + "."
	}

	return line
}

// sortExports sorts newest first, and before that by what is asked for.
func sortExports(jobs []pages.ExportJob, by pages.ExportsSort) {
	key := map[pages.ExportsSort]func(j pages.ExportJob) int64{
		pages.ByTrouble:  urgency,
		pages.ByID:       func(pages.ExportJob) int64 { return 0 },
		pages.BySnapshot: func(j pages.ExportJob) int64 { return j.SnapshotID },
		pages.ByAttempts: func(j pages.ExportJob) int64 { return int64(j.Attempts) },
		pages.ByClaimed: func(j pages.ExportJob) int64 {
			if j.ClaimedAt == nil {
				return 0
			}

			return j.ClaimedAt.UnixMicro()
		},
	}[by]

	slices.SortStableFunc(jobs, func(a, b pages.ExportJob) int {
		return cmp.Or(cmp.Compare(key(b), key(a)), cmp.Compare(b.ID, a.ID))
	})
}

func urgency(job pages.ExportJob) int64 {
	switch {
	case job.Stuck != "":
		return 2
	case job.Status == ops.ExportFailed:
		return 1
	default:
		return 0
	}
}
