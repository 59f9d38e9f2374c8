package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestATemporaryChangeIsShownExtendedAndEnded(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	got := w.post("/config/concurrency", fmt.Sprintf(
		`{"per_analyst": 8, "reason": "for the workshop", "revision": %q, "duration": "90m"}`, w.revision()))

	lease := at(got.json(t), "lease")
	if got.status != http.StatusOK || at(lease, "state") != "active" || at(lease, "id") != 1.0 || at(lease, "ends_at") == nil {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	if items, _ := w.data("/leases")["items"].([]any); len(items) != 1 {
		t.Errorf("got %v", items)
	}

	for _, path := range []string{"/", "/leases", "/leases/1", "/leases?state=all", "/leases/1/extend", "/config/concurrency"} {
		if page := w.get(path, "Accept", "text/html"); page.status != http.StatusOK || !strings.Contains(page.body, "8 instances") {
			t.Errorf("%s: got %d, and nothing of the temporary change", path, page.status)
		}
	}

	for path, want := range map[string]int{
		"/leases?state=active": 1, "/leases?state=overdue": 0, "/leases?state=ended": 0, "/leases?state=all": 1, "/leases?state=all&before=1": 0,
	} {
		if items, _ := w.data(path)["items"].([]any); len(items) != want {
			t.Errorf("%s: got %v", path, items)
		}
	}

	if got := w.get("/leases?state=over", "Accept", "application/json"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if got := w.post("/leases/1/extend", `{"reason": "the workshop goes on", "duration": "3h"}`); got.status != http.StatusOK {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if got := w.post("/leases/1/end", `{"reason": "too short"}`); got.status != http.StatusOK || at(got.json(t), "lease", "state") != "ended" {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if perAnalyst, _ := w.limits(); perAnalyst != 5 {
		t.Errorf("it went back to %v", perAnalyst)
	}

	// What is over is still found.
	if items, _ := w.data("/leases?state=ended")["items"].([]any); len(items) != 1 {
		t.Errorf("got %v", items)
	}

	if over := w.data("/leases/1"); at(over, "lease", "state") != "ended" || at(over, "lease", "end_change") != 2.0 {
		t.Errorf("got %v", over)
	}

	if page := w.get("/leases/1", "Accept", "text/html"); page.status != http.StatusOK || !strings.Contains(page.body, `href="/history/2"`) {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	if got := w.get("/leases/4711", "Accept", "application/json"); got.status != http.StatusNotFound {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if got := w.post("/leases/1/confirm", `{"reason": "too late for that"}`); got.status != http.StatusConflict {
		t.Errorf("got %d\n%s", got.status, got.body)
	}
}
