package ops

import "time"

// JobName names a background job of the control plane.
type JobName string

// The background jobs. The last two cannot be triggered.
const (
	JobReconciliation        JobName = "reconciliation"
	JobLifecycle             JobName = "lifecycle"
	JobExportReconciliation  JobName = "export_reconciliation"
	JobSchemaCache           JobName = "schema_cache"
	JobInstanceOrchestration JobName = "instance_orchestration"
	JobResourceMonitor       JobName = "resource_monitor"
)

// JobInfo describes a background job.
type JobInfo struct {
	Name        JobName
	Description string
	// Every is how often it runs unless an operator says otherwise.
	Every time.Duration
	// Timeout is how long a run may take.
	Timeout time.Duration
	// Triggerable says that trigger_job takes it.
	Triggerable bool
}

// Jobs lists all background jobs, section 5 of the contract, in its order. It is the one
// description of them: schedule, triggers, messages and pages follow from it.
func Jobs() []JobInfo {
	const day = 24 * time.Hour

	return []JobInfo{
		{JobReconciliation, "Brings instances and their pods in line", 5 * time.Minute, time.Minute, true},
		{JobLifecycle, "Ends what is past its time, suspends what is idle", 5 * time.Minute, time.Minute, true},
		{JobExportReconciliation, "Frees stale export claims, finishes snapshots", time.Minute, time.Minute, true},
		// A big warehouse has many catalogs.
		{JobSchemaCache, "Reads catalogs, schemas, tables and columns from Starburst", day, 30 * time.Minute, true},
		{JobInstanceOrchestration, "Starts instances whose snapshot is ready", 15 * time.Second, time.Minute, false},
		{JobResourceMonitor, "Records the memory use of running instances", time.Minute, time.Minute, false},
	}
}

// Info describes the job; only Name is set of one that the contract does not have.
func (n JobName) Info() JobInfo {
	for _, job := range Jobs() {
		if job.Name == n {
			return job
		}
	}

	return JobInfo{Name: n}
}

// Triggerable reports whether trigger_job takes the job.
func (n JobName) Triggerable() bool { return n.Info().Triggerable }

// triggerable are the names of the jobs that trigger_job takes.
func triggerable() []string {
	var names []string

	for _, job := range Jobs() {
		if job.Triggerable {
			names = append(names, string(job.Name))
		}
	}

	return names
}

// JobTrigger is the body of trigger_job; the reason has 1 to 500 characters.
type JobTrigger struct {
	JobName JobName `json:"job_name"`
	Reason  string  `json:"reason"`
}

// JobTriggered is the answer of trigger_job; Status is "queued".
type JobTriggered struct {
	JobName     JobName `json:"job_name"`
	TriggeredAt Time    `json:"triggered_at"`
	TriggeredBy string  `json:"triggered_by"`
	Reason      string  `json:"reason"`
	Status      string  `json:"status"`
}

// JobStatus is the answer of get_job_status.
type JobStatus struct {
	Jobs []Job `json:"jobs"`
}

// Job is a background job and when it runs next.
type Job struct {
	Name    JobName `json:"name"`
	NextRun *Time   `json:"next_run"`
}

// ExportJobsQuery selects export jobs: Status "" means all; Limit is 1 to 1000, 0 the default of 100.
type ExportJobsQuery struct {
	Status ExportJobStatus
	Limit  int
}

// The limits of get_export_jobs.
const (
	ExportJobsDefaultLimit = 100
	ExportJobsMaxLimit     = 1000
)

// ExportJobStatus is the state of an export job.
type ExportJobStatus string

// The states of an export job.
const (
	ExportPending   ExportJobStatus = "pending"
	ExportClaimed   ExportJobStatus = "claimed"
	ExportSubmitted ExportJobStatus = "submitted"
	ExportCompleted ExportJobStatus = "completed"
	ExportFailed    ExportJobStatus = "failed"
)

// ExportJobStatuses lists the states in the order in which a job passes them.
func ExportJobStatuses() []ExportJobStatus {
	return []ExportJobStatus{ExportPending, ExportClaimed, ExportSubmitted, ExportCompleted, ExportFailed}
}

// ExportJob is one export of nodes or edges of a snapshot.
type ExportJob struct {
	ID           int64           `json:"id"`
	SnapshotID   int64           `json:"snapshot_id"`
	EntityType   string          `json:"entity_type"`
	EntityName   string          `json:"entity_name"`
	Status       ExportJobStatus `json:"status"`
	ClaimedAt    *Time           `json:"claimed_at"`
	ClaimedBy    *string         `json:"claimed_by"`
	Attempts     int             `json:"attempts"`
	ErrorMessage *string         `json:"error_message"`
}
