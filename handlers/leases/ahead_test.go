package leases_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestATemporaryChangeThatIsExtendedOverAScheduledOneSaysSo on its page, and only then.
func TestATemporaryChangeThatIsExtendedOverAScheduledOneSaysSo(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	send := func(path, body string) {
		t.Helper()

		if got := w.Post(path, body); got.Status >= http.StatusMultipleChoices {
			t.Fatalf("%s: got %d\n%.300s", path, got.Status, got.Body)
		}
	}
	warns := func() bool {
		return strings.Contains(w.Get("/leases/1", "Accept", "text/html").Body, "Scheduled change 1 of dave sets Per analyst too")
	}

	send("/config/concurrency", `{"per_analyst": 9, "duration": "1h", "reason": "a workshop", "revision": "`+w.Revision()+`"}`)
	send("/config/concurrency", `{"per_analyst": 7, "at": "`+w.Now().Add(2*time.Hour).UTC().Format(time.RFC3339)+
		`", "duration": "1h", "reason": "another one", "revision": "`+w.Revision()+`"}`)

	if warns() {
		t.Error("it warns of what comes after its end")
	}

	// Who is about to put that off is told before.
	const beyond = "Scheduled change 1 of dave sets Per analyst too, at "

	for act, want := range map[string]bool{"extend": true, "end": false} {
		page, data := w.Get("/leases/1/"+act, "Accept", "text/html"), w.Data("/leases/1/"+act)
		if ahead, _ := data["ahead"].([]any); strings.Contains(page.Body, beyond) != want || len(ahead) > 0 != want {
			t.Errorf("%s: the page and %v do not tell what lies ahead, or should not", act, ahead)
		}
	}

	send("/leases/1/extend", `{"duration": "3h", "reason": "it takes longer"}`)

	if !warns() {
		t.Error("it does not warn of what comes before its end now")
	}
}
