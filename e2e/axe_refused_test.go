package e2e_test

import (
	"net/http"
	"testing"
)

// TestWhatIsRefusedIsAccessible has axe-core look at what needs a second person, is refused, or was done without one.
func TestWhatIsRefusedIsAccessible(t *testing.T) {
	t.Parallel()

	d := startDemo(t, "--approval-actions", "job.trigger,config.save")
	olga, dave := d.as(t, "olga", "/"), d.as(t, "dave", "/")

	olga.send("/jobs/lifecycle/trigger", map[string]any{"reason": "to see it run"}, http.StatusAccepted)
	dave.send("/jobs/schema_cache/trigger", map[string]any{"reason": "to see it run"}, http.StatusAccepted)

	current := dave.limits()
	dave.send("/config/concurrency", map[string]any{
		"per_analyst": current.Current.PerAnalyst + 1, "reason": "a workshop of twenty", "revision": current.Revision,
	}, http.StatusAccepted)

	states := []struct {
		name  string
		reach func()
	}{
		{"breaking glass", func() { dave.visit("/approvals/1/break-glass"); dave.sees("h1", "Without a second person") }},
		{"breaking glass without a reason", func() { dave.press("Break glass and carry out now"); dave.sees("[data-invalid] .error", "reason") }},
		{"one's own", func() { dave.visit("/approvals/2/approve"); dave.sees("#barred", "You requested this yourself") }},
		{"a section that is waited for", func() { dave.visit("/config/concurrency"); dave.sees("main", "waiting for another operator") }},
		{"carried out without a second person", func() {
			dave.send("/approvals/1/break-glass", map[string]any{"reason": "nobody else is here"}, http.StatusOK)
			dave.visit("/")
			dave.sees(".banner", "Carried out without a second person")
		}},
		{"what was carried out so", func() { dave.visit("/approvals/1"); dave.sees("main", "nobody else is here") }},
		{"what is over", func() { dave.visit("/approvals/1/reject"); dave.sees("#barred", "no longer waiting") }},
	}

	dave.expect("status of 422")
	dave.expect("status of 409")
	dave.expect("beforeunload")

	for _, state := range states {
		for _, width := range []int64{screen, phone} {
			dave.wide(width)

			if width == screen {
				state.reach()
			}

			t.Logf("%s, %d wide", state.name, width)
			dave.checkSchemes()
		}
	}
}
