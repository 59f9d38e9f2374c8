package monitor

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/graph-olap/opsconsole/ops"
)

// ExportJobs are the export jobs that were read: each once, newest first.
type ExportJobs struct {
	Jobs []ops.ExportJob
	// Cut are the states of which there are more than were read; of those it is the newest.
	Cut map[ops.ExportJobStatus]bool
}

// With returns them with those of a state replaced, which were read as far as they are given out.
func (e ExportJobs) With(status ops.ExportJobStatus, jobs []ops.ExportJob) ExportJobs {
	others := slices.DeleteFunc(slices.Clone(e.Jobs), func(job ops.ExportJob) bool { return job.Status == status })

	e.Jobs, e.Cut = slices.Concat(others, jobs), maps.Clone(e.Cut)
	e.Cut[status] = len(jobs) >= ops.ExportJobsMaxLimit

	return e
}

// readExports asks once where the control plane gives out all jobs at a time. Else it asks for
// each state but completed on its own, since what is stuck is old: one after the other in the
// order in which a job passes them. So a job that moves on meanwhile is met again rather than
// missed, and counts where it was seen last. A state of which state has none is not asked for.
func readExports(ctx context.Context, source reader, state func() Part[ops.State]) (ExportJobs, error) {
	newest, err := source.GetExportJobs(ctx, ops.ExportJobsQuery{Limit: ops.ExportJobsMaxLimit})
	if err != nil || len(newest) < ops.ExportJobsMaxLimit {
		return ExportJobs{Jobs: newest}, err
	}

	found := map[int64]ops.ExportJob{}
	collect(found, newest)

	read := ExportJobs{Cut: map[ops.ExportJobStatus]bool{ops.ExportCompleted: true}}
	there := presence(newest, state())

	for _, status := range ops.ExportJobStatuses() {
		if status == ops.ExportCompleted || !there(status) {
			continue
		}

		jobs, err := source.GetExportJobs(ctx, ops.ExportJobsQuery{Status: status, Limit: ops.ExportJobsMaxLimit})
		if err != nil {
			return ExportJobs{}, err
		}

		collect(found, jobs)
		read.Cut[status] = len(jobs) >= ops.ExportJobsMaxLimit
	}

	read.Jobs = slices.SortedFunc(maps.Values(found), func(a, b ops.ExportJob) int { return cmp.Compare(b.ID, a.ID) })

	return read, nil
}

func collect(found map[int64]ops.ExportJob, jobs []ops.ExportJob) {
	for _, job := range jobs {
		found[job.ID] = job
	}
}

// presence tells whether there may be jobs of a state: all states may have some unless the
// counts were read, and count at least the jobs that were seen.
func presence(seen []ops.ExportJob, state Part[ops.State]) func(ops.ExportJobStatus) bool {
	counts, total := state.Value.ExportJobs.ByStatus, 0
	for _, n := range counts {
		total += n
	}

	return func(status ops.ExportJobStatus) bool {
		return state.Stale() || total < len(seen) || counts[string(status)] > 0 ||
			slices.ContainsFunc(seen, func(job ops.ExportJob) bool { return job.Status == status })
	}
}
