package e2e_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// typedLimit is what stands in the field of the limit of an analyst.
func (p *page) typedLimit() string {
	p.t.Helper()

	return evaluate[string](p, `document.querySelector("[name=per_analyst]").value`)
}

// signOutElsewhere ends the session as another tab does.
func (p *page) signOutElsewhere() {
	p.t.Helper()
	p.expect("status of 401")
	p.expect("status of 412")
	evaluate[bool](p, `fetch("/logout", {method: "POST", redirect: "manual"}).then(() => true)`)
}

// becomes signs in as an account beside the page, by the way that its dialog offers.
func (p *page) becomes(account, way string) {
	p.t.Helper()

	href := evaluate[string](p, find("#session a[target=_blank]", way)+`.getAttribute("href")`)

	tab := p.beside()
	tab.visit(href)
	tab.until("the account to choose, or the way there", fmt.Sprintf(`%s || (%s?.click(), false)`,
		find("button", account+" —"), find("main a", "Sign in")))
	tab.press(account + " —")
	tab.sees("h1", "You are signed in as "+account)
}

// asks does what would take away what is typed, and waits until it was asked whether to: it is not.
func (p *page) asks(leave func()) {
	p.t.Helper()

	answer := func(stays bool) (asked int) {
		p.mu.Lock()
		defer p.mu.Unlock()

		p.stays = stays

		return p.asked
	}

	before := answer(true)

	leave()
	worldtest.Eventually(p.t, "it asks", func() bool { return answer(true) == before+1 })
	answer(false)
}

func TestWhatIsTypedOutlivesTheSession(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/config/concurrency")
	p.theme("light")
	p.sees(".live", "Live")
	p.fill("per_analyst", "7")

	loaded := evaluate[float64](p, `performance.timeOrigin`)

	p.signOutElsewhere()
	p.sees("#session", "Your session has ended")
	p.checkAccessibility()

	// Somebody else's session does not get what dave typed.
	p.becomes("olga", "Sign in")
	p.sees("#session", "You are now signed in as olga")
	p.press("Back to the page")
	p.press("Review")
	p.until("the dialog is open again", `document.getElementById("session").open`) // its words are there when it is shut, too
	p.sees("#session", "You are now signed in as olga")
	p.checkAccessibility()

	p.becomes("dave", "Sign in as dave")
	p.until("the dialog is gone", `!document.getElementById("session").open`)
	p.sees(".live", "Live")

	if got := p.typedLimit(); got != "7" || evaluate[float64](p, `performance.timeOrigin`) != loaded {
		t.Errorf("%q is typed, want 7 on the page as it was", got)
	}

	p.press("Review")
	p.at("/config/concurrency/review")

	// A save that meets an ended session keeps the reason, and goes on after it.
	p.fill("reason", "Seven for the workshop")
	p.signOutElsewhere()
	p.pressSave()
	p.sees("#session", "Your session has ended")
	p.becomes("dave", "Sign in")
	p.until("the dialog is gone", `!document.getElementById("session").open`)
	p.pressSave()
	p.at("/config/concurrency")
	p.sees("#live-changes", "Seven for the workshop")
}

// TestLeavingWhatIsTypedAsks goes by a link, and by closing the dialog of a run.
func TestLeavingWhatIsTypedAsks(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/config/concurrency")

	p.fill("per_analyst", "7")
	p.asks(func() { p.pressIn(".side", "Jobs") })

	if got := p.typedLimit(); got != "7" {
		t.Errorf("%q is typed, want 7", got)
	}

	p.pressIn(".side", "Jobs")
	p.at("/jobs")
	p.pressIn("#job-lifecycle", "Run now")
	p.fill("reason", "Old ones linger")
	p.asks(func() { p.pressIn("#dialog", "Cancel") })
	p.sees("#dialog", "Run lifecycle now")

	p.pressIn("#dialog", "Cancel")
	p.until("the dialog is gone", `!document.getElementById("dialog").open`)
}

func TestAFormFollowsWhatIsSet(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/config/export")
	p.sees("#live-set-now", "3,600 seconds")

	// Untouched, it becomes what is set.
	d.changeOutside(t, 5400)
	p.until("the field follows", `document.querySelector("[name=max_duration_seconds]").value === "5400"`)
	p.sees(".help", "Current value: 5,400 seconds.")
	p.until("Review is disabled while nothing differs", find("button:disabled", "Review"))

	followed := evaluate[string](p, `document.querySelector("main form [name=revision]").value`)

	// Touched, it keeps what is typed and says what is set by now.
	p.fill("max_duration_seconds", "4000")
	d.changeOutside(t, 4800)
	p.sees(".help", "Current value: 4,800 seconds.")
	p.sees("[data-changed-meanwhile]", "changed since this form was opened")

	if got := evaluate[string](p, `document.querySelector("[name=max_duration_seconds]").value`); got != "4000" {
		t.Errorf("%q is typed, want 4000", got)
	}

	if got := evaluate[string](p, `document.querySelector("main form [name=revision]").value`); got != followed {
		t.Errorf("the revision is %s, want %s, from which the form was filled", got, followed)
	}

	// What is typed is no difference any more.
	p.fill("max_duration_seconds", "4800")
	p.until("Review is disabled while nothing differs", find("button:disabled", "Review"))

	// And then it is again, from a revision that is not the newest.
	p.fill("max_duration_seconds", "4000")
	d.changeOutside(t, 4900)
	p.sees(".help", "Current value: 4,900 seconds.")
	p.expect("409")
	p.press("Review")
	p.sees("h1", "changed by somebody else")
}

