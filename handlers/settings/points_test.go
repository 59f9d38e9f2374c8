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

func TestAPointIsKeptPreviewedAndRestored(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	if got := w.Post("/points", `{"name": "before the migration", "reason": "so that we can go back"}`); got.Status != http.StatusCreated {
		t.Fatalf("got %d, want 201\n%s", got.Status, got.Body)
	}

	w.Post("/config/export", fmt.Sprintf(`{"max_duration_seconds": 5400, "reason": "longer exports", "revision": %q}`, handlerstest.At(w.Data("/config/export"), "revision")))

	plan := w.Data("/points/1")
	if plan["complete"] != false {
		t.Errorf("got %v, want complete false", plan)
	}

	if page := w.Get("/points/1", "Accept", "text/html"); page.Status != http.StatusOK || !strings.Contains(page.Body, "Restore 1 section") {
		t.Errorf("got %d, want 200 and one section to restore\n%s", page.Status, page.Body)
	}

	got := w.Post("/points/1/restore", fmt.Sprintf(`{"reason": "the migration is off", "revision": %q}`, plan["revision"]))
	if got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "complete") != true {
		t.Errorf("got %d, want 200 and complete true\n%s", got.Status, got.Body)
	}

	if got := handlerstest.At(w.Data("/config/export"), "current", "max_duration_seconds"); got != 3600.0 {
		t.Errorf("restored to %v, want 3600", got)
	}
}

// TestAPointOfWhichOneSectionFailsIsRestoredInTwoSteps restores a point while the control
// plane refuses one of two sections.
func TestAPointOfWhichOneSectionFailsIsRestoredInTwoSteps(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Post("/points", `{"name": "before the migration", "reason": "so that we can go back"}`)
	w.Post("/config/export", fmt.Sprintf(
		`{"max_duration_seconds": 5400, "reason": "longer exports", "revision": %q}`, handlerstest.At(w.Data("/config/export"), "revision")))
	w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "reason": "more of them", "revision": %q}`, w.Revision()))

	restore := func() handlerstest.Answer {
		return w.Form("/points/1/restore", url.Values{
			"reason": {"the migration is off"}, "revision": {fmt.Sprint(w.Data("/points/1")["revision"])},
		})
	}

	w.Plane.Refuse(ops.Unavailable(ops.ServiceControlPlane, "It is being upgraded."))

	if page := w.Get("/points/1", "Accept", "text/html"); !strings.Contains(page.Body, "Changed since") || !strings.Contains(page.Body, "more of them") {
		t.Errorf("it does not tell what changed since: %s", page.Body)
	}

	half := restore()
	for _, want := range []string{"Restored", "Failed", "It is being upgraded.", "Trying again restores only"} {
		if half.Status != http.StatusServiceUnavailable || !strings.Contains(half.Body, want) {
			t.Errorf("got %d, want 503 and %q\n%s", half.Status, want, half.Body)
		}
	}

	rest := w.Post("/points/1/restore", fmt.Sprintf(
		`{"reason": "the migration is off", "revision": %q}`, w.Data("/points/1")["revision"]))
	if rest.Status != http.StatusServiceUnavailable || handlerstest.At(rest.JSON(t), "error", "code") != string(ops.CodeServiceUnavailable) ||
		handlerstest.At(rest.JSON(t), "complete") != false {
		t.Errorf("got %d, want 503 with %s and complete false\n%s", rest.Status, ops.CodeServiceUnavailable, rest.Body)
	}

	w.Plane.Refuse(nil)

	if again := w.Get("/points/1", "Accept", "text/html"); !strings.Contains(again.Body, "Restore 1 section") {
		t.Errorf("got %d, want one section to restore\n%s", again.Status, again.Body)
	}

	if whole := restore(); whole.Status != http.StatusOK || !strings.Contains(whole.Body, "Every section matches the point") {
		t.Errorf("got %d, want 200 and every section as the point has it\n%s", whole.Status, whole.Body)
	}

	// Of the export limits there is one restore, of the concurrency limits two that failed.
	for query, want := range map[string]int{
		"section=export&source=restore": 1, "section=concurrency&source=restore&outcome=failed": 2,
		"section=concurrency&source=restore&outcome=applied": 1,
	} {
		if items, _ := w.Data("/history?" + query)["items"].([]any); len(items) != want {
			t.Errorf("%s: got %v, want %d of them", query, items, want)
		}
	}
}
