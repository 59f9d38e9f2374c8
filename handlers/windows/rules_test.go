package windows_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store"
)

// movedByRules is a window for noon in Vancouver that was announced by rules of which it was 20:00 UTC, and of
// which it is 19:00 now.
func movedByRules(t *testing.T, w *handlerstest.World) (window map[string]any, before time.Time) {
	t.Helper()

	noon := time.Date(w.Now().Year()+1, time.December, 20, 19, 0, 0, 0, time.UTC)
	before = noon.Add(time.Hour)
	window = w.Announce(handlerstest.Object{
		"starts_at": noon.Format(time.RFC3339), "ends_at": before.Format(time.RFC3339), "time_zone": "America/Vancouver",
	})
	stamp := func(hour int) string {
		return fmt.Sprintf("%s-12-20T%d:00:00-08:00[America/Vancouver]", noon.Format("2006"), hour)
	}

	_, err := w.DB.Write().ExecContext(t.Context(), `
		UPDATE opsconsole_windows SET starts_at = $1, ends_at = $2, starts_local = $3, ends_local = $4, zone_release = '2025c'`,
		store.Time{Time: before}, store.Time{Time: before.Add(time.Hour)}, stamp(12), stamp(13))
	if err != nil {
		t.Fatal(err)
	}

	w.Pass(0)

	return window, before
}

func TestAWindowThatRulesMovedIsChosenFor(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window, before := movedByRules(t, w)
	path := handlerstest.Path(window, "rules")

	for address, wants := range map[string][]string{
		"/maintenance":                {"1 window to check", "20:00 to 21:00 UTC, is ", "19:00 to 20:00 UTC", `href="` + path + `"`},
		handlerstest.Path(window, ""): {"check its time", "12:00 to 13:00 America/Vancouver", "before: 2025c", `href="` + path + `"`},
		path:                          {`type="radio" name="take" value="clock" checked`, `value="moment"`, "Subscribers are told"},
	} {
		page := w.Get(address, "Accept", "text/html").Body
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not say %q:\n%s", address, want, page)
			}
		}
	}

	if moved, _ := w.Data("/maintenance")["moved_by_rules"].([]any); len(moved) != 1 {
		t.Errorf("there are %v, want the one window", moved)
	}

	chosen := func(take, reason string) url.Values { return url.Values{"take": {take}, "reason": {reason}} }

	if got := w.Form(path, chosen("", "on call")); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Must be clock") ||
		!strings.Contains(got.Body, ">on call</textarea>") {
		t.Errorf("without a choice: got %d, want 422 at the field, and what was typed\n%s", got.Status, got.Body)
	}

	if got := w.Form(path, chosen("moment", "the team is on call then")); got.Status != http.StatusSeeOther {
		t.Errorf("got %d, want 303\n%s", got.Status, got.Body)
	}

	if got := w.Data(handlerstest.Path(window, "")); got["starts_at"] != before.Format(time.RFC3339) || got["rules_move"] != nil {
		t.Errorf("it starts at %v, %v; want %s, and nothing to decide", got["starts_at"], got["rules_move"], before)
	}

	if got := w.SendJSON(http.MethodPost, path, handlerstest.Object{"take": "clock", "reason": "it is decided"}); got.Status != http.StatusConflict {
		t.Errorf("decided again: got %d, want 409\n%s", got.Status, got.Body)
	}

	// There is no choice to show: the form is answered as what it sends is.
	for name, got := range map[string]handlerstest.Answer{
		"shown": w.Get(path, "Accept", "text/html"), "sent": w.Form(path, chosen("clock", "it is decided")),
	} {
		if got.Status != http.StatusConflict || strings.Contains(got.Body, "<textarea") || !strings.Contains(got.Body, "No new rules have moved it") {
			t.Errorf("the form without a choice, %s: got %d, want 409, and why\n%s", name, got.Status, got.Body)
		}
	}

	if entry, _ := w.Newest(); entry.Action != "window.rules" || entry.Outcome != "refused" {
		t.Errorf("the newest entry is %+v, want that refusal", entry)
	}
}
