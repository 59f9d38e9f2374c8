package e2e_test

import (
	"net/http"
	"testing"
)

// holds has the next request of a page's scripts that a condition of JavaScript selects, by its
// url and options, wait until it goes on.
func (p *page) holds(condition string) (goesOn func()) {
	p.t.Helper()
	evaluate[bool](p, `((real) => { window.fetch = (url, options) => {
		if (!(`+condition+`)) return real(url, options);
		window.fetch = real;
		return new Promise((go) => { window.goOn = () => go(real(url, options)); });
	}; return true; })(window.fetch)`)

	return func() {
		p.t.Helper()
		p.until("what was held goes on", `window.goOn && (window.goOn(), true)`)
	}
}

// TestAFormThatAsksWhoIsSignedInSaysThatItWaits presses Review while the console takes its time.
func TestAFormThatAsksWhoIsSignedInSaysThatItWaits(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/config/concurrency")
	goesOn := p.holds(`url === "/session"`)

	p.fill("per_analyst", "7")
	p.press("Review")
	p.until("it says that it waits", `document.querySelector("form.htmx-request")`)
	goesOn()
	p.at("/config/concurrency/review")
}

// TestAnAnswerThatIsOnItsWayIsWaitedFor has somebody else sign in, in another tab, while a form
// without anything typed is sent; and somebody else be refused who is dave again by then.
func TestAnAnswerThatIsOnItsWayIsWaitedFor(t *testing.T) {
	t.Parallel()

	d := startDemo(t, "--webhook-allowed-hosts", "hooks.example.com")
	p := d.as(t, "dave", "/jobs")

	created := p.fetch(http.MethodPost, "/maintenance/webhooks", map[string]any{
		"name": "chat", "kind": "generic", "url": "https://hooks.example.com/x", "reason": "So that they know",
	})
	if created.Status != http.StatusCreated {
		t.Fatalf("got %d, want 201\n%s", created.Status, created.Body)
	}

	p.visit("/maintenance/webhooks/1")

	goesOn := p.holds(`options?.method === "POST"`)

	p.press("Send a test")
	p.until("it is on its way", `window.goOn`)
	evaluate[bool](p, `(new BroadcastChannel("session").postMessage("olga"), true)`)
	p.until("its form waits", `document.querySelector("form.htmx-request")`)
	goesOn()
	p.until("its answer is there", `location.pathname.startsWith("/maintenance/deliveries/")`)

	p.visit("/jobs")
	p.pressIn("#job-lifecycle", "Run now")
	p.fill("reason", "Old ones linger")
	evaluate[bool](p, `((real) => { window.fetch = (url, options) => {
		if (options?.method !== "POST") return real(url, options);
		window.fetch = real;
		return Promise.resolve(new Response("", { status: 412, headers: { "Opsconsole-Answers": "1" } }));
	}; return true; })(window.fetch)`)
	p.pressIn("dialog .buttons", "Run lifecycle now")
	p.sees("dialog .receipt", "Triggered by dave")
}
