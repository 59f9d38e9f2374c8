package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestReasonsLeadToTicketsAndAddresses on each page that has them, also that of one that was refused.
func TestReasonsLeadToTicketsAndAddresses(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	old := w.Revision()

	w.Save(`"per_analyst": 4, "reason": "CHG-12 as ann@example.com asked"`)
	w.Save(`"per_analyst": 6, "reason": "CHG-12 as ann@example.com wanted"`)
	w.Post("/points", `{"name": "Before the migration", "reason": "CHG-12, see ann@example.com"}`)

	for _, path := range []string{
		"/history", "/history/1", "/compare?a=1&b=2", "/audit", "/audit/compare?a=1&b=3", "/find?q=CHG-12",
		"/points", "/points/1", "/config/concurrency",
	} {
		wantLeads(t, path, w.Get(path, "Accept", "text/html"), http.StatusOK)
	}

	conflict := w.Form("/config/concurrency", url.Values{
		"per_analyst": {"7"}, "cluster_total": {"50"}, "revision": {old}, "reason": {"CHG-12 for ann@example.com"},
	})
	wantLeads(t, "a conflict", conflict, http.StatusConflict)

	if !strings.Contains(conflict.Body, `>ann@example.com</a>`) || strings.Count(conflict.Body, `href="mailto:ann@example.com"`) < 2 {
		t.Errorf("a conflict: want the own reason to lead there, beside those of the others")
	}
}

func wantLeads(t *testing.T, name string, got handlerstest.Answer, status int) {
	t.Helper()

	for _, want := range []string{`href="https://tickets.example.com/CHG-12"`, `href="mailto:ann@example.com"`} {
		if got.Status != status || !strings.Contains(got.Body, want) {
			t.Errorf("%s: got %d, want %d with %s", name, got.Status, status, want)
		}
	}
}
