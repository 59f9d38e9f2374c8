package e2e_test

import (
	"fmt"
	"net/http"
	"path"
	"testing"
	"time"
)

// startFilled starts a demo in which every page has something to show, and returns their addresses.
func startFilled(t *testing.T) (d *demo, paths []string) {
	t.Helper()

	d = startDemo(t, "--webhook-allowed-hosts", "127.0.0.1", "--webhook-allowed-networks", "127.0.0.0/8", "--approval-actions", "job.trigger")
	p := d.as(t, "olga", "/")

	p.saveLimit(4, "Something to look at")
	p.borrow()

	p.send("/points", map[string]any{"name": "before", "reason": "To go back to"}, http.StatusCreated)
	p.send("/jobs/lifecycle/trigger", map[string]any{"reason": "To see it run"}, http.StatusAccepted)
	p.send("/maintenance/templates", map[string]any{
		"name": "Monthly", "title": "Patching", "message": "We patch.", "length_seconds": 3600, "time_zone": "UTC", "reason": "Every month",
	}, http.StatusCreated)
	p.send("/config/export", map[string]any{
		"max_duration_seconds": 7000, "reason": "Long exports tonight", "revision": 1,
		"at": time.Now().AddDate(0, 0, 1).UTC().Format(time.RFC3339),
	}, http.StatusAccepted)
	d.changeOutside(t, 7200)
	p.until("the outside change is known",
		`fetch("/history", {headers: {Accept: "application/json"}}).then((r) => r.json()).then((h) => h.items.length > 2)`)

	webhook := p.addWebhook()
	window := p.announce("Patching", time.Hour, time.Hour)
	over, delivery := p.runAWindow(), p.delivered()

	instance := fmt.Sprintf("/instances/%d", decode[struct {
		Items []struct {
			ID int64 `json:"id"`
		} `json:"items"`
	}](t, p.fetch(http.MethodGet, "/instances?status=running", nil), http.StatusOK).Items[0].ID)
	id := path.Base(instance)

	return d, []string{
		"/", "/health", "/capacity", "/jobs", "/jobs/lifecycle", "/jobs/lifecycle/trigger", "/exports", "/metrics", "/find?q=limit",
		"/instances", instance, instance + "/terminate", "/instances/terminate?id=" + id,
		"/config/lifecycle", "/config/concurrency", "/config/export", "/config/maintenance",
		fmt.Sprintf("/config/concurrency/review?revision=%s&per_analyst=3&cluster_total=60", p.limits().Revision),
		"/history", "/history/1", "/history/1/restore", "/history/3/keep", "/compare?a=1&b=2", "/audit", "/audit/compare?a=1&b=2",
		"/leases", "/leases/1", "/leases/1/extend", "/scheduled", "/scheduled/1", "/scheduled/1/cancel", "/points", "/points/1",
		"/approvals", "/approvals/1", "/approvals/1/approve", "/sessions", "/incident?from=-1h&to=now", "/?at=-1s", "/health?at=-1s",
		"/maintenance", "/maintenance/windows", window, window + "/edit", window + "/start", "/maintenance/windows/new", over,
		"/maintenance/templates", "/maintenance/templates/1", "/maintenance/webhooks", webhook, webhook + "/rotate",
		"/maintenance/deliveries", delivery, "/announcements",
	}
}

// send asks for something as a script would.
func (p *page) send(address string, body map[string]any, status int) {
	p.t.Helper()

	if got := p.fetch(http.MethodPost, address, body); got.Status != status {
		p.t.Fatalf("%s: got %d, want %d: %.300s", address, got.Status, status, got.Body)
	}
}
