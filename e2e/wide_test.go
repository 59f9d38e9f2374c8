package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// widens puts a name of 200 characters in the place of each text that people or programs have chosen, one after the
// other, and tells which of them widen a table or the page.
const widens = `(() => {
	const wide = () => document.documentElement.scrollWidth > document.documentElement.clientWidth ||
		[...document.querySelectorAll(".table-container")].some((e) => e.dataset.fits && e.scrollWidth > e.clientWidth + 1);
	for (const e of document.querySelectorAll(".table-container")) e.dataset.fits = e.scrollWidth <= e.clientWidth + 1 ? "yes" : "";
	const out = wide() ? ["the page as it is"] : [];
	// What has a class of these, or a fixed set of words, is the console's own.
	const own = "time, .status, .none, .muted, .num, .pair, .act, .btn, nav, thead, button, label, select, script, noscript, svg, pre, output";
	const names = "h1, h2 a, h3, q, bdi, dd, tbody th, .wrap, .name, [data-palette-item], .environment";
	const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const text = texts.currentNode, parent = text.parentElement;
		if (!text.data.trim() || !parent.closest(names) || parent.closest(own)) continue;
		const was = text.data;
		text.data = "x".repeat(200);
		if (wide()) out.push(parent.outerHTML.slice(0, 80) + " of " + was);
		text.data = was;
	}
	return out;
})()`

// cramped are the buttons whose words do not fit in them.
const cramped = `[...document.querySelectorAll(".btn")].filter((e) => e.scrollHeight > e.clientHeight + 1).map((e) => e.outerHTML.slice(0, 80))`

func TestALongNameWidensNoTable(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	olga := d.as(t, "olga", "/")
	olga.saveLimit(4, "Something to look at")
	olga.borrow()

	p := d.as(t, "dave", "/")

	for _, width := range []int64{390, 1440} {
		_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: 900, DeviceScaleFactor: 1,
		})
		if err != nil {
			t.Fatal(err)
		}

		for _, path := range []string{
			"/", "/capacity", "/jobs", "/exports", "/instances", "/history", "/history/1", "/audit", "/leases", "/leases/1", "/points", "/sessions",
		} {
			p.visit(path)
			p.sees("main h1", "")

			for _, found := range evaluate[[]string](p, cramped) {
				t.Errorf("%s, %d wide: its words do not fit: %s", path, width, found)
			}

			for _, found := range evaluate[[]string](p, widens) {
				t.Errorf("%s, %d wide: %s", path, width, found)
			}
		}
	}
}
