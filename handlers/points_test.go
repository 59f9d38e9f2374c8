package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func TestAPointIsKeptPreviewedAndRestored(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	if got := w.post("/points", `{"name": "before the migration", "reason": "so that we can go back"}`); got.status != http.StatusCreated {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	w.post("/config/export", fmt.Sprintf(`{"max_duration_seconds": 5400, "reason": "longer exports", "revision": %q}`, at(w.data("/config/export"), "revision")))

	plan := w.data("/points/1")
	if plan["complete"] != false {
		t.Errorf("got %v", plan)
	}

	if page := w.get("/points/1", "Accept", "text/html"); page.status != http.StatusOK || !strings.Contains(page.body, "Restore 1 section") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	got := w.post("/points/1/restore", fmt.Sprintf(`{"reason": "the migration is off", "revision": %q}`, plan["revision"]))
	if got.status != http.StatusOK || at(got.json(t), "complete") != true {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if got := at(w.data("/config/export"), "current", "max_duration_seconds"); got != 3600.0 {
		t.Errorf("restored to %v", got)
	}
}

// TestAPointOfWhichOneSectionFailsIsRestoredInTwoSteps restores a point while the control
// plane refuses one of two sections.
func TestAPointOfWhichOneSectionFailsIsRestoredInTwoSteps(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.post("/points", `{"name": "before the migration", "reason": "so that we can go back"}`)
	w.post("/config/export", fmt.Sprintf(
		`{"max_duration_seconds": 5400, "reason": "longer exports", "revision": %q}`, at(w.data("/config/export"), "revision")))
	w.post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "reason": "more of them", "revision": %q}`, w.revision()))

	restore := func() answer {
		return w.form("/points/1/restore", url.Values{
			"reason": {"the migration is off"}, "revision": {fmt.Sprint(w.data("/points/1")["revision"])},
		})
	}

	w.plane.refuse(ops.Unavailable(ops.ServiceControlPlane, "It is being upgraded."))

	if page := w.get("/points/1", "Accept", "text/html"); !strings.Contains(page.body, "Changed since") || !strings.Contains(page.body, "more of them") {
		t.Errorf("it does not tell what changed since: %s", page.body)
	}

	half := restore()
	for _, want := range []string{"Restored", "Failed", "It is being upgraded.", "Trying again does only the rest"} {
		if half.status != http.StatusServiceUnavailable || !strings.Contains(half.body, want) {
			t.Errorf("got %d without %q\n%s", half.status, want, half.body)
		}
	}

	rest := w.post("/points/1/restore", fmt.Sprintf(
		`{"reason": "the migration is off", "revision": %q}`, w.data("/points/1")["revision"]))
	if rest.status != http.StatusServiceUnavailable || at(rest.json(t), "error", "code") != string(ops.CodeServiceUnavailable) ||
		at(rest.json(t), "complete") != false {
		t.Errorf("got %d\n%s", rest.status, rest.body)
	}

	w.plane.refuse(nil)

	if again := w.get("/points/1", "Accept", "text/html"); !strings.Contains(again.body, "Restore 1 section") {
		t.Errorf("got %d\n%s", again.status, again.body)
	}

	if whole := restore(); whole.status != http.StatusOK || !strings.Contains(whole.body, "Every section is as the point has it") {
		t.Errorf("got %d\n%s", whole.status, whole.body)
	}

	// Of the export limits there is one restore, of the concurrency limits two that failed.
	for query, want := range map[string]int{
		"section=export&source=restore": 1, "section=concurrency&source=restore&outcome=failed": 2,
		"section=concurrency&source=restore&outcome=applied": 1,
	} {
		if items, _ := w.data("/history?" + query)["items"].([]any); len(items) != want {
			t.Errorf("%s: %v", query, items)
		}
	}
}
