package windows_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestACancelledWindowOfTheFutureIsNotOver cancels one that is to come, and lets its time pass.
func TestACancelledWindowOfTheFutureIsNotOver(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)

	got := w.SendJSON(http.MethodPost, handlerstest.Path(window, "cancel"), handlerstest.Object{"reason": "not that week"})
	if got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	lists := func() (cancelled, past int) {
		now := w.Data("/maintenance")
		ahead, _ := now["cancelled"].([]any)
		over, _ := now["past"].([]any)

		return len(ahead), len(over)
	}

	page := w.Get("/maintenance", "Accept", "text/html").Body
	if cancelled, past := lists(); cancelled != 1 || past != 0 || strings.Contains(page, "<h2>Over</h2>") || !strings.Contains(page, "<h2>Cancelled</h2>") {
		t.Errorf("%d are cancelled and %d over, want it cancelled and not over", cancelled, past)
	}

	w.Pass(2 * time.Hour)

	page = w.Get("/maintenance", "Accept", "text/html").Body
	if cancelled, past := lists(); cancelled != 0 || past != 1 || !strings.Contains(page, "<h2>Over</h2>") || strings.Contains(page, "<h2>Cancelled</h2>") {
		t.Errorf("once its time has passed %d are cancelled and %d over, want it over", cancelled, past)
	}
}

// TestAMovedOccurrenceHasWordsOfItsOwn looks at the page of one, and at the review of its series.
func TestAMovedOccurrenceHasWordsOfItsOwn(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	first := w.Announce(handlerstest.Object{"recurrence": "FREQ=WEEKLY"})
	items, _ := w.Data("/maintenance/windows")["items"].([]any)
	second, _ := items[len(items)-2].(map[string]any)

	at, err := time.Parse(time.RFC3339, second["starts_at"].(string))
	if err != nil {
		t.Fatal(err)
	}

	got := w.SendJSON(http.MethodPatch, handlerstest.Path(second, ""), handlerstest.Object{
		"starts_at": at.Add(24 * time.Hour).Format(time.RFC3339), "reason": "a holiday that day",
	})
	if got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	if page := w.Get(handlerstest.Path(second, ""), "Accept", "text/html"); !strings.Contains(page.Body, "moved by itself to ") {
		t.Errorf("its page has the words of the others:\n%s", page.Body)
	}

	preview := w.SendJSON(http.MethodPatch, handlerstest.Path(first, "")+"?preview=1", handlerstest.Object{"title": "Patching again", "scope": "following"})
	if moved, _ := preview.JSON(t)["moved"].([]any); len(moved) != 1 || !strings.HasSuffix(moved[0].(string), "stays there.") {
		t.Errorf("the review does not say where it stays: got %v\n%s", moved, preview.Body)
	}
}
