package runs

import (
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
)

// work is a counter of what the runs of a job did, contract section 6, and the name that the count has in a run.
type work struct {
	name   string
	metric string
	labels []string
}

// workOf are the counters of a job.
func workOf(job ops.JobName) []work {
	switch job {
	case ops.JobReconciliation:
		return []work{
			{"orphaned_pods_deleted", "orphaned_pods_cleaned_total", nil},
			{"orphaned_pods_failed", "orphaned_pods_cleanup_failures_total", nil},
			{"missing_pods_handled", "missing_pods_handled_total", nil},
			{"status_drift_fixed", "status_drift_fixed_total", nil},
		}
	case ops.JobLifecycle:
		const failures = "lifecycle_termination_failures_total"

		return []work{
			{"instances_terminated", "ttl_instances_terminated_total", nil},
			{"instances_suspended", "inactive_instances_terminated_total", nil},
			{"snapshots_deleted", "ttl_snapshots_deleted_total", nil},
			{"mappings_deleted", "ttl_mappings_deleted_total", nil},
			{"instances_not_terminated", failures, []string{"resource_type", "instance"}},
			{"snapshots_not_deleted", failures, []string{"resource_type", "snapshot"}},
			{"mappings_not_deleted", failures, []string{"resource_type", "mapping"}},
		}
	case ops.JobExportReconciliation:
		return []work{
			{"claims_reset", "stale_export_claims_reset_total", nil},
			{"snapshots_finalized", "snapshots_finalized_total", nil},
			{"snapshots_not_finalized", "snapshots_finalization_failures_total", nil},
		}
	case ops.JobInstanceOrchestration:
		return []work{
			{"instances_to_starting", "instances_transitioned_to_starting_total", nil},
			{"instances_to_failed", "instances_transitioned_to_failed_total", nil},
		}
	case ops.JobSchemaCache, ops.JobResourceMonitor:
		return nil
	default:
		return nil
	}
}

// counters are where those of a job stand.
type counters struct {
	Successes float64 `json:"successes"`
	Failures  float64 `json:"failures"`
	// Observed is how many runs took Seconds.
	Observed float64 `json:"observed"`
	Seconds  float64 `json:"seconds"`
	// Succeeded is when the job last succeeded, in Unix microseconds.
	Succeeded int64              `json:"succeeded"`
	Work      map[string]float64 `json:"work"`
}

// countersOf reads those of a job; ok is false where the metrics count no runs of it.
func countersOf(metrics monitor.Metrics, job ops.JobName) (c counters, ok bool) {
	figures := metrics.Job(job)
	if figures.Successes == nil && figures.Failures == nil {
		return c, false
	}

	value := func(f *float64) float64 {
		if f == nil {
			return 0
		}

		return *f
	}

	c = counters{
		Successes: value(figures.Successes), Failures: value(figures.Failures),
		Observed: value(figures.Observed), Seconds: value(figures.Seconds), Work: map[string]float64{},
	}

	if figures.LastSuccess != nil {
		c.Succeeded = figures.LastSuccess.UnixMicro()
	}

	for _, w := range workOf(job) {
		if total := metrics.Total(w.metric, w.labels...); total != nil {
			c.Work[w.name] = *total
		}
	}

	return c, true
}

// same reports whether no run has ended in between.
func (c counters) same(other counters) bool {
	return c.Successes == other.Successes && c.Failures == other.Failures
}

// restarted reports whether they began anew.
func (c counters) restarted(before counters) bool {
	return c.Successes < before.Successes || c.Failures < before.Failures
}

// since is by how much they grew.
func (c counters) since(before counters) counters {
	if c.restarted(before) {
		before = counters{Succeeded: before.Succeeded}
	}

	grown := counters{
		Successes: c.Successes - before.Successes, Failures: c.Failures - before.Failures,
		Observed: c.Observed - before.Observed, Seconds: c.Seconds - before.Seconds, Work: map[string]float64{},
	}

	if c.Succeeded > before.Succeeded {
		grown.Succeeded = c.Succeeded
	}

	for name, now := range c.Work {
		if more := now - before.Work[name]; more > 0 {
			grown.Work[name] = more
		}
	}

	return grown
}
