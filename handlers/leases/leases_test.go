package leases_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

func TestATemporaryChangeIsShownExtendedAndEnded(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	got := w.Post("/config/concurrency", fmt.Sprintf(
		`{"per_analyst": 8, "reason": "for the workshop", "revision": %q, "duration": "90m"}`, w.Revision()))

	lease := handlerstest.At(got.JSON(t), "lease")
	if got.Status != http.StatusOK || handlerstest.At(lease, "state") != "active" || handlerstest.At(lease, "id") != 1.0 || handlerstest.At(lease, "ends_at") == nil {
		t.Fatalf("got %d, want 200 and lease 1 active with an end\n%s", got.Status, got.Body)
	}

	if items, _ := w.Data("/leases")["items"].([]any); len(items) != 1 {
		t.Errorf("got %v, want one lease", items)
	}

	for _, path := range []string{"/", "/leases", "/leases/1", "/leases?state=all", "/leases/1/extend", "/config/concurrency"} {
		if page := w.Get(path, "Accept", "text/html"); page.Status != http.StatusOK || !strings.Contains(page.Body, "8 instances") {
			t.Errorf("%s: got %d, want 200 and the temporary change", path, page.Status)
		}
	}

	for path, want := range map[string]int{
		"/leases?state=active": 1, "/leases?state=overdue": 0, "/leases?state=ended": 0, "/leases?state=all": 1, "/leases?state=all&before=1": 0,
	} {
		if items, _ := w.Data(path)["items"].([]any); len(items) != want {
			t.Errorf("%s: got %v, want %d of them", path, items, want)
		}
	}

	if got := w.Get("/leases?state=over", "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("got %d, want 422\n%s", got.Status, got.Body)
	}

	if got := w.Post("/leases/1/extend", `{"reason": "the workshop goes on", "duration": "3h"}`); got.Status != http.StatusOK {
		t.Errorf("got %d, want 200\n%s", got.Status, got.Body)
	}

	if got := w.Post("/leases/1/end", `{"reason": "too short"}`); got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "lease", "state") != "ended" {
		t.Errorf("got %d, want 200 and it ended\n%s", got.Status, got.Body)
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 {
		t.Errorf("it went back to %v, want 5", perAnalyst)
	}

	// What is over is still found.
	if items, _ := w.Data("/leases?state=ended")["items"].([]any); len(items) != 1 {
		t.Errorf("got %v, want one lease", items)
	}

	if over := w.Data("/leases/1"); handlerstest.At(over, "lease", "state") != "ended" || handlerstest.At(over, "lease", "end_change") != 2.0 {
		t.Errorf("got %v, want it ended by change 2", over)
	}

	if page := w.Get("/leases/1", "Accept", "text/html"); page.Status != http.StatusOK || !strings.Contains(page.Body, `href="/history/2"`) {
		t.Errorf("got %d, want 200 and a link to /history/2\n%s", page.Status, page.Body)
	}

	if got := w.Get("/leases/4711", "Accept", "application/json"); got.Status != http.StatusNotFound {
		t.Errorf("got %d, want 404\n%s", got.Status, got.Body)
	}

	if got := w.Post("/leases/1/confirm", `{"reason": "too late for that"}`); got.Status != http.StatusConflict {
		t.Errorf("got %d, want 409\n%s", got.Status, got.Body)
	}
}
