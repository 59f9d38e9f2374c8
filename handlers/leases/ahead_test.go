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

	send("/leases/1/extend", `{"duration": "3h", "reason": "it takes longer"}`)

	if !warns() {
		t.Error("it does not warn of what comes before its end now")
	}
}
