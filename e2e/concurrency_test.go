package e2e_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// limits is the part of the concurrency section's JSON that these tests look at.
type limits struct {
	Revision string `json:"revision"`
	Current  struct {
		PerAnalyst   int `json:"per_analyst"`
		ClusterTotal int `json:"cluster_total"`
	} `json:"current"`
	History []change `json:"history"`
}

type change struct {
	ID       int64          `json:"id"`
	Actor    string         `json:"actor"`
	Reason   string         `json:"reason"`
	Source   string         `json:"source"`
	Outcome  string         `json:"outcome"`
	Before   map[string]any `json:"before"`
	After    map[string]any `json:"after"`
	Restores *int64         `json:"restores"`
}

func (p *page) limits() limits {
	p.t.Helper()

	return decode[limits](p.t, p.fetch(http.MethodGet, "/config/concurrency", nil), http.StatusOK)
}

func decode[T any](t *testing.T, a answer, status int) T {
	t.Helper()

	var value T

	if a.Status != status {
		t.Fatalf("got %d, want %d: %s", a.Status, status, a.Body)
	}

	if err := json.Unmarshal(a.Body, &value); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}

	return value
}

// saveLimit changes the limit of an analyst through the form, from any page.
func (p *page) saveLimit(limit int, reason string) {
	p.t.Helper()
	p.visit("/config/concurrency")
	p.fill("per_analyst", strconv.Itoa(limit))
	p.press("Review")
	p.at("/config/concurrency/review")
	p.save(reason)
}

// save says why on the review and waits until the section is back, with that reason.
func (p *page) save(reason string) {
	p.t.Helper()
	p.fill("reason", reason)
	p.pressSave()
	p.at("/config/concurrency")
	p.sees("main", reason)
}

// pressSave presses the button of the review, which names the consequence.
func (p *page) pressSave() {
	p.t.Helper()
	p.pressIn("form[method=post] .buttons", "")
}

func TestSaveAndRestoreLimits(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	p := d.as(t, "dave", "/config/concurrency")
	before := p.limits()

	p.sees("h1", "Concurrency")
	p.until("Review is disabled while nothing differs", find("button:disabled", "Review"))

	// What is wrong comes back beside its field, and what was typed stays.
	p.fill("per_analyst", "101")
	p.sees(".field", "Must be between 1 and 100")

	p.fill("per_analyst", "3")
	p.press("Review")
	p.sees("h1", "review and save")
	p.sees(".diff", strconv.Itoa(before.Current.PerAnalyst))
	p.sees(".diff", "3")

	// Not without a reason, and spaces are none.
	p.fill("reason", "   ")
	p.pressSave()
	p.expect("422")
	p.sees("[data-invalid] .error", "")

	if now := p.limits(); now.Revision != before.Revision {
		t.Errorf("a save without a reason changed something: %+v, want revision %s", now, before.Revision)
	}

	const reason = `Fewer for <b>all</b> & "everybody"`

	p.save(reason)

	after := p.limits()
	if after.Current.PerAnalyst != 3 || after.Current.ClusterTotal != before.Current.ClusterTotal || after.Revision == before.Revision {
		t.Errorf("before %+v, after %+v, want 3 per analyst, the same in total, another revision", before, after)
	}

	saved := after.History[0]
	if saved.Actor != "dave" || saved.Reason != reason || saved.Source != "console" || saved.Outcome != "applied" ||
		saved.Before["per_analyst"] != float64(before.Current.PerAnalyst) || saved.After["per_analyst"] != 3.0 {
		t.Errorf("the change is %+v, want dave's from the console, applied, with his reason, from %d to 3 per analyst", saved, before.Current.PerAnalyst)
	}

	if got := d.controlPlaneLimit(t); got != 3 {
		t.Errorf("the control plane has %d, want 3", got)
	}

	p.visit("/history")
	p.sees("main", reason)

	// And back again.
	p.visit("/config/concurrency")
	p.press("Restore previous")
	p.sees("h1", "review and restore")
	p.save("It was better before")

	restored := p.limits()
	if restored.Current != before.Current {
		t.Errorf("before %+v, restored %+v, want the same", before.Current, restored.Current)
	}

	if r := restored.History[0]; r.Restores == nil || *r.Restores != saved.ID || r.Outcome != "applied" {
		t.Errorf("the restore is %+v, want it applied, of the change %v", r, saved.ID)
	}

	if got := d.controlPlaneLimit(t); got != before.Current.PerAnalyst {
		t.Errorf("the control plane has %d, want %d", got, before.Current.PerAnalyst)
	}

	p.visit("/audit")
	p.sees("main", "It was better before")
	p.sees("main", reason)
}

