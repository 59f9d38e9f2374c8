package windows_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// announced counts the windows that there are.
func announced(t *testing.T, w *handlerstest.World) int {
	t.Helper()

	items, ok := w.Data("/maintenance/windows")["items"].([]any)
	if !ok {
		t.Fatal("the list has no items")
	}

	return len(items)
}

func TestAnAnnouncementIsPreviewed(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	draft := w.Draft(handlerstest.Object{"recurrence": "FREQ=WEEKLY;COUNT=3"})
	delete(draft, "reason") // why is not asked for yet

	_, before := w.Newest()

	got := w.SendJSON(http.MethodPost, "/maintenance/windows?preview=1", draft)
	preview := got.JSON(t)

	if dates, _ := preview["dates"].([]any); got.Status != http.StatusOK || len(dates) != 3 || handlerstest.At(preview, "window", "title") != "Patching" {
		t.Errorf("got %d, want 200 with the window and three dates\n%s", got.Status, got.Body)
	}

	if words, _ := preview["words"].(string); !strings.Contains(words, ", 3 times") || preview["confirm"] == "" || preview["effects"] == nil {
		t.Errorf("got %v, want the words of the rule, why it is confirmed, and what follows", preview)
	}

	draft["recurrence"] = "FREQ=WEEKLY;COUNT=0"
	if got := w.SendJSON(http.MethodPost, "/maintenance/windows?preview=1", draft); handlerstest.WhatIsWrong(t, got) != "body.recurrence" {
		t.Errorf("got %d, want what is wrong with the recurrence\n%s", got.Status, got.Body)
	}

	if _, after := w.Newest(); after != before || announced(t, w) != 0 {
		t.Errorf("%d entries and %d windows were written, want none", after-before, announced(t, w))
	}
}

// TestAPreviewUsesUpNoKey previews and announces under one key.
func TestAPreviewUsesUpNoKey(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	body := `{"title": "Patching", "message": "We patch.", "ends_at": "` + w.Draft(nil)["ends_at"].(string) + `", "reason": "Monthly patching"}`

	for _, path := range []string{"?preview=1", ""} {
		want := map[string]int{"?preview=1": http.StatusOK, "": http.StatusCreated}[path]

		got := w.Send(http.MethodPost, "/maintenance/windows"+path, body, "Content-Type", "application/json",
			"Authorization", "Bearer "+w.Token("dave"), "Idempotency-Key", `"one"`)
		if got.Status != want || got.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%q: got %d, want %d, and not once more\n%s", path, got.Status, want, got.Body)
		}
	}
}

// TestWhoMisspellsAPreviewGetsNoAct sends what looks like a preview and is none.
func TestWhoMisspellsAPreviewGetsNoAct(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)
	later := handlerstest.Object{"title": "Patching again", "reason": "Monthly patching"}

	for query, wrong := range map[string]string{
		"preview=true": "query.preview", "preview=0": "query.preview", "preview=": "query.preview", "preview=1&preview=0": "query.preview",
		"dry_run=1": "query.dry_run", "phase=active": "query.phase",
	} {
		got := w.SendJSON(http.MethodPost, "/maintenance/windows?"+query, w.Draft(nil))
		if fields := handlerstest.WhatIsWrong(t, got); got.Status != http.StatusUnprocessableEntity || fields != wrong {
			t.Errorf("POST ?%s: got %d, %q, want 422 for %s\n%s", query, got.Status, fields, wrong, got.Body)
		}

		got = w.SendJSON(http.MethodPatch, handlerstest.Path(window, "")+"?"+query, later)
		if fields := handlerstest.WhatIsWrong(t, got); got.Status != http.StatusUnprocessableEntity || fields != wrong {
			t.Errorf("PATCH ?%s: got %d, %q, want 422 for %s\n%s", query, got.Status, fields, wrong, got.Body)
		}
	}

	if got := w.Get("/maintenance/windows?preview=1", "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a list has no preview: got %d, want 422", got.Status)
	}

	if now := w.Data(handlerstest.Path(window, "")); announced(t, w) != 1 || now["title"] != "Patching" {
		t.Errorf("there are %d windows, the first of which is %v, want the one as it was", announced(t, w), now["title"])
	}
}

// TestRulesAreRefusedAtTheirField sends rules that meant something else before.
func TestRulesAreRefusedAtTheirField(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)

	for _, rule := range []string{
		"FREQ=MONTHLY;BYDAY=0TU",
		"FREQ=WEEKLY;BYDAY=1TU", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;INTERVAL=0", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
	} {
		for path, method := range map[string]string{
			"/maintenance/windows": http.MethodPost, "/maintenance/windows?preview=1": http.MethodPost, handlerstest.Path(window, ""): http.MethodPatch,
		} {
			got := w.SendJSON(method, path, w.Draft(handlerstest.Object{"recurrence": rule}))
			if fields := handlerstest.WhatIsWrong(t, got); got.Status != http.StatusUnprocessableEntity || fields != "body.recurrence" {
				t.Errorf("%s %s with %s: got %d, %q, want 422 for body.recurrence\n%s", method, path, rule, got.Status, fields, got.Body)
			}
		}
	}
}
