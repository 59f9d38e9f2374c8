package e2e_test

import (
	"regexp"
	"testing"
	"time"
)

// TestAFormWhoseAnswerIsLostIsAskedForAgain is of forms that are pages of their own: points and windows.
func TestAFormWhoseAnswerIsLostIsAskedForAgain(t *testing.T) {
	t.Parallel()

	d := startCutting(t)
	p := d.as(t, "dave", "/points")
	p.expect("50")
	p.expect("ERR_EMPTY_RESPONSE")
	p.expect("Failed to fetch")

	p.fill("name", "Before the migration")
	p.fill("reason", "So that we can go back")
	d.answers(lost)
	p.press("Save point")
	p.sees("main form .alert", "not known whether this was carried out")

	// What has the id of the request may come from something on the way.
	d.answers(replaced)
	p.press("Ask again")
	p.sees("main form .alert", "answered instead of the console (502)")

	// The console's own trouble says nothing of what was asked for before.
	d.answers(untold)
	p.press("Ask again")
	p.sees("main form .alert", "cannot tell right now")
	p.until("what was typed stays", `document.querySelector("[name=name]").value === "Before the migration"`)

	d.answers(arrives)
	p.press("Ask again")
	p.at("/points/1")
	p.sees("h1", "Before the migration")

	if n := p.count("/points", `c.name === "Before the migration"`); n != 1 {
		t.Errorf("%d points are kept, want 1", n)
	}

	// What only looks has done nothing.
	p.visit("/maintenance/windows/new")
	p.fill("title", "Patching")
	p.fill("message", "We patch.")
	p.set("starts_at", time.Now().UTC().Add(24*time.Hour).Format("2006-01-02T15:04"))
	p.fill("time_zone", "UTC")
	d.answers(lost)
	p.pressIn("main form", "Review")
	p.sees(".toast", "Nothing was changed")
	d.answers(arrives)
	p.pressIn(".toast", "Ask again")
	p.sees("h1", "Review: Patching")
	p.at("/maintenance/windows/review")
	p.until("no toast", `!document.querySelector(".toast")`)

	// Back, and on again, finds what was typed: the page's script has it.
	p.fill("reason", "Monthly patching")

	for _, way := range []string{"back", "forward"} {
		p.back(way)
		p.until("what was typed is there", `document.querySelector("main [name=title]").value === "Patching" &&
			document.querySelector("main [name=time_zone]").value === "UTC"`)
	}

	p.pressIn("main form", "Review")
	p.sees("h1", "Review: Patching")
	p.fill("reason", "Monthly patching")
	p.copiesAKey()
	d.answers(lost)
	p.press("Announce")
	p.sees("main form .alert", "not known whether this was carried out")
	d.answers(arrives)
	p.press("Ask again")
	p.sees("h1", "Patching")
	p.until("the page of the window", `/^\/maintenance\/windows\/\d+$/.test(location.pathname)`)

	if n := p.count("/maintenance/windows", `c.title === "Patching"`); n != 1 {
		t.Errorf("%d windows are announced, want 1", n)
	}
}

// copiesAKey copies what the page offers as curl, twice: each has an idempotency key of its own.
func (p *page) copiesAKey() {
	p.t.Helper()

	const copied = `((button) => {
		navigator.clipboard.writeText = async (text) => (window.copied = text);
		button.click();
		return window.copied;
	})(document.querySelector("[data-language=curl] [data-copy]"))`

	key := regexp.MustCompile(`-H 'Idempotency-Key: "([0-9a-f]{32})"' \\\n  -d '`)
	one, other := key.FindString(evaluate[string](p, copied)), key.FindString(evaluate[string](p, copied))

	if one == "" || other == "" || one == other {
		p.t.Errorf("copied with %q and %q, want a key each", one, other)
	}
}

// TestALookThatFailsIsSaidOnce is of the dialog of a run, which is asked for twice in vain.
func TestALookThatFailsIsSaidOnce(t *testing.T) {
	t.Parallel()

	d := startCutting(t)
	p := d.as(t, "dave", "/jobs")
	p.expect("ERR_EMPTY_RESPONSE")
	p.expect("Failed to fetch")

	d.answers(unseen)
	p.pressIn("#job-lifecycle", "Run now")
	p.sees(".toast", "Nothing was changed")
	evaluate[bool](p, `(document.querySelector(".toast [data-why]").textContent = "") === ""`)
	p.pressIn("#job-lifecycle", "Run now")
	p.sees(".toast", "The connection broke")

	if n := evaluate[int](p, `document.querySelectorAll(".toast").length`); n != 1 {
		t.Errorf("%d notices tell it, want 1", n)
	}

	d.answers(arrives)
	p.pressIn(".toast", "Ask again")
	p.sees("#dialog", "Run lifecycle now")

	// Each body that a form has sent and that was not answered has a key, also after another one.
	if !evaluate[bool](p, `((form) => {
		form.addEventListener("submit", (event) => (event.preventDefault(), event.stopImmediatePropagation()), true);
		const [one, other, again] = ["It lingers", "It hangs", "It lingers"].map((reason) => {
			form.elements.reason.value = reason;
			form.requestSubmit();
			return form.elements.idempotency_key.value;
		});
		return one !== "" && one === again && one !== other;
	})(document.querySelector("#dialog form"))`) {
		t.Error("what was sent before has another key, or something else the same one")
	}
}
