package jobs_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
)

// contract is section 6 of the contract, as far as it is about jobs: name, type, and
// how many series there are from the start.
const contract = `
background_job_execution_total COUNTER 12
background_job_execution_duration_seconds HISTOGRAM 6
background_job_last_success_timestamp_seconds GAUGE 6
background_job_health_status GAUGE 6
reconciliation_passes_total COUNTER 1
reconciliation_pass_duration_seconds HISTOGRAM 1
orphaned_pods_detected_total COUNTER 1
orphaned_pods_cleaned_total COUNTER 1
orphaned_pods_cleanup_failures_total COUNTER 1
orphaned_pods_detected_current GAUGE 1
missing_pods_detected_total COUNTER 1
missing_pods_handled_total COUNTER 1
status_drift_detected_total COUNTER 1
status_drift_fixed_total COUNTER 1
instances_without_pod_name GAUGE 1
lifecycle_passes_total COUNTER 1
lifecycle_pass_duration_seconds HISTOGRAM 1
ttl_instances_terminated_total COUNTER 1
ttl_snapshots_deleted_total COUNTER 1
ttl_mappings_deleted_total COUNTER 1
inactive_instances_terminated_total COUNTER 1
lifecycle_termination_failures_total COUNTER 3
export_reconciliation_passes_total COUNTER 1
export_reconciliation_pass_duration_seconds HISTOGRAM 1
stale_export_claims_detected_total COUNTER 1
stale_export_claims_reset_total COUNTER 1
snapshots_ready_to_finalize_total COUNTER 1
snapshots_finalized_total COUNTER 1
snapshots_finalization_failures_total COUNTER 1
export_jobs_by_status_total GAUGE 5
graph_olap_export_queue_depth GAUGE 1
schema_cache_refreshes_total COUNTER 2
schema_cache_refresh_duration_seconds HISTOGRAM 1
schema_cache_entries_total GAUGE 4
instance_orchestration_passes_total COUNTER 1
instances_transitioned_to_starting_total COUNTER 1
instances_transitioned_to_failed_total COUNTER 1
resource_monitor_passes_total COUNTER 1
resource_monitor_pass_duration_seconds HISTOGRAM 1
`

func TestMetricsAreTheContracts(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		families, err := w.registry.Gather()
		if err != nil {
			t.Fatal(err)
		}

		var got []string

		for _, family := range families {
			got = append(got, fmt.Sprint(family.GetName(), " ", family.GetType(), " ", len(family.GetMetric())))

			if family.GetHelp() == "" {
				t.Errorf("%s has no help", family.GetName())
			}

			if family.GetType() != dto.MetricType_HISTOGRAM {
				continue
			}

			var bounds []float64
			for _, bucket := range family.GetMetric()[0].GetHistogram().GetBucket() {
				bounds = append(bounds, bucket.GetUpperBound())
			}

			if want := []float64{0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120}; !slices.Equal(bounds, want) {
				t.Errorf("%s has the buckets %v, want %v", family.GetName(), bounds, want)
			}
		}

		want := strings.Split(strings.TrimSpace(contract), "\n")
		slices.Sort(want)
		slices.Sort(got)

		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestMetricsThatAreThereAlready(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		taken := prometheus.NewRegistry()
		taken.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "lifecycle_passes_total", Help: "another"}))

		_, err := jobs.New(t.Context(), jobs.Config{
			DB: w.db, Now: w.clock.Now, Logger: slog.New(slog.DiscardHandler), Enqueuer: tableEnqueuer{}, Registry: taken,
		})
		if err == nil {
			t.Error("no error")
		}
	})
}