// TestTheFormOfAWindowFollows is of a form without live values: untouched, it is filled anew.
func TestTheFormOfAWindowFollows(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p, script := d.as(t, "dave", "/"), d.as(t, "dave", "/announcements")
	start := time.Now().UTC().Add(24 * time.Hour).Truncate(time.Minute)

	made := decode[window](t, p.fetch(http.MethodPost, "/maintenance/windows", map[string]any{
		"title": "Patching", "message": "We patch.", "starts_at": start, "ends_at": start.Add(time.Hour),
		"time_zone": "UTC", "maintenance_mode": false, "reason": "Monthly patching",
	}), http.StatusCreated)
	path := fmt.Sprintf("/maintenance/windows/%d", made.ID)
	rename := func(title string) {
		decode[window](t, script.fetch(http.MethodPatch, path, map[string]any{"title": title, "reason": "Said better"}), http.StatusOK)
	}
	title := `document.querySelector("main form [name=title]")?.value`

	p.visit(path + "/edit")
	p.sees(".live", "Live")
	rename("Patching of Trino")
	p.until("the form follows", title+` === "Patching of Trino"`)

	p.fill("title", "Mine")
	rename("Patching of Starburst")
	p.sees("[data-changed-meanwhile]", "what you send will be refused")

	if got := evaluate[string](p, title); got != "Mine" {
		t.Errorf("%q is typed, want Mine", got)
	}

	// What was sent and came back is typed still: nothing but the page has it.
	p.fill("reason", "x")
	p.expect("409")
	p.press("Change the window")
	p.until("it came back", `document.querySelector("#main[data-typed]") && `+title+` === "Mine"`)
	p.asks(func() { p.pressIn(".side", "Jobs") })
}

// TestTheFormsOfTemporaryChangesFollow is of forms that ask why: what they ask it of may not be the same any more.
func TestTheFormsOfTemporaryChangesFollow(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p, script := d.as(t, "dave", "/"), d.as(t, "dave", "/announcements") // p loads itself anew
	extend := func(until string) {
		body := map[string]any{"until": until, "reason": "It goes on until " + until}
		decode[any](t, script.fetch(http.MethodPost, "/leases/1/extend", body), http.StatusOK)
	}
	revision := decode[struct {
		Revision string `json:"revision"`
	}](t, p.fetch(http.MethodGet, "/config/concurrency", nil), http.StatusOK).Revision

	decode[any](t, p.fetch(http.MethodPost, "/config/concurrency", map[string]any{
		"per_analyst": 4, "cluster_total": 50, "reason": "For the workshop", "duration": "2h", "revision": revision,
	}), http.StatusOK)

	p.visit("/leases/1/end")
	p.sees(".live", "Live")

	seen := evaluate[string](p, `document.querySelector("main [name=revision]").value`)

	extend(time.Now().Add(5 * time.Hour).UTC().Format(time.RFC3339))
	p.until("the form follows", `![undefined, `+literal(seen)+`].includes(document.querySelector("main [name=revision]")?.value)`)

	p.fill("reason", "Declare over")

	later := time.Now().Add(48 * time.Hour).UTC()
	extend(later.Format(time.RFC3339))
	p.sees("[data-changed-meanwhile]", later.Format("ends at 15:04 UTC, Mon 2 January 2006"))
	p.expect("409")
	p.press("Restore previous values")
	p.sees("main form .alert", "changed since you opened it")
	p.until("what was typed stays", `document.querySelector("[name=reason]").value === "Declare over"`)
}

// TestWhiteSpaceAroundAMessageIsNothingTyped opens a form whose text begins and ends with some.
func TestWhiteSpaceAroundAMessageIsNothingTyped(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/")
	now := decode[struct {
		Revision string `json:"revision"`
	}](t, p.fetch(http.MethodGet, "/config/maintenance", nil), http.StatusOK)

	decode[any](t, p.fetch(http.MethodPost, "/config/maintenance", map[string]any{
		"enabled": false, "message": "\nWe are back at noon. \n", "reason": "As it was pasted", "revision": now.Revision,
	}), http.StatusOK)

	p.visit("/config/maintenance")
	p.sees(".live", "Live")
	p.until("Review is disabled while nothing differs", find("button:disabled", "Review"))
	p.pressIn(".side", "Jobs")
	p.at("/jobs")

	p.mu.Lock()
	defer p.mu.Unlock()

	if p.asked != 0 {
		t.Errorf("it was asked %d times whether to leave, want never: nothing was typed", p.asked)
	}
}
