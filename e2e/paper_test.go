package e2e_test

import (
	"strings"
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
				if (range.getClientRects().length > 1) out.push("broken: " + word);
			}
		}
	}
	for (const e of [document.documentElement, ...document.querySelectorAll(".table-container")])
		if (e.scrollWidth > e.clientWidth + 1) out.push("cut: " + e.className);
	return out;
})()`

// misplaced is what nobody can use on paper, or read there: controls, navigation, empty boxes, and moments that are
// relative, without their zone or as programs write them.
const misplaced = `(() => {
	const out = [];
	const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".sr-only") && e.getClientRects().length > 0;
	const say = (e) => e.tagName.toLowerCase() + " " + (e.id || e.className) + ": " + e.textContent.replace(/\s+/g, " ").trim().slice(0, 60);
	for (const e of document.querySelectorAll("button, input, select, textarea, form:not(:has(table, .facts)), nav, dialog, .btn, .toaster"))
		if (shown(e)) out.push("printed: " + say(e));
	for (const e of document.querySelectorAll("main .card"))
		if (shown(e) && !e.innerText.trim() && !e.querySelector("svg")) out.push("empty: " + say(e));
	for (const e of document.querySelectorAll("time")) {
		if (!shown(e)) continue;
		const read = e.title ? getComputedStyle(e, "::after").content : e.textContent;
		const clock = e.dataset.time === "clock";
		if (!(clock ? /\d:\d\d \S/ : /\d{4}, \d\d:\d\d(:\d\d)? [A-Z]/).test(read)) out.push("time: " + read);
	}
	for (const [text] of document.body.innerText.matchAll(/\d{4}-\d\d-\d\dT\d\d:\d\d\S*/g)) out.push("for programs: " + text);
	if (!document.querySelector(".outside") && !shown(document.querySelector(".environment"))) out.push("of which environment");
	return out;
})()`

// TestEveryPageOnPaper looks at each page as it is printed.
func TestEveryPageOnPaper(t *testing.T) {
	t.Parallel()

	d, paths := startFilled(t)
	p := d.as(t, "dave", "/")
	p.expect("beforeunload") // of what a review has typed

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

	for _, path := range append(paths, "/login") {
		p.visit(path)
		p.until("it is drawn", `document.readyState === "complete" && document.querySelector("main h1, main h2")`)

		for _, wrong := range append(evaluate[[]string](p, breaks), evaluate[[]string](p, misplaced)...) {
			// How a delivery was sent is shown as it was.
			if strings.HasPrefix(wrong, "for programs") && strings.HasPrefix(path, "/maintenance/deliveries/") {
				continue
			}

			t.Errorf("%s: %s", path, wrong)
		}
	}
}
