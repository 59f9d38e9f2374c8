package controlplane_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func TestExportJobs(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		seed(t, p.db, 3, 0, 250)
		// As different control planes write timestamps, and as none does.
		exec(t, p.db, `UPDATE export_jobs SET claimed_by = 'worker-1', claimed_at = '2026-03-02T08:55:00', poll_count = 3,
			error_message = '<b>no such table</b>' WHERE id = 250`)
		exec(t, p.db, `UPDATE export_jobs SET claimed_at = 'yesterday' WHERE id = 249`)

		list := func(query ops.ExportJobsQuery) []ops.ExportJob {
			t.Helper()

			return must[[]ops.ExportJob](t)(p.As(dave).GetExportJobs(t.Context(), query))
		}

		jobs := list(ops.ExportJobsQuery{})
		if len(jobs) != 100 || jobs[0].ID != 250 || jobs[99].ID != 151 {
			t.Fatalf("%d jobs, from %d to %d; want the newest 100", len(jobs), jobs[0].ID, jobs[len(jobs)-1].ID)
		}

		if first := jobs[0]; first.EntityType != "node" || first.EntityName != "Customer" || first.Attempts != 3 ||
			*first.ClaimedBy != "worker-1" || first.ClaimedAt.Format("15:04 MST") != "08:55 UTC" ||
			*first.ErrorMessage != "<b>no such table</b>" {
			t.Errorf("the newest is %+v, want Customer's third attempt, claimed by worker-1 at 08:55 UTC, with its error", first)
		}

		if jobs[1].ClaimedAt != nil || jobs[1].ClaimedBy != nil || jobs[1].ErrorMessage != nil {
			t.Errorf("the one before is %+v, want it neither claimed nor with an error", jobs[1])
		}

		for _, status := range ops.ExportJobStatuses() {
			jobs := list(ops.ExportJobsQuery{Status: status, Limit: 1000})
			if len(jobs) != 50 {
				t.Errorf("%d jobs are %s, want 50", len(jobs), status)
			}

			for _, job := range jobs {
				if job.Status != status {
					t.Errorf("job %d is %s, asked for %s", job.ID, job.Status, status)
				}
			}
		}

		if jobs := list(ops.ExportJobsQuery{Limit: 1}); len(jobs) != 1 {
			t.Errorf("%d jobs, want 1", len(jobs))
		}

		_, err := p.As(dave).GetExportJobs(t.Context(), ops.ExportJobsQuery{Status: "lost", Limit: 1001})
		wantFields(t, err, "query.status", "query.limit")

		_, err = p.As(dave).GetExportJobs(t.Context(), ops.ExportJobsQuery{Limit: -1})
		wantFields(t, err, "query.limit")
	})
}
