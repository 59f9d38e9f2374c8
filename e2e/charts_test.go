package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// point sends a pointer to a part of the width of the first chart.
func (p *page) point(kind string, share float64) {
	p.t.Helper()
	evaluate[bool](p, fmt.Sprintf(`((e, box) => e.dispatchEvent(new PointerEvent(%q, {bubbles: true, button: 0, isPrimary: true,
		clientX: box.left + %g * box.width, clientY: box.top + 9})))(...((e) => [e, e.getBoundingClientRect()])(document.querySelector(".canvas")))`, kind, share))
}

// TestAChartIsZoomedByDraggingAndBackReturns, and what is read of it stays at its time while the chart moves on.
func TestAChartIsZoomedByDraggingAndBackReturns(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/capacity?owners=all")
	p.expect("'beforeunload'")
	p.sees(".live", "Live")

	// The arrows read the chart, and what comes leaves that where it is.
	p.do(chromedp.Focus(".canvas"), chromedp.KeyEvent(kb.ArrowLeft))
	p.until("a value is read", `document.querySelector(".reading").textContent.includes("Used")`)

	const where = `((c) => [c.querySelector(".reading").textContent.split(":").slice(0, 2).join(":"), c.dataset.until,
		c.querySelector(".cursor").getAttribute("x1")].join(" "))(document.querySelector("[data-chart]"))`

	before := strings.Fields(evaluate[string](p, where))
	p.until("the chart has moved on", fmt.Sprintf(`document.querySelector("[data-chart]").dataset.until !== %q`, before[len(before)-2]))

	after := strings.Fields(evaluate[string](p, where))
	if before[0] != after[0] || before[len(before)-1] == after[len(after)-1] || !evaluate[bool](p, `document.activeElement.matches(".canvas")`) {
		t.Errorf("got %v after %v, want the same time further to the left, and the focus where it was", after, before)
	}

	p.point("pointerdown", 0.25)
	p.point("pointermove", 0.5)
	p.point("pointerup", 0.5)
	p.until("the page shows that time", `location.search.includes("from=20") && location.search.includes("owners=all")`)
	p.sees("main", "Back to now")
	p.sees(".live", "Snapshot")

	length := evaluate[float64](p, `((q) => (Date.parse(q.get("to")) - Date.parse(q.get("from"))) / 6e4)(new URLSearchParams(location.search))`)
	if length < 14 || length > 16 {
		t.Errorf("%v minutes are shown, want a quarter of an hour", length)
	}

	evaluate[bool](p, `history.back() || true`)
	p.until("the hour is back", `location.search === "?owners=all"`)
	p.sees(".live", "Live")
}
