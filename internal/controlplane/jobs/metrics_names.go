package jobs

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/ops"
)

// The names under which passes count what they find and do.
const (
	countOrphans          = "orphaned_pods"
	countOrphansDeleted   = "orphaned_pods_deleted"
	countOrphansFailed    = "orphaned_pods_failed"
	countEndedPodsDeleted = "pods_of_ended_instances_deleted"
	countMissing          = "missing_pods"
	countMissingHandled   = "missing_pods_handled"
	countDrift            = "status_drift"
	countDriftFixed       = "status_drift_fixed"
	countWithoutPodName   = "instances_without_pod_name"

	countUnreadable         = "unreadable_durations"
	countInstancesExpired   = "instances_expired"
	countInstancesEnded     = "instances_terminated"
	countInstancesIdle      = "instances_idle"
	countInstancesSuspended = "instances_suspended"
	countInstancesFailed    = "instances_not_terminated"
	countSnapshotsExpired   = "snapshots_expired"
	countSnapshotsDeleted   = "snapshots_deleted"
	countSnapshotsFailed    = "snapshots_not_deleted"
	countMappingsExpired    = "mappings_expired"
	countMappingsDeleted    = "mappings_deleted"
	countMappingsFailed     = "mappings_not_deleted"

	countStaleClaims      = "stale_claims"
	countClaimsReset      = "claims_reset"
	countReadyToFinalize  = "snapshots_ready_to_finalize"
	countFinalized        = "snapshots_finalized"
	countFinalizeFailed   = "snapshots_not_finalized"
	countSnapshotsBroken  = "snapshots_with_failed_exports"
	countSnapshotsGivenUp = "snapshots_failed"
	countExportsPrefix    = "export_jobs_" // and the status

	countEntriesPrefix  = "schema_cache_" // and the kind of entry
	countCatalogsFailed = "catalogs_failed"
	countSchemasFailed  = "schemas_failed"

	countTooLarge         = "numbers_too_large"
	countWaiting          = "instances_waiting"
	countToStarting       = "instances_to_starting"
	countToFailed         = "instances_to_failed"
	countInstancesRunning = "instances_running"
	countMeasured         = "instances_measured"
	countMemoryEvents     = "memory_events"
)

// buckets are the contract's, in seconds.
func buckets() []float64 { return []float64{0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120} }

// newMetrics registers all metrics; every series is there from the start.
func newMetrics(registry prometheus.Registerer) (*metrics, error) {
	f := &factory{registry: registry}

	m := &metrics{
		executions: f.counters("background_job_execution_total", "Runs of background jobs by result.", "job_name", "status"),
		duration: f.histograms("background_job_execution_duration_seconds",
			"How long runs of background jobs took.", "job_name"),
		lastSuccess: f.gauges("background_job_last_success_timestamp_seconds",
			"When the job last succeeded, in Unix time; 0 if it never did.", "job_name"),
		health: f.gauges("background_job_health_status",
			"1, or 0 after three failures of the job in a row.", "job_name"),
		skipped: f.gauges("background_job_skipped",
			"1 for a job whose last run lacked what it needs, and what that is.", "job_name", "reason"),
		refreshes: f.counters("schema_cache_refreshes_total", "Refreshes of the schema cache by result.", "status"),
		seen:      map[ops.JobName]int64{},
	}

	m.jobs = map[ops.JobName]jobMetrics{}

	for _, name := range Names() {
		m.jobs[name] = implementationOf(name).metrics(f)

		m.executions.WithLabelValues(string(name), string(Success))
		m.executions.WithLabelValues(string(name), string(Failed))
		m.duration.WithLabelValues(string(name))
		m.lastSuccess.WithLabelValues(string(name)).Set(0)
		m.health.WithLabelValues(string(name)).Set(1)
	}

	m.refreshes.WithLabelValues(string(Success))
	m.refreshes.WithLabelValues(string(Failed))

	return m, errors.Join(f.errs...)
}

