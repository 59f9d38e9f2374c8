package monitor_test

import (
	"testing"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	succeeded = `background_job_execution_total{job_name="lifecycle",status="success"} `
	failed    = `background_job_execution_total{job_name="lifecycle",status="failed"} `

	failedOther = `background_job_execution_total{job_name="lifecycle",status="failed",pid="2"} `
)

func TestTheFirstEventOfASeriesIsGrowth(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		before, after string
		want          monitor.JobResult
	}{
		"absent, then 1":              {"x 1\n", failed + "1\n", monitor.JobFailed},
		"absent, then 1, beside some": {succeeded + "5\n", succeeded + "5\n" + failed + "1\n", monitor.JobFailed},
		"absent, then 0":              {"x 1\n", failed + "0\n", ""},
		"the same":                    {failed + "1\n", failed + "1\n", ""},
		"begun anew":                  {succeeded + "9\n", succeeded + "1\n", monitor.JobSucceeded},
		"another process is gone":     {failed + "2\n" + failedOther + "3\n", failed + "2\n", ""},
		"another process fails":       {failed + "2\n", failed + "2\n" + failedOther + "1\n", monitor.JobFailed},
		"an odd line elsewhere":       {"x 1\ny z\n", "x 1\ny z\n" + failed + "1\n", monitor.JobFailed},
		"its line was odd before":     {succeeded + "5\n" + failed + "x\n", succeeded + "5\n" + failed + "2\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
			w.plane.set(func(p *plane) { p.metrics = c.before })

			if got := w.poll(t).Results[ops.JobLifecycle]; got != "" {
				t.Errorf("the first poll: got %q, want no result", got)
			}

			w.plane.set(func(p *plane) { p.metrics = c.after })

			if got := w.poll(t).Results[ops.JobLifecycle]; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSeveralSeriesOfAJobAreOne(t *testing.T) {
	t.Parallel()

	metrics, err := monitor.ParseMetrics([]byte(`# TYPE background_job_execution_total counter
background_job_execution_total{job_name="lifecycle",status="failed",pid="1"} 2
background_job_execution_total{job_name="lifecycle",status="failed",pid="2"} 3
# TYPE background_job_last_success_timestamp_seconds gauge
background_job_last_success_timestamp_seconds{job_name="lifecycle",pid="1"} 1700000000
background_job_last_success_timestamp_seconds{job_name="lifecycle",pid="2"} 1800000000
background_job_last_success_timestamp_seconds{job_name="lifecycle",pid="3"} 1600000000
# TYPE background_job_health_status gauge
background_job_health_status{job_name="lifecycle",pid="1"} 1
background_job_health_status{job_name="lifecycle",pid="2"} 0
# TYPE background_job_execution_duration_seconds histogram
background_job_execution_duration_seconds_bucket{job_name="lifecycle",pid="1",le="1"} 1
background_job_execution_duration_seconds_bucket{job_name="lifecycle",pid="1",le="+Inf"} 1
background_job_execution_duration_seconds_count{job_name="lifecycle",pid="1"} 1
background_job_execution_duration_seconds_sum{job_name="lifecycle",pid="1"} 1
background_job_execution_duration_seconds_bucket{job_name="lifecycle",pid="2",le="1"} 0
background_job_execution_duration_seconds_bucket{job_name="lifecycle",pid="2",le="2"} 3
background_job_execution_duration_seconds_bucket{job_name="lifecycle",pid="2",le="+Inf"} 3
background_job_execution_duration_seconds_count{job_name="lifecycle",pid="2"} 3
background_job_execution_duration_seconds_sum{job_name="lifecycle",pid="2"} 5
`))
	if err != nil {
		t.Fatal(err)
	}

	got := metrics.Job(ops.JobLifecycle)

	switch {
	case got.Failures == nil || *got.Failures != 5:
		t.Errorf("failures: got %v, want 5", got.Failures)
	case got.LastSuccess == nil || got.LastSuccess.Unix() != 1800000000:
		t.Errorf("last success: got %v, want the Unix time 1800000000", got.LastSuccess)
	case got.Healthy == nil || *got.Healthy:
		t.Errorf("healthy: got %v, want false", got.Healthy)
	case got.P95 == nil || *got.P95 <= 1 || *got.P95 > 2:
		t.Errorf("p95: got %v, want between 1 and 2", got.P95)
	}
}
