package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestTheScrubberGoesToAnotherMoment by its keys, which say in words where they are, and goes on there with them; and the page
// is as light as others.
func TestTheScrubberGoesToAnotherMoment(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/")
	p.expect("'beforeunload'")

	at := time.Now().UTC().Add(-20 * time.Minute).Truncate(time.Second).Format(time.RFC3339)
	p.visit("/capacity?at=" + at)
	p.sees("main", "Around that time")

	const said = `document.querySelector("#moment").getAttribute("aria-valuetext")`

	before := evaluate[string](p, said)
	p.do(chromedp.Focus("#moment"), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))

	if after := evaluate[string](p, said); after == before || !strings.Contains(after, "UTC. ") {
		t.Errorf("got %q after %q, want the next moment in words", after, before)
	}

	p.sees(".scrubber", "Show this moment")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("the page is as it was two minutes later", `!location.search.includes(`+"`"+at+"`"+`) && document.activeElement?.id === "moment"`)
	p.sees("main", "As it was at")

	total := evaluate[float64](p, `["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
		.reduce((sum, e) => sum + e.encodedBodySize, 0)`)
	if total > 50_000 {
		t.Errorf("the page is %v bytes, want at most 50,000", total)
	}
}

// TestAnIncidentIsFollowedFromAPageToAnother: from what changed to what happened around it, of one kind, and to a page as it was.
func TestAnIncidentIsFollowedFromAPageToAnother(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/health?from=-6h")
	p.expect("'beforeunload'")
	p.sees("main", "Same time on")
	evaluate[bool](p, `[...document.querySelectorAll(".ranges a")].find((a) => a.textContent === "Incident").click() || true`)
	p.until("the incident of that time", `location.pathname === "/incident" && new URLSearchParams(location.search).get("from").startsWith("20")`)
	p.sees("main", "At the start")
	p.sees("main", "Sign-in")

	p.do(chromedp.SetValue(`select[name="kind"]`, "failure"), chromedp.Click(`form.filter button.btn:not([type])`))
	p.until("one kind alone", `location.search.includes("kind=failure")`)
	p.press("Overview at its start")
	p.sees("main", "As it was at")
}
