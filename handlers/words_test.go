package handlers_test

import (
	"regexp"
	"strings"
	"testing"
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
			`title="job.trigger">Running a job<`, `<span title="jobs/lifecycle">Job lifecycle</span>`, `<option value="job.trigger">Running a job</option>`,
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
	}

	if csv := w.Get("/audit.csv").Body; !strings.Contains(csv, ",job.trigger,jobs/lifecycle,") {
		t.Errorf("the file has no code:\n%.400s", csv)
	}

	for _, group := range search(t, w, "/find?q=load+test").Groups {
		for _, item := range group.Items {
			if found := code.FindString(item.Title); found != "" {
				t.Errorf("%s: got %q, want words", item.Path, item.Title)
			}
		}
	}
}

// read is what is read on a page: no tags, and neither scripts nor what is written as code.
func read(page string) string {
	page = regexp.MustCompile(`(?s)<(script|style|code|pre)[ >].*?</(script|style|code|pre)>`).ReplaceAllString(page, "")

	return regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(page, " ")
}
