package handlers_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestAnUnknownNameInAnAddressIsRefused asks for pages with names that they do not have: what
// is misspelled would show all there is.
func TestAnUnknownNameInAnAddressIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, names := range map[string]string{
		"/":                    "It takes at.",
		"/jobs":                "It takes at.",
		"/maintenance":         "It takes none.",
		"/exports":             "It takes at, limit, page, q, sort, status.",
		"/exports.csv":         "It takes for, limit, page, q, sort, status.",
		"/history":             "actor, before, field",
		"/find":                "It takes in, q.",
		"/audit.jsonl":         "action, actor, before",
		"/config/export":       "max_duration_seconds",
		"/maintenance/windows": "series, text, until",
	} {
		got := w.Get(path+"?stauts=failed&utm_source=mail&fbclid=x", "Accept", "application/json")
		if wrong := handlerstest.WhatIsWrong(t, got); got.Status != http.StatusUnprocessableEntity || wrong != "query.stauts" || !strings.Contains(got.Body, names) {
			t.Errorf("%s: got %d, %q, want 422 for query.stauts alone, and %s\n%s", path, got.Status, wrong, names, got.Body)
		}

		page := w.Get(path+"?stauts=failed", "Accept", "text/html")
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, "<code>stauts</code>") || !strings.Contains(page.Body, names) {
			t.Errorf("%s: got %d, want 422 and the names\n%.300s", path, page.Status, page.Body)
		}

		// What mail and chat programs hang onto a link says nothing.
		if page := w.Get(path+"?utm_source=mail&fbclid=x", "Accept", "text/html"); page.Status != http.StatusOK {
			t.Errorf("%s: got %d with the marks of a mail, want 200", path, page.Status)
		}
	}

	// An act with a name that it does not have is none, and is in the log.
	_, before := w.Newest()
	got := w.Post("/points?dry_run=1", `{"name": "before the test", "reason": "before the load test"}`)

	if entry, after := w.Newest(); got.Status != http.StatusUnprocessableEntity || after != before+1 || !strings.Contains(entry.Message, "dry_run") {
		t.Errorf("got %d, %d entries, %+v, want 422 and its refusal in the log", got.Status, after-before, entry)
	}
}

// TestNamesAreNotHeldAgainstOthersThanOperators sends names to what is no page of the operators.
func TestNamesAreNotHeldAgainstOthersThanOperators(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, want := range map[string]int{
		"/healthz": http.StatusOK, "/readyz": http.StatusOK, "/login": http.StatusOK, "/announcements.json": http.StatusOK,
		"/announcements.ics": http.StatusOK, "/static/app.css": http.StatusOK, "/auth/callback": http.StatusBadRequest,
	} {
		if got := w.Send(http.MethodGet, path+"?iss=https%3A%2F%2Fid.example.com&t=1", ""); got.Status == http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want %d or so\n%.200s", path, got.Status, want, got.Body)
		}
	}

	if got := w.Send(http.MethodHead, "/events?t=1", "", "Authorization", "Bearer "+w.Token("dave")); got.Status != http.StatusOK {
		t.Errorf("the stream: got %d, want 200", got.Status)
	}
}

// inPage are the addresses that a page leads to, and the forms that fill one.
var (
	inPage  = regexp.MustCompile(`(?:href|hx-get|formaction)="(/[^"]*\?[^"]*)"`)
	getForm = regexp.MustCompile(`(?s)<form[^>]*method="get"[^>]*action="(/[^"]*)".*?</form>|<form[^>]*action="(/[^"]*)"[^>]*method="get".*?</form>`)
	named   = regexp.MustCompile(`<(?:input|select|textarea)[^>]* name="([^"]*)"`)
)

// TestPagesLeadToAddressesThatAreKnown follows what the pages themselves have behind a question mark.
func TestPagesLeadToAddressesThatAreKnown(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 4, "reason": "so that there is a change"`)

	seen := map[string]bool{}

	follow := func(from, address string) {
		address = strings.ReplaceAll(address, "&amp;", "&")
		if seen[address] {
			return
		}

		seen[address] = true

		if got := w.Get(address, "Accept", "text/html"); got.Status == http.StatusUnprocessableEntity && strings.Contains(got.Body, "is not a parameter of this address") {
			t.Errorf("%s leads to %s, which does not know a name in it", from, address)
		}
	}

	for _, path := range []string{
		"/", "/health", "/capacity", "/jobs", "/exports", "/metrics", "/maintenance", "/maintenance/windows", "/maintenance/windows/new",
		"/maintenance/templates", "/maintenance/templates/new", "/maintenance/webhooks", "/maintenance/deliveries", "/config/lifecycle",
		"/config/concurrency", "/config/export", "/config/concurrency/review?per_analyst=3&revision=" + w.Revision(), "/history", "/history/1",
		"/history/1/restore", "/history?q=change", "/find?q=change", "/leases", "/points", "/audit",
	} {
		page := w.Get(path, "Accept", "text/html")

		for _, found := range inPage.FindAllStringSubmatch(page.Body, -1) {
			follow(path, found[1])
		}

		for _, form := range getForm.FindAllStringSubmatch(page.Body, -1) {
			query := url.Values{}
			for _, field := range named.FindAllStringSubmatch(form[0], -1) {
				query.Set(field[1], "")
			}

			follow(path, form[1]+form[2]+"?"+query.Encode())
		}
	}

	if len(seen) < 20 {
		t.Errorf("%d addresses were found, want 20 at least", len(seen))
	}
}
