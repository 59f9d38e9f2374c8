package handlers_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

func TestWhatNoFieldTakesIsRefusedAndNamed(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	revision := w.Revision()
	lifecycle, _ := w.Data("/config/lifecycle")["revision"].(string)

	for sent, field := range map[string]string{
		`"per_analyst": 6, "name": "x"`:                       "body.name",
		`"per_analyst": 6, "name": ""`:                        "body.name",
		`"per_analyst": {}, "cluster_total": 51`:              "body.per_analyst",
		`"per_analyst": 6, "junk": {}`:                        "body.junk",
		`"per_analyst": 6, "junk": {"deep": {}}`:              "body.junk",
		`"per_analyst": 6, "per_analyst": 7`:                  "body.per_analyst",
		`"per_analyst": 6, "reason": "again and again"`:       "body.reason",
		`"per_analyst": 6, "junk": [{"a": 1}, {"b":1,"b":2}]`: "body.junk.b",
	} {
		body := fmt.Sprintf(`{%s, "reason": "load test tonight", "revision": %q}`, sent, revision)
		if fields := handlerstest.WhatIsWrong(t, w.Post("/config/concurrency", body)); fields != field {
			t.Errorf("%s: %q is wrong, want %s", sent, fields, field)
		}
	}

	body := fmt.Sprintf(`{"instance.default_ttl": "PT20H", "instance": {"default_ttl": "PT21H"}, "reason": "said twice", "revision": %q}`, lifecycle)
	if fields := handlerstest.WhatIsWrong(t, w.Post("/config/lifecycle", body)); fields != "body.instance.default_ttl" {
		t.Errorf("%q is wrong, want body.instance.default_ttl", fields)
	}

	if perAnalyst, total := w.Limits(); perAnalyst != 5 || total != 50 {
		t.Errorf("changed to %v and %v, want 5 and 50", perAnalyst, total)
	}
}

func TestALongNameIsNotSentBack(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	const most = 4096

	for _, value := range []string{`1`, `{}`, `[1]`} {
		body := fmt.Sprintf(`{%q: %s, "reason": "load test tonight"}`, strings.Repeat("x", 10*most), value)

		for _, path := range []string{"/config/concurrency", "/jobs/lifecycle/trigger"} {
			if got := w.Post(path, body); got.Status != http.StatusUnprocessableEntity || len(got.Body) > most {
				t.Errorf("%s: got %d and %d bytes, want 422 and at most %d bytes", path, got.Status, len(got.Body), most)
			}
		}
	}
}

func TestAQueryThatIsNotTextIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, path := range []string{
		"/history?actor=%ff", "/history?field=%00", "/audit?actor=%ff", "/audit?object=%00",
		"/audit.csv?actor=%ff", "/audit.jsonl?object=%00",
	} {
		if fields := handlerstest.WhatIsWrong(t, w.Get(path, "Accept", "application/json")); !strings.HasPrefix(fields, "query.") {
			t.Errorf("%s: %q is wrong, want one of the query", path, fields)
		}
	}
}

func TestAnExportHasItsHeadOrIsNone(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	rows, err := csv.NewReader(strings.NewReader(w.Get("/audit.csv?actor=nobody").Body)).ReadAll()
	if err != nil || len(rows) != 1 || rows[0][0] != "seq" {
		t.Errorf("got %v, %v, want the header alone", rows, err)
	}

	insert := func(seq int, at string) {
		_, err := w.DB.Write().ExecContext(t.Context(), `
			INSERT INTO opsconsole_audit (seq, at, actor, role, remote_addr, request_id, action, object, outcome,
				reason, intent, change_id, before_json, after_json, message, prev_hash, hash)
			VALUES ($1, $2, 'dave', 'ops', '', '', 'job.trigger', '', 'done', '', 0, 0, '', '', '', '', '')`, seq, at)
		if err != nil {
			t.Fatal(err)
		}
	}
	insert(-1, "0, which is no time at all")

	if got := w.Get("/audit.csv?action=job.trigger"); got.Status != http.StatusInternalServerError {
		t.Errorf("got %d, want 500\n%s", got.Status, got.Body)
	}

	// More than a page lies before what cannot be read.
	for seq := range 1001 {
		insert(seq+100, "2026-03-01T12:00:00.000000Z")
	}

	for _, path := range []string{"/audit.csv?action=job.trigger", "/audit.jsonl?action=job.trigger"} {
		if err := w.BrokenOff(path); err == nil {
			t.Errorf("%s ends as if it were whole", path)
		}
	}
}

