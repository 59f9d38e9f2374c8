package leases_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestAFormOfALeaseConflictsWithWhatHappened sends what was filled in before somebody else moved the end.
func TestAFormOfALeaseConflictsWithWhatHappened(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 8, "reason": "for the workshop", "duration": "90m"`)

	seen := w.Data("/leases/1/extend")["revision"]
	if page := w.Get("/leases/1/end", "Accept", "text/html"); !strings.Contains(page.Body, fmt.Sprintf(`data-set-now="%v"`, seen)) ||
		!strings.Contains(page.Body, "/events?page=leaseform-1") {
		t.Errorf("got %d, want the revision and what it follows\n%s", page.Status, page.Body)
	}

	form := url.Values{"reason": {"the workshop goes on"}, "duration": {"3h"}, "revision": {fmt.Sprint(seen)}}
	if got := w.Form("/leases/1/extend", form); got.Status != http.StatusSeeOther {
		t.Fatalf("got %d, want 303\n%s", got.Status, got.Body)
	}

	now := w.Data("/leases/1")["revision"]
	if now.(float64) <= seen.(float64) {
		t.Errorf("the revision was %v and is %v, want it to grow", seen, now)
	}

	form.Set("reason", "and goes on and on")

	got := w.Form("/leases/1/extend", form)
	if got.Status != http.StatusConflict || !strings.Contains(got.Body, "changed since you opened it") ||
		!strings.Contains(got.Body, "and goes on and on") {
		t.Errorf("got %d, want 409 and what was typed\n%s", got.Status, got.Body)
	}

	// Who names none takes it as it is.
	if got := w.Form("/leases/1/end", url.Values{"reason": {"it is over by now"}}); got.Status != http.StatusSeeOther {
		t.Errorf("got %d, want 303\n%s", got.Status, got.Body)
	}

	if over := w.Data("/leases/1")["revision"]; over.(float64) <= now.(float64) {
		t.Errorf("the revision was %v and is %v, want it to grow", now, over)
	}
}
