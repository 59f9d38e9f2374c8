package handlers_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// TestWhoeverActsSeesItByAnyReplica acts by another replica, and looks here before this one knows.
func TestWhoeverActsSeesItByAnyReplica(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	dave := newViewer(t, w, "dave", "dark", "UTC")

	for range 2 { // the second is kept
		dave.get(w, "/audit")
	}

	entry, err := audit.New(w.DB, w.Now).Record(t.Context(), audit.Actor{Username: "dave"}, audit.Entry{Action: audit.JobTrigger, Object: "jobs/elsewhere"})
	if err != nil {
		t.Fatal(err)
	}

	dave.cookie += "; acted=" + strconv.FormatInt(entry.Seq, 10)

	if got := dave.get(w, "/audit"); got.Status != http.StatusOK || !strings.Contains(got.Body, "jobs/elsewhere") {
		t.Errorf("got %d without what was just done", got.Status)
	}
}

// TestABrowserIsToldWhatItDid acts with a session, and with a token, which keeps nothing.
func TestABrowserIsToldWhatItDid(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	cookie := sessionCookie(t, w, "dave")

	body := `{"per_analyst": 7, "reason": "a workshop today", "revision": "` + w.Revision() + `"}`
	got := w.Send(http.MethodPost, "/config/concurrency", body, "Content-Type", "application/json", "Cookie", cookie)

	newest, _ := w.Newest()
	if want := "acted=" + strconv.FormatInt(newest.Seq, 10) + ";"; got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Set-Cookie"), want) {
		t.Errorf("got %d, %q, want 200 and %s", got.Status, got.Header.Get("Set-Cookie"), want)
	}

	body = `{"per_analyst": 8, "reason": "another one tomorrow", "revision": "` + w.Revision() + `"}`
	if got := w.Post("/config/concurrency", body); got.Status != http.StatusOK || got.Header.Get("Set-Cookie") != "" {
		t.Errorf("by a token: got %d, %q, want 200 and no cookie\n%s", got.Status, got.Header.Get("Set-Cookie"), got.Body)
	}
}