func TestConflict(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	dave, olga := d.as(t, "dave", "/config/concurrency"), d.as(t, "olga", "/")

	dave.fill("per_analyst", "7")
	dave.press("Review")
	dave.at("/config/concurrency/review")

	olga.saveLimit(4, "Olga was first")

	dave.expect("409")
	dave.fill("reason", "Dave is late")
	dave.pressSave()

	dave.sees("h1", "changed by somebody else")
	dave.sees("[role=alert]", "Olga was first")
	dave.sees(".card", "Dave is late")

	// Original, theirs and yours, side by side.
	row := dave.text(`tr:has([data-changed])`)
	for _, want := range []string{"5 instances", "4 instances changed", "7 instances changed"} {
		if !strings.Contains(row, want) {
			t.Errorf("the row of the conflict is %q, without %q", row, want)
		}
	}

	if got := dave.limits(); got.Current.PerAnalyst != 4 {
		t.Errorf("the late save changed something: %+v, want 4 per analyst", got)
	}

	// Going on from there, with what was typed.
	dave.press("Review")
	dave.at("/config/concurrency/review")
	dave.save("Dave insists")

	if got := dave.limits(); got.Current.PerAnalyst != 7 {
		t.Errorf("got %+v, want 7 per analyst", got)
	}
}

func TestSaveAsAScript(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/")
	p.expect("Failed to load resource: the server responded with a status of 4")

	before := p.limits()
	save := func(perAnalyst any, revision, reason string) answer {
		return p.fetch(http.MethodPost, "/config/concurrency", map[string]any{
			"per_analyst": perAnalyst, "cluster_total": before.Current.ClusterTotal, "reason": reason, "revision": revision,
		})
	}

	type failure struct {
		Error struct {
			Code    string         `json:"code"`
			Details map[string]any `json:"details"`
		} `json:"error"`
		Original, Theirs, Yours map[string]any
	}

	for name, got := range map[string]answer{
		"too large": save(101, before.Revision, "Far too many"), "no number": save("many", before.Revision, "Very many"),
		"no reason": save(3, before.Revision, " "),
	} {
		f := decode[failure](t, got, http.StatusUnprocessableEntity)
		if f.Error.Code != "VALIDATION_FAILED" || f.Error.Details["errors"] == nil {
			t.Errorf("%s: %s, want VALIDATION_FAILED with the errors", name, got.Body)
		}
	}

	saved := decode[struct {
		Change   change `json:"change"`
		Revision string `json:"revision"`
	}](t, save(3, before.Revision, "By a script"), http.StatusOK)
	if saved.Change.Outcome != "applied" || saved.Revision == before.Revision {
		t.Errorf("got %+v, want it applied with another revision", saved)
	}

	conflict := decode[failure](t, save(9, before.Revision, "Late, sorry"), http.StatusConflict)
	if conflict.Error.Code != "CONFLICT" || conflict.Theirs["per_analyst"] != 3.0 || conflict.Yours["per_analyst"] != 9.0 ||
		conflict.Original["per_analyst"] != float64(before.Current.PerAnalyst) {
		t.Errorf("got %+v, want CONFLICT with 3 theirs, 9 yours and %d before", conflict, before.Current.PerAnalyst)
	}
}

// controlPlaneLimit asks the embedded control plane itself, as the platform's clients do.
func (d *demo) controlPlaneLimit(t *testing.T) int {
	t.Helper()

	var body struct {
		Data struct {
			PerAnalyst int `json:"per_analyst"`
		} `json:"data"`
	}

	d.callControlPlane(t, http.MethodGet, "/api/config/concurrency", nil, &body)

	return body.Data.PerAnalyst
}
