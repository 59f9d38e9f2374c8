package e2e_test

import (
	"net/http"
	"testing"
)

// TestTwoPersons has two operators look at each other's acts and sessions, each on their own page.
func TestTwoPersons(t *testing.T) {
	t.Parallel()

	d := startDemo(t, "--approval-actions", "config.save")
	dave, olga := d.as(t, "dave", "/"), d.as(t, "olga", "/approvals")

	ask := func(limit, reason, approval string) {
		dave.visit("/config/concurrency")
		dave.fill("per_analyst", limit)
		dave.press("Review")
		dave.at("/config/concurrency/review")
		dave.fill("reason", reason)
		dave.pressSave()
		dave.at(approval)
		dave.sees("main", "is waiting for another operator")
	}

	ask("6", "a workshop of twenty", "/approvals/1")
	olga.sees("main", "dave") // without loading it
	olga.visit("/approvals/1/approve")
	olga.fill("reason", "asked the workshop")
	olga.press("Approve and carry out now")
	olga.at("/approvals/1")
	dave.sees("main", "asked the workshop")

	if got := dave.limits().Current; got.PerAnalyst != 6 {
		t.Errorf("%d is set, want 6", got.PerAnalyst)
	}

	olga.visit("/jobs")
	ask("7", "a workshop of thirty", "/approvals/2")
	dave.visit("/approvals/2/break-glass")
	dave.fill("reason", "nobody else is here")
	dave.press("Break glass and carry out now")
	dave.at("/approvals/2")
	olga.sees(".banner", "Carried out without a second person")
	olga.expect("status of 401")

	dave.visit("/sessions")
	dave.sees("tr", "olga")
	dave.sees("tr td time", "")
	dave.sees("tr td", "127.0.0.1")
	dave.pressIn("tr", "the session of olga")
	dave.fill("reason", "left at a desk of ours")
	dave.press("End this session of olga")
	dave.at("/sessions")
	olga.at("/login") // from the page that was open

	if got := dave.fetch(http.MethodGet, "/sessions", nil); got.Status != http.StatusOK {
		t.Errorf("dave is answered with %d", got.Status)
	}
}
