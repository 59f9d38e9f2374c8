package platform_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestAJobIsALinkWhereItIsNamed, on the Overview and in the log of what was asked of it; a name of no job has no page.
func TestAJobIsALinkWhereItIsNamed(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, want := range map[string]int{"/jobs/lifecycle/trigger": http.StatusOK, "/jobs/nope/trigger": http.StatusNotFound} {
		if got := w.Post(path, `{"reason": "after the outage"}`); got.Status != want {
			t.Fatalf("%s: got %d, want %d\n%.200s", path, got.Status, want, got.Body)
		}
	}

	w.Monitor.Poll(t.Context())

	for path, wants := range map[string][]string{
		"/":      {`<a href="/jobs/lifecycle">`, `<a href="/jobs/resource_monitor">`},
		"/audit": {`<a href="/jobs/lifecycle"><span title="jobs/lifecycle">Job lifecycle</span></a>`, `<span title="jobs/nope">Job nope</span>`},
	} {
		page := w.Get(path, "Accept", "text/html").Body
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}

		if strings.Contains(page, `href="/jobs/nope"`) {
			t.Errorf("%s leads to the page of no job", path)
		}
	}
}
