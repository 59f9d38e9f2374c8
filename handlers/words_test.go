package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// code is how the audit log writes acts and what they are done to.
var code = regexp.MustCompile(`\b[a-z]+\.(?:save|trigger|request|create)\b|\b(?:config|jobs|approvals)/[a-z0-9]+`)

// TestActsAreReadInWords on pages and in what is searched for; the log's own names are in tooltips, filters, details, JSON and CSV.
func TestActsAreReadInWords(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	approval := ask(t, w, 6)
	w.Post("/jobs/lifecycle/trigger", `{"reason": "load test of the jobs"}`)

	for path, wanted := range map[string][]string{
		"/audit": {
			`title="job.trigger">Running a job<`, `<span title="jobs/lifecycle">Job lifecycle</span>`,
			`<option value="job.trigger">Running a job</option>`,
			`title="approvals/1">Approval 1<`, `Recorded as</dt><dd><code>job.trigger jobs/lifecycle</code>`,
		},
		"/audit?action=job.trigger":      {`<option value="job.trigger" selected>Running a job</option>`},
		"/audit/compare?entry=1&entry=2": {"Approval requested", "Approval 1", "Job lifecycle"},
		"/approvals":                     {"Configuration change", `<span title="config/concurrency">Concurrency limits</span>`},
		approval:                         {"Configuration change", `<span title="config/concurrency">Concurrency limits</span>`},
		"/find?q=load+test":              {"Approval 1 requested", "Running job lifecycle"},
	} {
		page := w.Get(path, "Accept", "text/html").Body
		for _, want := range wanted {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}

		if found := code.FindString(read(page)); found != "" {
			t.Errorf("%s: got %q where people read, want words", path, found)
		}

		if found := regexp.MustCompile(`until\s+in \d+`).FindString(read(page)); found != "" {
			t.Errorf("%s: got %q, want a moment", path, found)
		}
	}

	csv := w.Get("/audit.csv").Body
	for _, names := range []string{",job.trigger,jobs/lifecycle,", "config.save of config/concurrency."} {
		if !strings.Contains(csv, names) {
			t.Errorf("the file has no %s\n%.400s", names, csv)
		}
	}

	for _, group := range search(t, w, "/find?q=load+test").Groups {
		for _, item := range group.Items {
			if found := code.FindString(item.Title); found != "" {
				t.Errorf("%s: got %q, want words", item.Path, item.Title)
			}
		}
	}
}

// filled is a console in which something was done, and its pages.
func filled(t *testing.T) (w *handlerstest.World, paths []string) {
	t.Helper()

	w = handlerstest.New(t)
	w.Save(`"per_analyst": 4, "reason": "for the quarter end"`)
	w.Save(`"per_analyst": 1, "reason": "for one minute", "duration": "1m", "confirm": "test"`)
	w.Post("/points", `{"name": "Before the migration", "reason": "as it was"}`)
	w.Post("/jobs/lifecycle/trigger", `{"reason": "after the outage"}`)
	w.Announce(map[string]any{"title": "Upgrade"})

	for _, name := range []string{"Monthly", "Weekly"} {
		got := w.Post("/maintenance/templates", `{"name": "`+name+`", "title": "Patching", "message": "We patch.", `+
			`"length_seconds": 5400, "time_zone": "UTC", "reason": "We do it each month"}`)
		if got.Status != http.StatusCreated {
			t.Fatalf("got %d\n%.300s", got.Status, got.Body)
		}
	}

	lifecycle := handlerstest.Object{
		"mapping": map[string]any{"default_ttl": "PT36H"},
		"reason":  "longer weekends", "confirm": "test", "revision": w.Data("/config/lifecycle")["revision"],
	}
	if got := w.SendJSON(http.MethodPost, "/config/lifecycle", lifecycle); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%.300s", got.Status, got.Body)
	}

	return w, []string{
		"/", "/health", "/capacity", "/jobs", "/jobs/lifecycle", "/jobs/lifecycle/trigger", "/exports", "/instances", "/find?q=limit",
		"/config/lifecycle", "/config/concurrency", "/config/export", "/config/maintenance", "/history", "/history/1",
		"/history/2", "/history/3",
		"/history/1/restore", "/compare?a=1&b=2", "/audit", "/audit/compare?a=1&b=2", "/leases", "/leases/1",
		"/leases/1/extend", "/leases/1/end",
		"/scheduled", "/points", "/points/1", "/approvals", "/sessions", "/incident",
		"/maintenance", "/maintenance/windows", "/maintenance/windows/1", "/maintenance/windows/1/start", "/maintenance/windows/new",
		"/maintenance/templates", "/maintenance/templates/1", "/maintenance/webhooks", "/maintenance/webhooks/new", "/maintenance/deliveries", "/announcements",
	}
}

// TestPagesAreReadAsPeopleWrite by numbers that agree with their nouns, lengths in words and the names that fields have for people.
func TestPagesAreReadAsPeopleWrite(t *testing.T) {
	t.Parallel()

	w, paths := filled(t)

	for _, path := range paths {
		page := w.Get(path, "Accept", "text/html")
		if page.Status != http.StatusOK {
			t.Errorf("%s: got %d", path, page.Status)
		}

		for _, found := range programs.FindAllString(read(page.Body), -1) {
			t.Errorf("%s: got %q where people read", path, found)
		}

		for _, found := range length.FindAllString(page.Body, -1) {
			t.Errorf("%s: a field begins with %q", path, found)
		}
	}
}

// length is a field of a length that begins as programs write it.
var length = regexp.MustCompile(`<input type="text"[^>]* value="P[0-9T][0-9A-Z]*"`)

// programs is what programs write: one of several, a length as a contract has it beside an arrow, a name with underscores.
var programs = regexp.MustCompile(`\b1 (?:second|minute|hour|day|instance|change|character|export|analyst|window|run|` +
	`item|field|job|webhook|component|time)s\b|\b1 entries\b` +
	`|\bP[0-9T][0-9A-Z]* →|→ P[0-9T][0-9A-Z]*|\b[a-z]+_[a-z_]+\b`)

// read is what is read on a page: no tags, and neither scripts nor what is written as code.
func read(page string) string {
	page = regexp.MustCompile(`(?s)<(script|style|code|pre)[ >].*?</(script|style|code|pre)>`).ReplaceAllString(page, "")

	return regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(page, " ")
}
