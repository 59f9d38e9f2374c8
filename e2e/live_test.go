package e2e_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func TestPagesAreLive(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/capacity")
	p.sees(".live", "Live")

	// When it was read is not sent with each poll: the page keeps that going.
	asOf := `document.querySelector(".as-of time").title`
	p.until("the time of the last poll goes on", asOf+" !== "+literal(evaluate[string](p, asOf)))

	before := evaluate[float64](p, `performance.timeOrigin`)

	// Somebody changes the total behind the console's back.
	d.callControlPlane(t, http.MethodPut, "/api/config/concurrency",
		map[string]int{"per_analyst": 5, "cluster_total": 321}, new(any))
	p.sees("main", "321")

	if after := evaluate[float64](p, `performance.timeOrigin`); after != before {
		t.Error("the page was loaded anew")
	}

	// And it is in the history, as from outside.
	p.visit("/history?source=external")
	p.comesToSee("main", "321")
}

func TestPagesSayThatTheyAreStale(t *testing.T) {
	t.Parallel()

	platform := startDemo(t)
	d := startDemo(t, "--control-plane-url", platform.api, "--control-plane-timeout", "10s")

	p := d.as(t, "dave", "/capacity")
	p.sees(".live", "Live")
	p.sees("main", "50")

	platform.stop(t)
	p.sees(".live", "Stale")
	p.sees("main", "50") // what is known stays

	// A form reads afresh, says why it cannot, and is shut.
	p.expect("503")
	p.visit("/config/concurrency")
	p.sees("main", "cannot be reached")
	p.until("Review is disabled", find("button:disabled", "Review"))

	got := p.fetch(http.MethodPost, "/config/concurrency", map[string]any{
		"per_analyst": 4, "cluster_total": 50, "reason": "Into the void", "revision": "1",
	})
	if got.Status != http.StatusServiceUnavailable {
		t.Errorf("a save got %d, want 503: %s", got.Status, got.Body)
	}

	p.visit("/")
	p.sees(".live", "Stale")

	// What waits goes on by itself, without a notice for each time that it was asked in vain.
	p.visit("/config/concurrency")
	p.sees("main", "Waiting for the control plane")
	platform.run(t, platform.args...)
	p.sees("main", "Current values")
	p.until("Review is there", find("button", "Review"))
	p.until("no toast", `document.querySelector("#toasts").children.length === 0`)

	// A form that is open is shut while nobody knows what is set.
	platform.stop(t)
	p.sees("#review-help", "could not be read")
	p.until("Review is disabled", find("button:disabled", "Review"))
}

func TestRemoteControlPlane(t *testing.T) {
	t.Parallel()

	platform := startDemo(t)
	d := startDemo(t, "--control-plane-url", platform.api)

	p := d.as(t, "dave", "/config/concurrency")
	p.saveLimit(6, "From afar, by hand")

	if got := platform.controlPlaneLimit(t); got != 6 {
		t.Errorf("the platform has %d, want 6", got)
	}

	p.visit("/jobs")
	p.pressIn("#job-lifecycle", "Run now")
	p.fill("reason", "Old ones linger")
	p.pressIn("dialog .buttons", "Run lifecycle now")
	p.sees("dialog .receipt", "Triggered by dave")
}

func TestWorksWithoutScript(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.open(t)

	_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	if err != nil {
		t.Fatal(err)
	}

	p.noScript = true

	p.signIn("dave", "/config/concurrency")
	p.saveLimit(4, "Without any script")

	if got := d.controlPlaneLimit(t); got != 4 {
		t.Errorf("the control plane has %d, want 4", got)
	}

	p.visit("/jobs")
	p.pressIn("#job-lifecycle", "Run now")
	p.fill("reason", "Without any script")
	p.pressIn("main .buttons", "Run lifecycle now")
	p.sees(".receipt", "Triggered by dave")
}

// TestFirstPageIsLight holds the first page, and those with charts, to what the design allows: seven
// requests and 50 KB, all told, as they come over the wire.
func TestFirstPageIsLight(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/health")
	p.sees(".live", "Live")

	type entry struct {
		Name string `json:"name"`
		Size int    `json:"size"`
	}

	// The files have been loaded for the sign-in page: without the cache they come again.
	p.withoutCache()

	for _, path := range []string{"/", "/capacity", "/health", "/metrics"} {
		p.visit(path)
		p.sees(".live", "Live")

		entries := evaluate[[]entry](p, `["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
			.map((e) => ({name: e.name, size: e.transferSize}))`)

		total := 0
		for _, e := range entries {
			total += e.Size
		}

		const requests, bytes = 7, 50_000
		if len(entries) > requests || total > bytes {
			t.Errorf("%s: %d requests, %d bytes, want at most %d and %d: %+v", path, len(entries), total, requests, bytes, entries)
		}
	}
}
