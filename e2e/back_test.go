package e2e_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// back goes back, or forward, within the document, and waits until htmx has restored the page.
func (p *page) back(where string) {
	p.t.Helper()
	evaluate[bool](p, fmt.Sprintf(`new Promise((done) => {
		document.addEventListener("htmx:after:swap", function restored({detail}) {
			if (!("HX-History-Restore-Request" in (detail.ctx.request?.headers ?? {}))) return;
			document.removeEventListener("htmx:after:swap", restored);
			done(true);
		});
		history.%s();
	})`, where))
}

// worksAround checks the scripts of what surrounds every page.
func (p *page) worksAround() {
	p.t.Helper()
	p.sees(".live", "Live")

	// The mark is moved by what the stream brings, and pauses it.
	p.pressIn(".topbar", "Live")
	p.sees(".live", "Paused")
	p.pressIn(".topbar", "Paused")
	p.sees(".live", "Live")

	p.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	p.until("the palette is open", `document.getElementById("palette").open`)
	p.do(chromedp.KeyEvent("metri"))
	p.until("one is found", `document.querySelectorAll("#palette [role=group]:not([data-found]) [role=option]:not([hidden])").length === 1`)
	p.until("the server is asked", `document.querySelector("#palette [data-found] [role=option]")`)
	evaluate[bool](p, `document.getElementById("palette").close() || true`)

	p.press("Theme")
	p.press("Dark")
	p.until("it is dark", `document.documentElement.dataset.theme === "dark"`)
	p.until("the zones are offered", `document.querySelector("[list]").focus() || document.getElementById("zone").dispatchEvent(
		new FocusEvent("focusin", {bubbles: true})) && document.getElementById("zones").options.length > 100`)
}

// TestBackKeepsWhatIsTyped goes back and forward between what htmx has put into the page.
func TestBackKeepsWhatIsTyped(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/config/concurrency")
	p.fill("per_analyst", "7")
	p.press("Review")
	p.at("/config/concurrency/review")

	// Back to a page of its own, which is filled from its address.
	evaluate[bool](p, `history.back() || true`)
	p.until("what was typed is there", `document.querySelector("main [name=per_analyst]")?.value === "7"`)
	p.press("Review")
	p.at("/config/concurrency/review")

	p.fill("reason", "Longer for the audit")
	p.lasts("duration", "36h")
	p.press("Change the values")
	p.until("the form is back", find("main button", "Review"))

	loaded := evaluate[float64](p, `performance.timeOrigin`)

	p.fill("per_analyst", "8")
	p.back("back")
	p.until("the reason is there", `document.querySelector("main [name=reason]").value === "Longer for the audit"`)
	p.sees("[data-echo]", "36 h (PT36H)")
	p.worksAround()

	p.back("forward")
	p.until("what was typed is there", `document.querySelector("main [name=per_analyst]").value === "8"`)

	if evaluate[float64](p, `performance.timeOrigin`) != loaded {
		t.Error("the page was loaded anew")
	}

	p.press("Review")
	p.at("/config/concurrency/review")
	p.save("Longer for the audit")
	p.sees("[data-toast]", "Changed and confirmed")
	p.press("Dismiss")
	p.until("the toast is gone", `!document.querySelector("[data-toast]")`)

	// The review that was carried out is no page to come back to.
	evaluate[bool](p, `history.back() || true`)
	p.until("the form has what was saved", `document.querySelector("main [name=per_analyst]")?.value === "8"`)
	p.until("Review is disabled while nothing differs", find("button:disabled", "Review"))
	p.worksAround()
}

// TestEveryScriptOutlivesBack restores pages as htmx does and uses what their scripts do.
func TestEveryScriptOutlivesBack(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/")
	p.expect("'beforeunload'") // is only asked once a person has done something

	for path, works := range map[string]string{
		// Charts are read where the pointer is.
		"/capacity": `((e) => (e.dispatchEvent(new PointerEvent("pointermove", {bubbles: true, clientX: e.getBoundingClientRect().left + 9})),
			e.closest("[data-chart]").querySelector(".reading").textContent))(document.querySelector(".plot svg"))`,
		// Times go on.
		"/health": `((e) => "emptied" in e.dataset ? e.textContent : (e.dataset.emptied = e.textContent = "", false))(
			document.querySelector("#main time[data-time]"))`,
		// The end of a window follows its start, and the zones are offered.
		"/maintenance/windows/new": `(([starts, ends, zone]) => (starts.value = "2030-05-01T10:00",
			starts.dispatchEvent(new Event("change", {bubbles: true})), zone.dispatchEvent(new FocusEvent("focusin", {bubbles: true})),
			ends.value === "2030-05-01 11:00" && zone.list.options.length > 100))(
			["starts_at", "ends_at", "time_zone"].map((name) => document.querySelector("[name=" + name + "]")))`,
		// Lists are searched in place.
		"/metrics": `((e) => (e.value = "no metric of the name", e.dispatchEvent(new Event("input", {bubbles: true})),
			document.querySelector("[data-found]").textContent === "0"))(document.querySelector("[data-find]"))`,
		// What is out of bounds is said.
		"/config/concurrency": `((e) => (e.value = "101", e.dispatchEvent(new Event("input", {bubbles: true})),
			!e.closest(".field").querySelector("[data-error]").hidden))(document.querySelector("[name=per_analyst]"))`,
		// A run is asked for in the dialog, whose reason is counted.
		"/jobs": `((e) => e ? (e.value = "x".repeat(450), e.dispatchEvent(new Event("input", {bubbles: true})),
			document.getElementById("reason-count").textContent) : (document.querySelector("#job-lifecycle a[hx-get]").click(), false))(
			document.querySelector("#dialog[open] [name=reason]"))`,
	} {
		p.visit(path)
		evaluate[bool](p, `history.pushState({htmx: true}, "") || true`)
		p.back("back")
		p.until(path+" works", works)
	}

	p.visit("/jobs")
	p.worksAround()
}
