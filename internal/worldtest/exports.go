package worldtest

import (
	"slices"
	"sync"

	"github.com/graph-olap/opsconsole/ops"
)

// ExportQueue is the export jobs of a control plane, as its API gives them out.
type ExportQueue struct {
	mu    sync.Mutex
	jobs  []ops.ExportJob
	asked []ops.ExportJobsQuery
	// between is called before a list is made, with how many were made before.
	between func(n int)
}

// NewExportQueue returns a queue of the jobs, newest first.
func NewExportQueue(jobs ...ops.ExportJob) *ExportQueue { return &ExportQueue{jobs: jobs} }

// Between lets something happen before the lists that are asked for from now on.
func (q *ExportQueue) Between(fn func(n int)) {
	q.mu.Lock()
	defer q.mu.Unlock()

	q.between, q.asked = fn, nil
}

// Move puts a job into another state.
func (q *ExportQueue) Move(id int64, to ops.ExportJobStatus) {
	q.mu.Lock()
	defer q.mu.Unlock()

	i := slices.IndexFunc(q.jobs, func(job ops.ExportJob) bool { return job.ID == id })
	q.jobs[i].Status = to
}

// Asked are the queries since it was called last.
func (q *ExportQueue) Asked() []ops.ExportJobsQuery {
	q.mu.Lock()
	defer q.mu.Unlock()

	asked := q.asked
	q.asked = nil

	return asked
}

// List answers get_export_jobs.
func (q *ExportQueue) List(query ops.ExportJobsQuery) []ops.ExportJob {
	q.mu.Lock()
	between, n := q.between, len(q.asked)
	q.asked = append(q.asked, query)
	q.mu.Unlock()

	if between != nil {
		between(n)
	}

	q.mu.Lock()
	defer q.mu.Unlock()

	limit := query.Limit
	if limit == 0 {
		limit = ops.ExportJobsDefaultLimit
	}

	jobs := []ops.ExportJob{}

	for _, job := range q.jobs {
		if (query.Status == "" || job.Status == query.Status) && len(jobs) < limit {
			jobs = append(jobs, job)
		}
	}

	return jobs
}

// State answers the export jobs of get_state.
func (q *ExportQueue) State() ops.ExportsState {
	q.mu.Lock()
	defer q.mu.Unlock()

	counts := map[string]int{}
	for _, job := range q.jobs {
		counts[string(job.Status)]++
	}

	return ops.ExportsState{ByStatus: counts}
}

// ExportsOf are jobs with the ids from downwards, one of each state that is given, newest first.
func ExportsOf(from int64, states ...ops.ExportJobStatus) []ops.ExportJob {
	jobs := make([]ops.ExportJob, len(states))
	for i, status := range states {
		jobs[i] = ops.ExportJob{ID: from - int64(i), SnapshotID: 1, EntityType: "node", EntityName: "Person", Status: status}
	}

	return jobs
}
