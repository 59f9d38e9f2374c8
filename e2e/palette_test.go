package e2e_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestThePaletteFindsARecord by a word of its reason, and leads there; actions are found by what they do.
func TestThePaletteFindsARecord(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/config/concurrency")
	p.fill("per_analyst", "9")
	p.press("Review")
	p.at("/config/concurrency/review")
	p.fill("reason", "OPS-4711 for the xylophone workshop")
	p.pressSave()
	p.at("/config/concurrency")

	open := func() {
		p.until("its script has run", `document.readyState === "complete"`)
		p.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
		p.until("the palette is open", `document.getElementById("palette").open`)
	}

	open()
	p.do(chromedp.KeyEvent("XYLO 4711"))
	p.until("the change is found", `document.querySelector('#palette [data-found] a[href^="/history/"][aria-selected]')`)
	p.do(chromedp.KeyEvent("\r"))
	p.sees("main", "OPS-4711 for the xylophone workshop")
	p.until("it is the change's page", `location.pathname.startsWith("/history/")`)

	open()
	p.do(chromedp.KeyEvent("lower the limit"))
	p.until("the action is found", `document.querySelector('#palette a[href="/config/concurrency"][aria-selected]')`)
}
