package e2e_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// wide makes the page as wide as a screen is, in CSS's pixels.
func (p *page) wide(width int64) {
	p.t.Helper()

	_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 900, DeviceScaleFactor: 1,
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// TestEveryPageIsAccessibleOnAPhone has axe-core look at each page in a phone's width, in one scheme: colors do not
// differ by width.
func TestEveryPageIsAccessibleOnAPhone(t *testing.T) {
	t.Parallel()

	d, paths := startFilled(t)
	p := d.as(t, "dave", "/")
	p.expect("beforeunload") // of what a review has typed
	p.wide(phone)

	for _, path := range paths {
		p.visit(path)
		p.sees("main h1, main h2", "")
		p.checkAccessibility()
	}
}

const (
	phone  = 390
	screen = 1440
)

// TestEveryStateIsAccessible has axe-core look at what pages become while they are used.
func TestEveryStateIsAccessible(t *testing.T) {
	t.Parallel()

	d, _ := startFilled(t)

	p := d.as(t, "dave", "/")
	p.expect("status of 4")
	p.expect("beforeunload")

	for _, width := range []int64{phone, screen} {
		p.wide(width)

		for state, reach := range p.states() {
			t.Logf("%s, %d wide", state, width)
			reach()
			p.checkSchemes()
		}
	}
}

// states are what pages become, by their names, and how to come there.
func (p *page) states() map[string]func() {
	const review = "/config/concurrency/review?per_analyst=3&cluster_total=60&revision="

	current := func() string { return review + p.limits().Revision }

	return map[string]func(){
		"a review":   func() { p.visit(current()); p.sees("h1", "review and save") },
		"a conflict": func() { p.visit(review + "1"); p.sees("h1", "changed by somebody else") },
		"out of bounds": func() {
			p.visit("/config/concurrency/review?revision=3&per_analyst=999&cluster_total=60")
			p.sees(".error", "between")
		},
		"without a reason": func() {
			p.visit(current())
			p.pressSave()
			p.sees("[data-invalid] .error", "Enter a reason")
		},
		"a form with errors": func() {
			p.visit("/maintenance/windows/new")
			p.pressIn("main form", "Review")
			p.sees("[data-invalid] .error", "")
		},
		"nothing found":    func() { p.visit("/instances?q=nothing-has-this-name"); p.sees("main .empty", "") },
		"an empty history": func() { p.visit("/history?q=xylophone"); p.sees("main .empty", "") },
		"a dialog": func() {
			p.visit("/jobs")
			p.pressIn("#job-lifecycle", "Run now")
			p.sees("dialog h2", "Run lifecycle now")
		},
		"the palette": func() {
			p.visit("/jobs")
			p.until("its script has run", `document.readyState === "complete"`)
			p.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
			p.until("the palette is open", `document.getElementById("palette").open`)
			p.do(chromedp.KeyEvent("limit"))
			p.until("something is found", `document.querySelector("#palette [data-found] a")`)
		},
		"the account's menu":  func() { p.visit("/"); p.opens("account-menu") },
		"the theme's menu":    func() { p.visit("/health"); p.opens("theme-menu") },
		"as it was":           func() { p.visit("/?at=-1s"); p.sees("main h1", "") },
		"an incident":         func() { p.visit("/incident?from=-1h&to=now"); p.sees("main h1", "") },
		"a compared section":  func() { p.visit("/compare?a=1&b=2"); p.sees("main h1", "") },
		"something not there": func() { p.visit("/nowhere"); p.sees("h1", "Not found") },
		"ticked rows": func() {
			p.visit("/instances?status=running")
			p.until("two are ticked", `document.readyState === "complete" && ((all) => all.length > 1 && (all[0].click(), all[1].click(), true))(
				[...document.querySelectorAll("tbody input[name=id]")])`)
		},
		"what is folded": func() {
			p.visit("/config/concurrency")
			p.until("it is unfolded", `document.readyState === "complete" &&
				(document.querySelectorAll("details").forEach((d) => (d.open = true)), true)`)
		},
		"a toast": func() {
			p.visit("/config/concurrency")
			now := decode[limits](p.t, p.fetch(http.MethodGet, "/config/concurrency", nil), http.StatusOK)
			limit := strconv.Itoa(now.Current.PerAnalyst + 1)
			p.fill("per_analyst", limit)
			p.do(chromedp.KeyEvent(kb.Enter))
			p.sees("h1", "review and save")
			p.fill("reason", "To see a toast at "+limit)
			p.pressSave()
			p.sees("#toasts", "Changed and confirmed.")
		},
	}
}

// opens shows a menu by its button.
func (p *page) opens(id string) {
	p.t.Helper()
	p.until("the menu is open", `document.readyState === "complete" && ((m) => (m.matches(":popover-open") || m.showPopover(), true))(
		document.getElementById(`+literal(id)+`))`)
}