// TestOnlyFormsAndJSONAreRead sends what holds true as JSON under other names.
func TestOnlyFormsAndJSONAreRead(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	body := fmt.Sprintf(`{"per_analyst": 6, "reason": "load test tonight", "revision": %q}`, w.Revision())

	for _, kind := range []string{"text/plain", "multipart/form-data; boundary=x", "application/xml", "application/problem+json", "junk;;", ""} {
		for _, path := range []string{"/config/concurrency", "/jobs/lifecycle/trigger", "/maintenance/windows"} {
			got := w.Send(http.MethodPost, path, body, "Content-Type", kind, "Accept", "application/json", "Authorization", "Bearer "+w.Token("dave"))
			if fields := handlerstest.WhatIsWrong(t, got); fields != "header.content-type" {
				t.Errorf("%s as %q: %q is wrong, want header.content-type", path, kind, fields)
			}
		}
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 {
		t.Errorf("changed to %v, want 5", perAnalyst)
	}
}

// TestAFormThatIsRefusedLosesNothing looks for what is wrong at its field, and for the
// rest where it was typed.
func TestAFormThatIsRefusedLosesNothing(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 6, "reason": "first in line"`)

	const typed = "a reason to keep"

	window := url.Values{
		"title": {typed}, "message": {"m"}, "time_zone": {"UTC"}, "starts_at": {"2030-01-01T10:00"}, "ends_at": {"2030-01-01T11:00"},
	}
	with := func(form url.Values, name string, values ...string) url.Values {
		form = maps.Clone(form)
		form[name] = values

		return form
	}
	reason := url.Values{"reason": {typed}}

	for _, sent := range []struct {
		path string
		form url.Values
		want []string
	}{
		{"/config/concurrency", with(reason, "per_analyst", "\xff"), []string{"s not text in UTF-8"}},
		{"/jobs/lifecycle/trigger", with(reason, "junk", "x"), []string{typed, "unk: is not a field"}},
		{"/jobs/lifecycle/trigger", url.Values{"reason": {typed + "\xff"}}, []string{typed + "\uFFFD", "Is not text in UTF-8"}},
		{"/jobs/lifecycle/trigger", url.Values{"reason": {typed, "another"}}, []string{typed, "Is given twice"}},
		{"/points", with(reason, "name", "one", "two"), []string{typed, "Is given twice"}},
		{"/points", with(reason, "junk", "x"), []string{typed, "unk: is not a field"}},
		{"/history/1/keep", with(reason, "junk", "x"), []string{typed, "unk: is not a field"}},
		{"/maintenance/windows", with(window, "message", "m", "n"), []string{typed, "Is given twice"}},
		{"/maintenance/windows", with(window, "message", "\xff"), []string{typed, "Is not text in UTF-8"}},
		{"/maintenance/templates", with(window, "name", "one", "two"), []string{typed, "Is given twice"}},
		{"/maintenance/webhooks", with(reason, "name", "one", "two"), []string{typed, "Is given twice"}},
	} {
		got := w.Form(sent.path, sent.form)
		if got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s %v: got %d, want 422", sent.path, sent.form, got.Status)
		}

		for _, text := range sent.want {
			if !strings.Contains(got.Body, text) {
				t.Errorf("%s %v: %q is not on the page", sent.path, sent.form, text)
			}
		}
	}
}

func TestPreferencesAreThoseThereAre(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for field, forms := range map[string][]url.Values{
		"theme": {{"theme": {"neon"}}, {"theme": {""}}, {"theme": {"dark", "light"}}, {"theme": {"\xff"}}},
		"zone":  {{"zone": {"Mars/Olympus"}}, {"zone": {"Local"}}, {"zone": {"../../etc/passwd"}}, {"zone": {"<b>"}, "theme": {"dark"}}},
		"junk":  {{"junk": {"1"}, "theme": {"dark"}}},
	} {
		for _, form := range forms {
			got := w.Form("/preferences", form)
			if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "<code>"+field+"</code>") || got.Header.Get("Set-Cookie") != "" {
				t.Errorf("%v: got %d, %s, want 422, %s and no cookie", form, got.Status, got.Header.Get("Set-Cookie"), field)
			}
		}
	}

	if fields := handlerstest.WhatIsWrong(t, w.Post("/preferences", `{"theme": 5, "zone": ["UTC"]}`)); fields != "body.theme body.zone" {
		t.Errorf("%q is wrong, want body.theme and body.zone", fields)
	}

	for sent, kept := range map[string]string{
		"theme=dark": "theme=dark", "zone=utc": "zone=UTC", "zone=browser": "zone=browser",
		"zone=Europe/Berlin": "zone=Europe%2FBerlin", "zone=Etc/GMT%2B1": "zone=Etc%2FGMT%2B1",
	} {
		got := w.Send(http.MethodPost, "/preferences", sent+"&return_to=/jobs", "Content-Type", "application/x-www-form-urlencoded",
			"Authorization", "Bearer "+w.Token("dave"))
		if got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Set-Cookie"), kept+";") || got.Header.Get("Location") != "/jobs" {
			t.Errorf("%s: got %d, %s, want 303 to /jobs and %s", sent, got.Status, got.Header.Get("Set-Cookie"), kept)
		}
	}
}

func TestWhatAPageDoesNotShowIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, field := range map[string]string{
		"/health?range=nonsense": "range", "/health?range=1h": "range", "/health?range=%ff": "range", "/capacity?range=-1": "range",
		"/capacity?owners=some": "owners",
	} {
		if fields := handlerstest.WhatIsWrong(t, w.Get(path, "Accept", "application/json")); fields != "query."+field {
			t.Errorf("%s: %q is wrong, want query.%s", path, fields, field)
		}

		page := w.Get(path, "Accept", "text/html")
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, "<code>"+field+"</code>") {
			t.Errorf("%s: got %d, want 422 and a page that says %s", path, page.Status, field)
		}
	}

	if got := w.Get("/capacity?owners=some", "Accept", "application/json"); !strings.Contains(got.Body, "Must be one of all.") {
		t.Errorf("nobody is told what there is: %s", got.Body)
	}

	for _, path := range []string{"/capacity?range=1h&owners=all", "/capacity?range=30d&owners=", "/health?range=24h"} {
		w.Data(path)
	}
}

// TestATextThatNobodySeesIsNone writes in spaces of no width, and in marks of direction.
func TestATextThatNobodySeesIsNone(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	unseen := strings.Repeat("\u200b\u2060\u202e\ufeff", 5)

	window := `{"title": %q, "message": "m", "ends_at": "` + time.Now().Add(time.Hour).Format(time.RFC3339) + `", "reason": %q}`

	const (
		webhook = `{"name": %q, "kind": "generic", "url": "https://hooks.example.com/x", "reason": %q}`
		point   = `{"name": %q, "reason": %q}`
		seen    = "a reason to read"
	)

	for _, bad := range []struct{ path, body, field string }{
		{"/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "revision": %q, "reason": %q}`, w.Revision(), unseen), "body.reason"},
		{"/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "revision": %q, "reason": %q}`, w.Revision(), "why "+unseen), "body.reason"},
		{"/jobs/lifecycle/trigger", fmt.Sprintf(`{"reason": %q}`, unseen), "body.reason"},
		{"/points", fmt.Sprintf(point, unseen, seen), "body.name"},
		{"/points", fmt.Sprintf(point, seen, unseen), "body.reason"},
		{"/maintenance/windows", fmt.Sprintf(window, unseen, seen), "body.title"},
		{"/maintenance/windows", fmt.Sprintf(window, seen, unseen), "body.reason"},
		{"/maintenance/webhooks", fmt.Sprintf(webhook, unseen, seen), "body.name"},
		{"/maintenance/webhooks", fmt.Sprintf(webhook, seen, unseen), "body.reason"},
	} {
		if fields := handlerstest.WhatIsWrong(t, w.Post(bad.path, bad.body)); fields != bad.field {
			t.Errorf("%s: %q is wrong, want %s", bad.path, fields, bad.field)
		}
	}

	// What is written from right to left can be read, and turns around nothing beside it.
	w.Save(`"per_analyst": 6, "reason": "\u202eשלום לכולם"`)

	if page := w.Get("/history", "Accept", "text/html"); !strings.Contains(page.Body, "<bdi>\u202eשלום לכולם</bdi>") {
		t.Error("the reason does not stand by itself")
	}
}

