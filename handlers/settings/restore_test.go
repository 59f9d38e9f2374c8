package settings_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// message returns what is set, as the console reads it.
func message(w *handlerstest.World) any {
	return handlerstest.At(w.Data("/config/maintenance"), "current", "message")
}

// shorten saves a short message in place of what is set, and returns where that is restored.
func shorten(t *testing.T, w *handlerstest.World, reason string) string {
	t.Helper()

	got := w.Post("/config/maintenance", fmt.Sprintf(`{"message": "Short", "reason": %q, "revision": %q}`,
		reason, handlerstest.At(w.Data("/config/maintenance"), "revision")))
	if got.Status != http.StatusOK {
		t.Fatalf("got %d, want 200\n%s", got.Status, got.Body)
	}

	return fmt.Sprintf("/history/%v/restore", handlerstest.At(got.JSON(t), "change", "id"))
}

// TestAMessageThatWasHeldIsRestored restores a message by its page and as JSON: one that
// the embedded control plane took, and one that no form here takes.
func TestAMessageThatWasHeldIsRestored(t *testing.T) {
	t.Parallel()

	for name, set := range map[string]func(t *testing.T, w *handlerstest.World) string{
		"embedded": func(t *testing.T, w *handlerstest.World) string {
			t.Helper()

			long := strings.Repeat("ü", 5_000)

			_, err := w.Plane.As(ops.Caller{Username: "erin", Role: ops.RoleOps}).SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Message: long})
			if err != nil {
				t.Fatal(err)
			}

			return long
		},
		"foreign": func(t *testing.T, w *handlerstest.World) string {
			t.Helper()

			long := strings.Repeat("ü", ops.MessageMax+1)
			w.Plane.Unbounded(long)

			return long
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := handlerstest.New(t)
			long := set(t, w)

			if message(w) != long {
				t.Fatal("the message is not read")
			}

			restore := shorten(t, w, "short and good")

			page := w.Get(restore, "Accept", "text/html")
			if page.Status != http.StatusOK || !strings.Contains(page.Body, "Restore the values before change") {
				t.Fatalf("got %d, want 200 and the page of the restore\n%s", page.Status, page.Body)
			}

			revision := fmt.Sprint(handlerstest.At(w.Data("/config/maintenance"), "revision"))
			if got := w.Form(restore, url.Values{"reason": {"as it was before"}, "revision": {revision}}); got.Status >= http.StatusBadRequest || message(w) != long {
				t.Fatalf("the page: got %d, want the message back\n%s", got.Status, got.Body)
			}

			restore = shorten(t, w, "short and better")
			got := w.Post(restore, fmt.Sprintf(`{"reason": "as it was once more", "revision": %q}`, handlerstest.At(w.Data("/config/maintenance"), "revision")))

			if got.Status != http.StatusOK || message(w) != long {
				t.Errorf("JSON: got %d, want the message back\n%s", got.Status, got.Body)
			}
		})
	}
}

// TestARestoreThatTheControlPlaneRefusesSaysSo restores what an embedded control plane of
// another version held: it is sent, and the refusal is shown with its field.
func TestARestoreThatTheControlPlaneRefusesSaysSo(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	if _, err := w.DB.Write().ExecContext(t.Context(), `UPDATE global_config SET value = $1 WHERE key = 'maintenance.message'`,
		strings.Repeat("x", ops.MessageMax+1)); err != nil {
		t.Fatal(err)
	}

	restore := shorten(t, w, "short and good")
	got := w.Post(restore, fmt.Sprintf(`{"reason": "as it was before", "revision": %q}`, handlerstest.At(w.Data("/config/maintenance"), "revision")))

	want := fmt.Sprintf("has %d characters, at most %d are allowed", ops.MessageMax+1, ops.MessageMax)
	if !strings.Contains(got.Body, want) || !strings.Contains(got.Body, string(ops.CodeValidationFailed)) || message(w) != "Short" {
		t.Errorf("got %d, want %s\n%s", got.Status, want, got.Body)
	}
}

// TestTheLongestMessageGoesThroughItsForms reviews and saves as many characters as a message may have,
// each of which takes as many bytes as any does.
func TestTheLongestMessageGoesThroughItsForms(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	long := strings.Repeat("\U0001F6E0", ops.MessageMax)
	typed := url.Values{
		"enabled": {"false"}, "message": {long}, "reason": {"as long as can be"},
		"revision": {fmt.Sprint(handlerstest.At(w.Data("/config/maintenance"), "revision"))},
	}

	if got := w.Get("/config/maintenance/review?"+typed.Encode(), "Accept", "text/html"); got.Status != http.StatusOK {
		t.Errorf("the review: got %d, want 200\n%.300s", got.Status, got.Body)
	}

	if got := w.Form("/config/maintenance", typed); got.Status != http.StatusSeeOther || message(w) != long {
		t.Errorf("got %d, want the message saved\n%.300s", got.Status, got.Body)
	}
}

// TestNobodyTypesWhatNoFormTakes refuses the message in a save and in a restore's own fields.
func TestNobodyTypesWhatNoFormTakes(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Plane.Unbounded(strings.Repeat("ü", ops.MessageMax+1))

	restore := shorten(t, w, "short and good")
	revision := handlerstest.At(w.Data("/config/maintenance"), "revision")

	for path, field := range map[string]string{"/config/maintenance": "body.message", restore: "body.message"} {
		got := w.Post(path, fmt.Sprintf(`{"message": %q, "reason": "longer than any", "revision": %q}`, strings.Repeat("ä", ops.MessageMax+1), revision))
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, field) || message(w) != "Short" {
			t.Errorf("%s: got %d, want a refusal of %s\n%.300s", path, got.Status, field, got.Body)
		}
	}
}

// TestWhatIsHeldBeyondOurBoundsKeepsClearOfAWindow changes temporarily what a window will set, with a
// message that no form here takes: restored, or sent along as it is.
func TestWhatIsHeldBeyondOurBoundsKeepsClearOfAWindow(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil) // In an hour, with maintenance mode on.
	long := strings.Repeat("ü", ops.MessageMax+1)
	w.Plane.Unbounded(long)

	const until = `"duration": "2h", "reason": "only for this evening", "confirm": "test"`

	refused := func(path, fields string) {
		t.Helper()

		got := w.Post(path, fmt.Sprintf(`{%s, "revision": %q}`, fields, handlerstest.At(w.Data("/config/maintenance"), "revision")))
		if got.Status != http.StatusConflict || handlerstest.At(got.JSON(t), "error", "details", "window") != window["id"] {
			t.Errorf("%s: got %d, want a conflict with the window\n%.300s", path, got.Status, got.Body)
		}
	}

	refused("/config/maintenance", fmt.Sprintf(`"enabled": true, "message": %q, %s`, long, until))
	refused(shorten(t, w, "short and good"), until)
}
