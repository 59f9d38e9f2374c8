package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAPageIsForgotten does what changes a page that is kept, and asks for it at once.
func TestAPageIsForgotten(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	olga := newViewer(t, w, "olga", "dark", "UTC")

	replica := audit.New(w.DB, w.Now) // another process on the same database

	for _, c := range []struct {
		path, when string
		do         func()
		shows      string
	}{
		{"/config/concurrency", "a change is saved", func() { w.Save(`"per_analyst": 9, "reason": "nine, for a workshop"`) }, "nine, for a workshop"},
		{"/history", "a change is saved", func() { w.Save(`"per_analyst": 8, "reason": "eight are enough"`) }, "eight are enough"},
		{"/audit", "somebody is refused", func() {
			w.Send(http.MethodGet, "/jobs", "", "Authorization", "Bearer "+w.Token("alice"))
		}, ">alice<"},
		{"/", "maintenance is announced", func() { w.Announce(nil) }, "Maintenance is announced:"},
		{"/health", "maintenance begins", func() { w.Pass(2 * time.Hour) }, "Maintenance is on:"},
		{"/jobs", "something is set for a while", func() {
			w.Save(`"cluster_total": 60, "reason": "sixty for two hours", "duration": "PT2H"`)
		}, "Temporary changes in force"},
		{"/health", "the control plane is polled", func() {
			w.Plane.Cut(ops.Unavailable("control_plane", "The line is cut"), false)
			w.Monitor.Poll(t.Context())
		}, "The line is cut"},
		{"/audit?limit=1", "another replica writes, a second before", func() {
			if _, err := replica.Record(t.Context(), audit.Actor{Username: "dave"}, audit.Entry{Action: audit.JobTrigger, Object: "jobs/elsewhere"}); err != nil {
				t.Error(err)
			}

			w.Advance(time.Second)
		}, "jobs/elsewhere"},
	} {
		for range 2 { // the second is kept
			if before := olga.get(w, c.path); before.Status != http.StatusOK || strings.Contains(before.Body, c.shows) {
				t.Fatalf("%s before %s: got %d, want 200 without %s", c.path, c.when, before.Status, c.shows)
			}
		}

		tag := olga.get(w, c.path).Header.Get("Etag")

		c.do()

		if got := olga.get(w, c.path, "If-None-Match", tag); got.Status != http.StatusOK || !strings.Contains(got.Body, c.shows) {
			t.Errorf("%s once %s: got %d without %q", c.path, c.when, got.Status, c.shows)
		}
	}
}

// TestAKeptPageGoesWithItsViewer changes what a viewer wants to see, and the time.
func TestAKeptPageGoesWithItsViewer(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	dave := newViewer(t, w, "dave", "dark", "UTC")
	session, _, _ := strings.Cut(dave.cookie, ";")

	first := dave.get(w, "/jobs")

	for cookie, has := range map[string]string{
		"theme=light": `data-theme="light"`, "zone=Asia%2FTokyo": `data-zone="Asia/Tokyo"`, "zone=Nowhere": `data-zone="UTC"`,
		"refused_zone=Atlantis": `value="Atlantis"`,
	} {
		got := w.Send(http.MethodGet, "/jobs", "", "Accept", "text/html", "Cookie", session+"; "+cookie, "If-None-Match", first.Header.Get("Etag"))
		if got.Status != http.StatusOK || !strings.Contains(got.Body, has) {
			t.Errorf("with %s: got %d without %s", cookie, got.Status, has)
		}
	}

	if again := dave.get(w, "/jobs"); again.Header.Get("Etag") != first.Header.Get("Etag") || strings.Contains(again.Body, "Atlantis") {
		t.Error("what was told once is told again, or the page is another one")
	}

	// The clock of the page is never a kept one; what is reckoned from it is drawn anew in time.
	w.Advance(2 * time.Second)

	now := "data-now=\"" + w.Now().UTC().Format("2006-01-02T15:04")
	if got := dave.get(w, "/jobs", "If-None-Match", `"another"`); !strings.Contains(got.Body, now) {
		t.Errorf("the page lacks %s", now)
	}

	w.Advance(handlers.KeptFor)

	if got := dave.get(w, "/jobs", "If-None-Match", first.Header.Get("Etag")); got.Status != http.StatusOK || !strings.Contains(got.Body, " s ago · ") {
		t.Errorf("got %d, want the page with how long ago it was", got.Status)
	}
}

// TestWhatIsDoneIsSeenAtOnce saves, and looks before the answer can have been read twice.
func TestWhatIsDoneIsSeenAtOnce(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, reason := range []string{"one more analyst", "another analyst", "the last analyst"} {
		w.Get("/history", "Accept", "text/html")

		form := url.Values{"per_analyst": {"1"}, "cluster_total": {"50"}, "revision": {w.Revision()}, "reason": {reason}}
		form.Set("per_analyst", map[string]string{"one more analyst": "6", "another analyst": "7", "the last analyst": "8"}[reason])

		if got := w.Form("/config/concurrency", form); got.Status >= http.StatusBadRequest {
			t.Fatalf("got %d\n%s", got.Status, got.Body)
		}

		if got := w.Get("/history", "Accept", "text/html"); !strings.Contains(got.Body, reason) {
			t.Errorf("the history lacks %q", reason)
		}
	}
}
