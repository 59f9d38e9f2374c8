package e2e_test

import "testing"

// TestAReceiptThatFollowsItsRunLeavesTheFocus where somebody has it, however often it is drawn again.
func TestAReceiptThatFollowsItsRunLeavesTheFocus(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/jobs")
	p.pressIn("#job-lifecycle", "Run now")
	p.fill("reason", "What is idle is in the way")
	p.pressIn("dialog .buttons", "Run lifecycle now")
	p.sees("dialog .receipt", "Triggered by dave")

	evaluate[bool](p, `document.addEventListener("htmx:after:settle", () => (document.drawn = (document.drawn ?? 0) + 1)) ??
		(document.querySelector("#dialog [data-close]").focus() || true)`)
	p.until("it is drawn again", `document.drawn > 0`)
	p.sees("dialog .receipt", "Lifecycle has run")

	if !evaluate[bool](p, `document.activeElement.matches("#dialog [data-close]")`) {
		t.Error("the receipt takes the focus from Close")
	}
}