func TestAFolderOfFilesIsNotListed(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, want := range map[string]int{"/static/": http.StatusNotFound, "/static/app.css": http.StatusOK, "/static/nope.css": http.StatusNotFound} {
		if got := w.Send(http.MethodGet, path, ""); got.Status != want || strings.Contains(got.Body, `href="app.css"`) {
			t.Errorf("%s: got %d, want %d and no list of files", path, got.Status, want)
		}
	}
}

// TestFilesAreSentInTheSmallestCoding that the browser takes.
func TestFilesAreSentInTheSmallestCoding(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	size := map[string]int{}

	for accepted, want := range map[string]string{
		"gzip, deflate, br": "br", "gzip": "gzip", "gzip, br;q=0": "gzip", "identity": "",
	} {
		got := w.Get("/static/app.js?v=1", "Accept-Encoding", accepted)
		if coding := got.Header.Get("Content-Encoding"); got.Status != http.StatusOK || coding != want ||
			!strings.HasPrefix(got.Header.Get("Content-Type"), "text/javascript") || got.Header.Get("Vary") != "Accept-Encoding" ||
			!strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: got %d %v, want it as %q", accepted, got.Status, got.Header, want)
		}

		if length := got.Header.Get("Content-Length"); want != "" && length != strconv.Itoa(len(got.Body)) {
			t.Errorf("%s: got a length of %q, want %d", accepted, length, len(got.Body))
		}

		size[want] = len(got.Body)
	}

	if size["br"] >= size["gzip"] || size["gzip"] >= size[""] {
		t.Errorf("got %v bytes, want fewer than by gzip", size)
	}

	built, err := os.ReadFile("../static/app.js")
	if err != nil {
		t.Fatal(err)
	}

	if got := w.Get("/static/app.js", "Accept-Encoding", "identity"); got.Body != string(built) {
		t.Errorf("got %d bytes, want the %d of the file", len(got.Body), len(built))
	}

	got := w.Get("/static/app.js", "Accept-Encoding", "br", "Range", "bytes=0-9")
	if got.Status != http.StatusPartialContent || got.Header.Get("Content-Encoding") != "" || got.Body != string(built[:10]) {
		t.Errorf("got %d %q as %q, want the bytes that were asked for", got.Status, got.Body, got.Header.Get("Content-Encoding"))
	}
}
