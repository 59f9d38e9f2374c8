package handlers_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// TestWhatCameToNoActIsInTheLog sends what is refused before anybody knows what was to be
// done to what: no such thing, not such a body, too much of it.
func TestWhatCameToNoActIsInTheLog(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	const (
		why   = `{"reason": "load test tonight"}`
		extra = `{"junk": 1, "reason": "load test tonight"}`
	)

	large := `{"reason": "` + strings.Repeat("x", 1<<20) + `"}`

	for _, bad := range []struct {
		path, body, action, object, message string
		status                              int
	}{
		{"/config/nope", why, "request.refused", "config/nope", "not found", 404},
		{"/jobs/nope/trigger", why, "job.trigger", "jobs/nope", "not found", 404},
		{"/jobs/lifecycle/trigger", large, "request.refused", "jobs/lifecycle/trigger", "more than", 413},
		{"/config/concurrency", large, "request.refused", "config/concurrency", "more than", 413},
		{"/leases/1/frob", why, "request.refused", "leases/1/frob", "not found", 404},
		{"/history/abc/restore", why, "request.refused", "history/abc/restore", "not found", 404},
		{"/maintenance/windows", extra, "request.refused", "maintenance/windows", "; junk: is not a field", 422},
		{"/maintenance/windows", `{`, "request.refused", "maintenance/windows", "could not be read", 422},
		{"/maintenance/windows", large, "request.refused", "maintenance/windows", "more than", 413},
		{"/maintenance/windows/4711/end", why, "request.refused", "maintenance/windows/4711/end", "not found", 404},
		{"/maintenance/templates", extra, "request.refused", "maintenance/templates", "; junk: is not a field", 422},
		{"/maintenance/templates/4711/delete", why, "request.refused", "maintenance/templates/4711/delete", "not found", 404},
		{"/maintenance/webhooks", extra, "request.refused", "maintenance/webhooks", "; junk: is not a field", 422},
		{"/maintenance/webhooks/4711/rotate", why, "request.refused", "maintenance/webhooks/4711/rotate", "not found", 404},
		{"/maintenance/deliveries/nope/redeliver", extra, "request.refused", "maintenance/deliveries/nope/redeliver", "junk", 422},
	} {
		_, before := w.Newest()
		got := w.Post(bad.path, bad.body)
		entry, after := w.Newest()

		if got.Status != bad.status || after != before+1 {
			t.Errorf("%s %.40s: got %d and %d entries, want %d and one entry", bad.path, bad.body, got.Status, after-before, bad.status)
		}

		if entry.Actor != "dave" || string(entry.Action) != bad.action || entry.Object != bad.object || entry.Outcome != audit.Refused ||
			!strings.Contains(entry.Message, bad.message) || bad.body == extra && entry.Reason != "load test tonight" {
			t.Errorf("%s %.40s: logged as %+v, want dave's %s of %s, refused with %q", bad.path, bad.body, entry, bad.action, bad.object, bad.message)
		}
	}

	// Nobody gets around the log by asking for a preview of what has none.
	for _, path := range []string{"/maintenance/templates", "/maintenance/webhooks", "/config/nope"} {
		_, before := w.Newest()
		got := w.Post(path+"?preview=1", extra)

		if entry, after := w.Newest(); got.Status < http.StatusBadRequest || after != before+1 || entry.Object != strings.TrimPrefix(path, "/") {
			t.Errorf("%s: got %d and %d entries, %+v, want a refusal and one entry of this path", path, got.Status, after-before, entry)
		}
	}

	// A form answers with itself; looking ahead is no act.
	_, before := w.Newest()
	w.Form("/maintenance/webhooks", url.Values{"name": {"x"}, "reason": {"load test tonight"}, "junk": {"1"}})

	if entry, after := w.Newest(); after != before+1 || entry.Reason != "load test tonight" || !strings.Contains(entry.Message, "junk") {
		t.Errorf("a form: logged as %+v, want one entry with the reason, and junk in its message", entry)
	}

	for _, path := range []string{"/maintenance/windows/review", "/maintenance/windows/new", "/points/1/restore?preview=1", "/maintenance/windows?preview=1"} {
		_, before := w.Newest()

		got := w.Post(path, extra)
		if _, after := w.Newest(); got.Status < http.StatusBadRequest || after != before {
			t.Errorf("%s: got %d and %d entries, want a refusal and no entry", path, got.Status, after-before)
		}
	}
}

// TestJSONThatIsSentAsAFormLeavesNoTrace sends what curl -d does without a header: read as a
// form, all of it would be the name of a field, address and all.
func TestJSONThatIsSentAsAFormLeavesNoTrace(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, path := range []string{"/maintenance/webhooks", "/config/concurrency", "/jobs/lifecycle/trigger", "/points"} {
		for _, body := range []string{`{"url": "https://hooks.example.com/hidden"}`, "\n [\"hidden\"]"} {
			_, before := w.Newest()
			got := w.Send(http.MethodPost, path, body, "Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json",
				"Authorization", "Bearer "+w.Token("dave"))

			if fields := handlerstest.WhatIsWrong(t, got); fields != "header.content-type" || strings.Contains(got.Body, "hidden") {
				t.Errorf("%s: %s is wrong, want header.content-type and nothing hidden: %s", path, fields, got.Body)
			}

			entry, after := w.Newest()
			if after != before+1 || strings.Contains(entry.Message, "hidden") || !strings.Contains(entry.Message, "content-type") {
				t.Errorf("%s: logged as %+v, want one entry that names content-type and nothing hidden", path, entry)
			}
		}
	}
}

// TestARefusalThatCannotBeWrittenDownIsLogged takes the audit log away: who is refused is told
// so, and that nothing was written is not lost.
func TestARefusalThatCannotBeWrittenDownIsLogged(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	tokens := map[string]string{"dave": w.Token("dave"), "carol": w.Token("carol")}

	err := w.DB.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `ALTER TABLE opsconsole_audit RENAME TO opsconsole_audit_away`)

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	const extra = `{"junk": 1, "reason": "load test tonight"}`

	_, end := w.Logged(0)

	for _, bad := range []struct {
		who, method, path, body string
		status                  int
	}{
		{"carol", http.MethodGet, "/jobs", "", 403},
		{"dave", http.MethodPost, "/maintenance/windows", "{", 422},
		{"dave", http.MethodPost, "/jobs/nope/trigger", extra, 404},
		{"dave", http.MethodPost, "/config/concurrency", extra, 422},
	} {
		got := w.Send(bad.method, bad.path, bad.body, "Content-Type", "application/json", "Accept", "application/json",
			"Authorization", "Bearer "+tokens[bad.who])

		var logged string

		logged, end = w.Logged(end)
		if got.Status != bad.status || !strings.Contains(logged, "write the audit entry") || strings.Contains(got.Body, "audit entry") {
			t.Errorf("%s: got %d %s, and the log says %q, want %d, the failed entry in the log and not in the answer", bad.path, got.Status, got.Body, logged, bad.status)
		}
	}
}
