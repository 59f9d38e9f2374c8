package e2e_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// breaks are the words of headings and states in tables that stand in more than one line, and what is cut.
const breaks = `(() => {
	const out = [], range = document.createRange();
	for (const e of document.querySelectorAll("main .table :is(thead th, .status span)")) {
		const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
		while (texts.nextNode()) {
			const text = texts.currentNode;
			if (text.parentElement.closest(".sr-only")) continue;
			for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
				range.setStart(text, index);
				range.setEnd(text, index + word.length);
				if (range.getClientRects().length > 1) out.push(word);
			}
		}
	}
	for (const e of [document.documentElement, ...document.querySelectorAll(".table-container")])
		if (e.scrollWidth > e.clientWidth + 1) out.push("cut: " + e.className);
	return out;
})()`

func TestTablesOnPaperKeepWordsWhole(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/")
	p.saveLimit(4, "Something to print")
	p.borrow()

	// As wide as a page of A4 between margins of 1 cm.
	_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: 718, Height: 1000, DeviceScaleFactor: 1,
	})
	if err != nil {
		t.Fatal(err)
	}

	if _, err = chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}

	for _, path := range []string{"/jobs", "/exports", "/audit", "/leases"} {
		p.visit(path)
		p.sees("main h1", "")

		for _, word := range evaluate[[]string](p, breaks) {
			t.Errorf("%s: %s", path, word)
		}
	}
}
