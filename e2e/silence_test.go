package e2e_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/alertmanager/alertmanagertest"
)

// TestAWindowSilencesAlerts: the form says what is wrong with matchers, the review counts what they
// match, and the page follows what Alertmanager's own tool sees.
func TestAWindowSilencesAlerts(t *testing.T) {
	t.Parallel()

	server := alertmanagertest.Start(t, "", nil)
	server.Fire(map[string]string{"alertname": "Slow", "namespace": "graph"})

	d := startDemo(t, "--alertmanager-url", server.URL.String(), "--alertmanager-matchers", "namespace=graph")
	p := d.as(t, "dave", "/maintenance/windows/new")

	p.expect("422")
	p.until("the default", `document.querySelector("#alert_matchers")?.value == 'namespace="graph"'`)
	p.fill("alert_matchers", `severity!="critical"`)
	p.pressIn("main form", "Review")
	p.sees("[data-invalid] .error", "matches alerts that have none of these labels")

	p.reviewWindow("Quiet patching", time.Second, time.Hour)
	p.sees("main", "1 matching alert is firing now.")

	path := p.confirmWindow("Quiet patching")
	p.sees("#silence", "They are silenced; Alertmanager says so.")

	if seen := server.Silences(false); len(seen) != 1 || seen[0].Status.State != "active" {
		t.Fatalf("amtool sees %+v, want one that is active", seen)
	}

	p.pressIn("main", "End now")
	p.fill("reason", "It is done already")
	p.pressIn("main form", "End now and restore")
	p.at(path)
	p.sees("#silence", "The silence is gone")

	if seen := server.Silences(false); len(seen) > 0 {
		t.Errorf("amtool sees %+v, want none", seen)
	}
}