func (f *factory) reconciliation() jobMetrics {
	return jobMetrics{
		passes:   f.counter("reconciliation_passes_total", "Passes of the reconciliation of pods and instances."),
		duration: f.histogram("reconciliation_pass_duration_seconds", "How long passes of the reconciliation took."),
		found: map[string]prometheus.Counter{
			countOrphans: f.counter("orphaned_pods_detected_total", "Pods found without an instance."),
			countMissing: f.counter("missing_pods_detected_total", "Instances found without the pod that they name."),
			countDrift:   f.counter("status_drift_detected_total", "Instances found whose pod is in another state."),
		},
		done: map[string]prometheus.Counter{
			countOrphansDeleted: f.counter("orphaned_pods_cleaned_total", "Pods without an instance that were deleted."),
			countOrphansFailed:  f.counter("orphaned_pods_cleanup_failures_total", "Pods without an instance that could not be deleted."),
			countMissingHandled: f.counter("missing_pods_handled_total", "Instances without their pod that were failed or removed."),
			countDriftFixed:     f.counter("status_drift_fixed_total", "Instances brought to the state of their pod."),
		},
		gauges: map[string]prometheus.Gauge{
			countOrphans:        f.gauge("orphaned_pods_detected_current", "Pods without an instance at the last pass."),
			countWithoutPodName: f.gauge("instances_without_pod_name", "Instances that should have a pod and named none at the last pass."),
		},
	}
}

func (f *factory) lifecycle() jobMetrics {
	failures := f.counters("lifecycle_termination_failures_total",
		"Resources past their time that could not be ended.", "resource_type")

	return jobMetrics{
		passes:   f.counter("lifecycle_passes_total", "Passes of the lifecycle job."),
		duration: f.histogram("lifecycle_pass_duration_seconds", "How long passes of the lifecycle job took."),
		done: map[string]prometheus.Counter{
			countInstancesEnded:     f.counter("ttl_instances_terminated_total", "Instances terminated past their ttl."),
			countSnapshotsDeleted:   f.counter("ttl_snapshots_deleted_total", "Snapshots deleted past their ttl."),
			countMappingsDeleted:    f.counter("ttl_mappings_deleted_total", "Mappings deleted past their ttl."),
			countInstancesSuspended: f.counter("inactive_instances_terminated_total", "Instances suspended because nobody used them."),
			countInstancesFailed:    failures.WithLabelValues("instance"),
			countSnapshotsFailed:    failures.WithLabelValues("snapshot"),
			countMappingsFailed:     failures.WithLabelValues("mapping"),
		},
	}
}

func (f *factory) exportReconciliation() jobMetrics {
	byStatus := f.gauges("export_jobs_by_status_total", "Export jobs by status at the last pass.", "status")
	gauges := map[string]prometheus.Gauge{
		queueDepth: f.gauge("graph_olap_export_queue_depth", "Export jobs that wait for a worker, at the last pass."),
	}

	for _, status := range ops.ExportJobStatuses() {
		gauges[countExportsPrefix+string(status)] = byStatus.WithLabelValues(string(status))
	}

	return jobMetrics{
		passes:   f.counter("export_reconciliation_passes_total", "Passes of the reconciliation of exports."),
		duration: f.histogram("export_reconciliation_pass_duration_seconds", "How long passes of the reconciliation of exports took."),
		found: map[string]prometheus.Counter{
			countStaleClaims:     f.counter("stale_export_claims_detected_total", "Claims of export jobs found too old."),
			countReadyToFinalize: f.counter("snapshots_ready_to_finalize_total", "Snapshots found whose exports are all completed."),
		},
		done: map[string]prometheus.Counter{
			countClaimsReset:    f.counter("stale_export_claims_reset_total", "Export jobs returned to pending."),
			countFinalized:      f.counter("snapshots_finalized_total", "Snapshots made ready."),
			countFinalizeFailed: f.counter("snapshots_finalization_failures_total", "Snapshots that could not be made ready."),
		},
		gauges: gauges,
	}
}

func (f *factory) schemaCache() jobMetrics {
	entries := f.gauges("schema_cache_entries_total", "Entries of the schema cache.", "entity_type")
	gauges := map[string]prometheus.Gauge{}

	for _, entity := range entityTypes() {
		gauges[countEntriesPrefix+entity] = entries.WithLabelValues(entity)
	}

	return jobMetrics{
		duration: f.histogram("schema_cache_refresh_duration_seconds", "How long refreshes of the schema cache took."),
		gauges:   gauges,
	}
}

func (f *factory) instanceOrchestration() jobMetrics {
	return jobMetrics{
		passes: f.counter("instance_orchestration_passes_total", "Passes of the orchestration of instances."),
		done: map[string]prometheus.Counter{
			countToStarting: f.counter("instances_transitioned_to_starting_total", "Instances whose snapshot became ready."),
			countToFailed:   f.counter("instances_transitioned_to_failed_total", "Instances whose snapshot failed."),
		},
	}
}

func (f *factory) resourceMonitor() jobMetrics {
	return jobMetrics{
		passes:   f.counter("resource_monitor_passes_total", "Passes of the resource monitor."),
		duration: f.histogram("resource_monitor_pass_duration_seconds", "How long passes of the resource monitor took."),
	}
}
