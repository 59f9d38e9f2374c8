package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestATemporaryChangeEndsWhileThePageIsOpen(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/config/concurrency")
	before := p.limits()

	p.fill("per_analyst", "3")
	p.press("Review")
	p.at("/config/concurrency/review")
	p.lasts("duration", "10m")
	p.save("Fewer while we look at the memory")

	// It is counted down on this page and on any other.
	const countdown = `document.querySelector(".temporary time.countdown")?.textContent`

	p.sees(".temporary", "Per analyst 3 instances")

	first := evaluate[string](p, countdown)
	p.until("the countdown runs", fmt.Sprintf(`%s !== %s`, countdown, literal(first)))
	p.sees("#live-set-now", "3 instances")

	// At its end everything goes back on the page as it stands.
	loaded := evaluate[float64](p, `performance.timeOrigin`)

	decode[any](t, p.fetch(http.MethodPost, "/leases/1/extend", map[string]any{"duration": "3s", "reason": "It is measured"}), http.StatusOK)
	p.sees("#live-changes", "Temporary change 1 ended at its time")
	p.sees("#live-set-now", fmt.Sprintf("%d instances", before.Current.PerAnalyst))
	p.until("no countdown is left", `!document.querySelector(".temporary")`)
	p.until("the form, in which nothing is typed, follows",
		fmt.Sprintf(`document.querySelector("[name=per_analyst]").value === "%d"`, before.Current.PerAnalyst))

	if evaluate[float64](p, `performance.timeOrigin`) != loaded {
		t.Error("the page was loaded anew")
	}

	if got := d.controlPlaneLimit(t); got != before.Current.PerAnalyst {
		t.Errorf("the control plane has %d, want %d", got, before.Current.PerAnalyst)
	}

	after := p.limits()
	if end := after.History[0]; after.Current != before.Current || end.Source != "lease_end" || end.Outcome != "applied" ||
		end.Restores == nil || *end.Restores != after.History[1].ID {
		t.Errorf("got %+v, want the values of before by lease_end, applied, of the temporary change", after)
	}

	p.visit("/history?source=lease_end")
	p.sees("main", "Temporary change 1 ended at its time")
}

func TestATemporaryChangeIsExtendedAndEndedEarly(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/")

	p.visit("/config/concurrency")
	p.fill("per_analyst", "4")
	p.press("Review")
	p.at("/config/concurrency/review")
	p.lasts("confirm_within", "10m")
	p.save("Trying four for a while")

	// Nobody else may set for a time what it holds, and is told who does.
	p.expect("409")

	held := p.fetch(http.MethodPost, "/config/concurrency", map[string]any{
		"per_analyst": 6, "reason": "Six for an hour", "revision": p.limits().Revision, "duration": "PT1H",
	})
	decode[any](t, held, http.StatusConflict)

	// The section's page has the same buttons: they are pressed on the page that the link leads to.
	p.press("Per analyst 4 instances")
	p.at("/leases/1")
	p.press("Extend")
	p.fill("duration", "2h")
	p.fill("reason", "The memory is not measured yet")
	p.press("Change end time")
	p.at("/leases/1") // the form's own page shows the new end too, before it is left
	p.sees(".temporary", "ends in 1 h 59 min")

	p.press("End now")
	p.fill("reason", "The memory is measured")
	p.press("Restore previous values")
	p.until("no countdown is left", `document.readyState === "complete" && !document.querySelector(".temporary")`)

	if got := d.controlPlaneLimit(t); got != 5 {
		t.Errorf("the control plane has %d, want 5", got)
	}
}

// TestAHeldTemporaryChangeIsDecided on the page of its section, where it says who is in its way.
func TestAHeldTemporaryChangeIsDecided(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/config/export")

	decode[any](t, p.fetch(http.MethodPost, "/config/export", map[string]any{
		"max_duration_seconds": 7200, "reason": "A large export tonight", "revision": p.longest().Revision, "duration": "8s",
	}), http.StatusOK)
	d.changeOutside(t, 9000)

	// Both are told on the page as it stands: what was set outside, and that the end waits.
	p.sees("#live-set-now", "Changed outside this console")
	p.sees("#live-set-now", "olga outside this console, change 2")

	// A window that sets the field is led to the decision.
	p.expect("409")

	ahead := func(d time.Duration) string { return time.Now().UTC().Add(d).Format(time.RFC3339) }
	refused := p.fetch(http.MethodPost, "/maintenance/windows", map[string]any{
		"title": "Patching", "message": "We patch.", "starts_at": ahead(24 * time.Hour), "ends_at": ahead(25 * time.Hour), "time_zone": "UTC",
		"settings": map[string]any{"export": map[string]any{"max_duration_seconds": 600}}, "reason": "Patches of the month", "confirm": "demo",
	})
	decode[any](t, refused, http.StatusConflict)

	p.pressIn("#live-set-now", "Keep current values")
	p.fill("reason", "Olga is right")
	p.press("Keep current values")
	p.sees(".facts", "Confirmed")
	p.sees(".acts", "Olga is right")

	if now := p.longest(); now.Current.Seconds != 9000 {
		t.Errorf("got %d s, want 9000", now.Current.Seconds)
	}
}
