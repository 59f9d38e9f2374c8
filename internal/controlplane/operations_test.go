package controlplane_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func TestTriggersGoToTheJobs(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		trigger := ops.JobTrigger{JobName: ops.JobSchemaCache, Reason: "new catalog"}

		answer := must[ops.JobTriggered](t)(p.As(dave).TriggerJob(t.Context(), trigger))
		if p.jobs.by != "dave" || p.jobs.trigger != trigger || answer.Status != "queued" {
			t.Errorf("the jobs got %+v, the caller %+v, want %+v by dave, queued", p.jobs, answer, trigger)
		}

		for _, bad := range []ops.JobTrigger{
			{JobName: ops.JobSchemaCache, Reason: " \t"},
			{JobName: ops.JobSchemaCache, Reason: strings.Repeat("x", 501)},
			{JobName: ops.JobSchemaCache, Reason: "nul\x00"},
		} {
			_, err := p.As(dave).TriggerJob(t.Context(), bad)
			wantFields(t, err, "body.reason")
		}

		_, err := p.As(dave).TriggerJob(t.Context(), ops.JobTrigger{JobName: ops.JobResourceMonitor, Reason: "x"})
		wantFields(t, err, "body.job_name")

		if p.jobs.trigger != trigger {
			t.Errorf("a refused trigger reached the jobs: %+v", p.jobs.trigger)
		}

		if status := must[ops.JobStatus](t)(p.As(dave).GetJobStatus(t.Context())); len(status.Jobs) != 1 {
			t.Errorf("status is %+v, want one job", status)
		}
	})
}

func TestMetricsCountConnections(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		text := string(must[[]byte](t)(p.As(ops.Caller{}).GetMetrics(t.Context())))

		for _, want := range []string{
			"# TYPE graph_olap_database_connections gauge",
			`graph_olap_database_connections{state="in_use"} 0`,
			`graph_olap_database_connections{state="total"} `,
			`graph_olap_database_connections{state="available"} `,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the metrics lack %s:\n%s", want, text)
			}
		}
	})
}

func TestWithoutItsDatabase(t *testing.T) {
	t.Parallel()

	onEach(t, func(t *testing.T, p platform) {
		t.Helper()

		if got := p.Ready(t.Context()); got != (ops.ProbeStatus{Status: "ready", Version: "1.2.3", Database: "connected"}) {
			t.Errorf("ready is %+v, want ready, 1.2.3, connected", got)
		}

		if err := p.db.Close(); err != nil {
			t.Fatal(err)
		}

		p.clock.Advance(2e9)

		for name, call := range operations() {
			if name != "get_cluster_health" {
				e := refused(t, call(t.Context(), p.As(dave)), ops.CodeServiceUnavailable)
				if e.Details["service"] != "database" || errors.Unwrap(e) == nil {
					t.Errorf("%s answers %v, want the database unavailable, with a cause", name, e)
				}
			}
		}

		health := must[ops.Health](t)(p.As(dave).GetClusterHealth(t.Context()))
		if health.Status != ops.Unhealthy || health.Components["database"].Status != ops.ComponentUnreachable {
			t.Errorf("health is %+v, want it unhealthy, the database unreachable", health)
		}

		_, err := p.As(alice).GetClusterHealth(t.Context())
		wantCode(t, err, ops.CodeInsufficientRole)

		if got := p.Ready(t.Context()); got != (ops.ProbeStatus{Status: "not_ready", Version: "1.2.3", Database: "disconnected"}) {
			t.Errorf("ready is %+v, want not_ready, 1.2.3, disconnected", got)
		}

		if got := p.Alive(t.Context()); got != (ops.ProbeStatus{Status: "healthy", Version: "1.2.3", Database: "disconnected"}) {
			t.Errorf("alive is %+v, want healthy, 1.2.3, disconnected", got)
		}
	})
}
