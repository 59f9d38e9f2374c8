package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestSignInReturnsToThePageAskedFor(t *testing.T) {
	t.Parallel()

	p := startDemo(t).open(t)
	p.signIn("dave", "/history?section=concurrency")
	p.at("/history?section=concurrency")
	p.sees("h1", "History")
	p.sees(".topbar", "dave")
}

func TestSignOut(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/jobs")
	p.pressIn(".topbar", "dave")
	p.press("Sign out")
	p.at("/login")

	p.visit("/jobs")
	p.at("/login")

	p.expect("401")

	if got := p.fetch(http.MethodGet, "/jobs", nil); got.Status != http.StatusUnauthorized {
		t.Errorf("a script got %d after signing out, want 401: %s", got.Status, got.Body)
	}
}

// TestBackShowsNothingOfASession goes back to pages that the browser may have kept, once their user
// has signed out.
func TestBackShowsNothingOfASession(t *testing.T) {
	t.Parallel()

	d := startDemo(t)

	p := d.as(t, "dave", "/jobs")
	p.sees(".live", "Live")
	p.visit("/health")
	p.sees(".live", "Live")

	length := evaluate[int](p, `history.length - 1`)

	// Back within the session.
	evaluate[bool](p, `history.back() || true`)
	p.at("/jobs")
	p.until("it is shown", `document.body.checkVisibility({visibilityProperty: true}) && document.querySelector(".live").innerText.includes("Live")`)

	p.pressIn(".topbar", "dave")
	p.press("Sign out")
	p.at("/login")
	p.expect("401") // to who is still signed in

	evaluate[bool](p, fmt.Sprintf(`history.go(%d - history.length) || true`, length))
	p.until("the sign-in is there", `location.pathname === "/login" && document.readyState === "complete" && document.body?.innerText`)

	// It may be on its way to itself once more.
	if text := evaluate[string](p, `document.body?.innerText ?? ""`); strings.Contains(text, "dave") {
		t.Errorf("Back shows %s", text)
	}
}

func TestRefusedRoles(t *testing.T) {
	t.Parallel()

	d := startDemo(t)

	for account, role := range map[string]string{"alice": "Analyst", "carol": "Admin"} {
		t.Run(account, func(t *testing.T) {
			t.Parallel()

			p := d.open(t)
			p.expect("403")
			p.signIn(account, "/config/concurrency")

			p.sees("h1", "This needs the Ops role")
			p.sees("main", "You are signed in as "+account+" and have "+role)

			for _, path := range []string{"/", "/health", "/jobs", "/history", "/audit", "/config/concurrency", "/events"} {
				got := p.fetch(http.MethodGet, path, nil)
				if got.Status != http.StatusForbidden {
					t.Errorf("%s answers %d to a script, want 403: %s", path, got.Status, got.Body)
				}
			}

			p.press("Sign out and use another account")
			p.at("/login")
		})
	}
}
