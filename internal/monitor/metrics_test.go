package monitor_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// odd is an exposition as the format allows it, with numbers that JSON does not have.
const odd = `# TYPE background_job_execution_total counter
background_job_execution_total{job_name="lifecycle",status="success"} +Inf
background_job_execution_total{job_name="lifecycle",status="failed"} NaN
# TYPE background_job_execution_duration_seconds histogram
background_job_execution_duration_seconds_bucket{job_name="lifecycle",le="-Inf"} 9
background_job_execution_duration_seconds_bucket{job_name="lifecycle",le="0.1"} 5
background_job_execution_duration_seconds_bucket{job_name="lifecycle",le="NaN"} 7
background_job_execution_duration_seconds_bucket{job_name="lifecycle",le="+Inf"} 5
background_job_execution_duration_seconds_sum{job_name="lifecycle"} NaN
background_job_execution_duration_seconds_count{job_name="lifecycle"} 5
# TYPE background_job_last_success_timestamp_seconds gauge
background_job_last_success_timestamp_seconds{job_name="lifecycle"} 1e300
# TYPE background_job_health_status gauge
background_job_health_status{job_name="lifecycle"} -Inf
# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5"} NaN
rpc_seconds_sum NaN
rpc_seconds_count 0
`

func TestMetricsThatAreNoNumbersCanStillBeTold(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
	w.plane.set(func(p *plane) { p.metrics = odd })
	w.poll(t)
	w.pass(2 * time.Minute)
	snapshot := w.poll(t)

	if !snapshot.Metrics.Known() {
		t.Fatalf("they are not read: %s", snapshot.Metrics.Err)
	}

	families, err := json.Marshal(snapshot.Metrics.Value.Families)
	if err != nil || !strings.Contains(string(families), `"value":null`) || !strings.Contains(string(families), `"sum":null`) ||
		!strings.Contains(string(families), `"buckets":[{"le":0.1,"count":5},{"le":null,"count":5}]`) {
		t.Errorf("families: %v, %s, want null for a value, a sum and the bound of the last bucket", err, families)
	}

	if moved, err := json.Marshal(snapshot.Moved); err != nil {
		t.Errorf("moved: %v, %s", err, moved)
	}

	figures := snapshot.Metrics.Value.Job(ops.JobLifecycle)
	if figures.Successes != nil || figures.Failures != nil || figures.LastSuccess != nil || figures.Healthy != nil {
		t.Errorf("what is no number tells something: %+v", figures)
	}

	if figures.P50 == nil || *figures.P50 <= 0 || *figures.P50 > 0.1 {
		t.Errorf("p50: %v, want above 0 and at most 0.1", figures.P50)
	}

	if value := snapshot.Metrics.Value.Value("no_such_metric"); value != nil {
		t.Errorf("no such metric: %v, want nothing", *value)
	}

	if text, err := json.Marshal(monitor.Number(1.5)); err != nil || string(text) != "1.5" {
		t.Errorf("a number: %s, %v, want 1.5", text, err)
	}
}
