package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
)

func TestATemporaryChangeEndsWhileThePageIsOpen(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/config/concurrency")
	before := p.limits()

	p.fill("per_analyst", "3")
	p.press("Review")
	p.at("/config/concurrency/review")
	p.fill("duration", "15s")
	p.save("Fewer while we look at the memory")

	// It is counted down on this page and on any other.
	const countdown = `document.querySelector(".temporary time.countdown")?.textContent`

	p.sees(".temporary", "Per analyst 3 instances")

	first := evaluate[string](p, countdown)
	p.until("the countdown runs", fmt.Sprintf(`%s !== %s`, countdown, literal(first)))
	p.sees("#live-set-now", "3 instances")

	// At its end everything goes back on the page as it stands.
	loaded := evaluate[float64](p, `performance.timeOrigin`)

	p.sees("#live-changes", "Temporary change 1 ended at its time")
	p.sees("#live-set-now", fmt.Sprintf("%d instances", before.Current.PerAnalyst))
	p.until("no countdown is left", `!document.querySelector(".temporary")`)
	p.sees("form .note", "no longer what this form was filled from")

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
	p.fill("confirm_within", "10m")
	p.save("Trying four for a while")

	// Nobody else may set for a time what it holds, and is told who does.
	p.expect("409")

	held := p.fetch(http.MethodPost, "/config/concurrency", map[string]any{
		"per_analyst": 6, "reason": "Six for an hour", "revision": p.limits().Revision, "duration": "PT1H",
	})
	decode[any](t, held, http.StatusConflict)

	p.press("Per analyst 4 instances")
	p.press("Extend")
	p.fill("duration", "2h")
	p.fill("reason", "The memory is not measured yet")
	p.press("Move its end")
	p.sees(".temporary", "goes back in 1 h 59 min")

	p.press("Per analyst 4 instances")
	p.press("End now")
	p.fill("reason", "The memory is measured")
	p.press("Go back to what was set before")
	p.until("no countdown is left", `document.readyState === "complete" && !document.querySelector(".temporary")`)

	if got := d.controlPlaneLimit(t); got != 5 {
		t.Errorf("the control plane has %d, want 5", got)
	}
}
