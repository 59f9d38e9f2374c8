package controlplane

import (
	"context"
	"fmt"

	"github.com/graph-olap/opsconsole/ops"
)

// GetExportJobs implements [ops.Service].
func (s session) GetExportJobs(ctx context.Context, query ops.ExportJobsQuery) ([]ops.ExportJob, error) {
	if err := s.allowOps(ctx); err != nil {
		return nil, err
	}

	if query.Limit == 0 {
		query.Limit = ops.ExportJobsDefaultLimit
	}

	var errs []ops.FieldError

	errs = checkOneOf(errs, "query.status", query.Status, ops.ExportJobStatuses())
	errs = append(errs, ops.CheckRange("query.limit", query.Limit, 1, ops.ExportJobsMaxLimit)...)

	if err := ops.Invalid(errs); err != nil {
		return nil, err
	}

	// The newest have the highest ids. A range of one status, ordered by it too, can be
	// read from the index on (status, id) alone; of an equal one PostgreSQL may think that
	// it finds it soon by going back through all rows.
	where, order, args := "", "", []any{query.Limit}
	if query.Status != "" {
		where, order, args = `WHERE status >= $2 AND status <= $2`, `status DESC, `, append(args, query.Status)
	}

	rows, err := s.db.Read().QueryContext(ctx, `
		SELECT id, snapshot_id, job_type, entity_name, status, claimed_at, claimed_by, poll_count, error_message
		  FROM export_jobs `+where+` ORDER BY `+order+`id DESC LIMIT $1`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the export jobs: %w", err)
	}
	defer rows.Close()

	jobs := []ops.ExportJob{}

	for rows.Next() {
		var (
			job     ops.ExportJob
			claimed nullTime
		)

		err := rows.Scan(&job.ID, &job.SnapshotID, &job.EntityType, &job.EntityName, &job.Status,
			&claimed, &job.ClaimedBy, &job.Attempts, &job.ErrorMessage)
		if err != nil {
			return nil, fmt.Errorf("read an export job: %w", err)
		}

		job.ClaimedAt = claimed.Time
		jobs = append(jobs, job)
	}

	return jobs, rows.Err()
}
