package e2e_test

import (
	"net/http"
	"testing"
)

func TestTriggerAJob(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/jobs")

	p.sees("#job-instance_orchestration", "by schedule only")

	// It asks why.
	p.pressIn("#job-reconciliation", "Run now")
	p.sees("dialog h2", "Run reconciliation now")
	p.fill("reason", "  ")
	p.expect("422")
	p.pressIn("dialog .buttons", "Run reconciliation now")
	p.sees("dialog [data-invalid] .error", "")

	p.fill("reason", "Pods look odd")
	p.pressIn("dialog .buttons", "Run reconciliation now")
	p.sees("dialog .receipt", "Pods look odd")
	p.sees("dialog .receipt", "Triggered by dave")
	p.pressIn("dialog", "Close")

	// Once a minute, for everybody.
	olga := d.as(t, "olga", "/jobs")
	olga.sees("#job-reconciliation", "again in")
	olga.sees("#job-reconciliation", "Pods look odd")
	olga.until("the button is disabled", find("#job-reconciliation button:disabled", "Run now"))

	olga.expect("429")

	type refusal struct {
		Error struct {
			Code    string `json:"code"`
			Details struct {
				Resource   string `json:"resource"`
				RetryAfter int    `json:"retry_after_seconds"`
			} `json:"details"`
		} `json:"error"`
	}

	got := olga.fetch(http.MethodPost, "/jobs/reconciliation/trigger", map[string]string{"reason": "Me too, please"})
	if e := decode[refusal](t, got, http.StatusTooManyRequests).Error; e.Code != "RATE_LIMIT_EXCEEDED" ||
		e.Details.Resource != "job_trigger:reconciliation" || e.Details.RetryAfter < 1 || e.Details.RetryAfter > 60 {
		t.Errorf("got %s, want RATE_LIMIT_EXCEEDED of job_trigger:reconciliation for 1 to 60 s", got.Body)
	}

	// Another job has a minute of its own.
	olga.pressIn("#job-lifecycle", "Run now")
	olga.fill("reason", "Old ones linger")
	olga.pressIn("dialog .buttons", "Run lifecycle now")
	olga.sees("dialog .receipt", "Triggered by olga")

	// Show all is in the log, the refusal too.
	p.visit("/audit")
	p.sees("main", "Pods look odd")
	p.sees("main", "Me too, please")
	p.sees("main", "Old ones linger")
}
