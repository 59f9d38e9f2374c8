package handlers_test

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

func TestATriggerIsLoggedAlsoWhenItIsRefused(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	got := w.post("/jobs/lifecycle/trigger", `{"reason": "after the outage"}`)
	if got.status != http.StatusOK || at(got.json(t), "status") != "queued" || at(got.json(t), "triggered_by") != "dave" {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	got = w.post("/jobs/lifecycle/trigger", `{"reason": "after the outage"}`)
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" ||
		at(got.json(t), "error", "details", "resource") != "job_trigger:lifecycle" {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	for _, bad := range []string{`{"reason": "   "}`, `{}`, `{"reason": "` + strings.Repeat("x", 501) + `"}`, `{"reason": "x", "extra": 1}`, `{"reason": 5}`, `{"reason": "\u200b\u2060"}`} {
		if got := w.post("/jobs/schema_cache/trigger", bad); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%.40s: got %d", bad, got.status)
		}
	}

	if got := w.post("/jobs/resource_monitor/trigger", `{"reason": "cannot be triggered"}`); got.status != http.StatusUnprocessableEntity {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if got := w.post("/jobs/nope/trigger", `{"reason": "there is none"}`); got.status != http.StatusNotFound {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	for outcome, want := range map[audit.Outcome]int{audit.Intent: 2, audit.Done: 1, audit.Refused: 9} {
		if n, err := w.log.Count(t.Context(), audit.Filter{Action: audit.JobTrigger, Outcome: outcome}); err != nil || n != want {
			t.Errorf("%s: %d entries, want %d, %v", outcome, n, want, err)
		}
	}
}

func TestATriggerAsAFormShowsItsReceiptAndTheCooldown(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	got := w.form("/jobs/lifecycle/trigger", url.Values{"reason": {""}})
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "Is required") {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	got = w.form("/jobs/lifecycle/trigger", url.Values{"reason": {"after the outage"}})
	if got.status != http.StatusSeeOther {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	if page := w.get(got.header.Get("Location"), "Accept", "text/html"); page.status != http.StatusOK || !strings.Contains(page.body, "after the outage") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	location := got.header.Get("Location")
	for _, other := range []string{
		strings.Replace(location, "lifecycle", "schema_cache", 1), "/jobs/lifecycle/receipt?entry=1", "/jobs/lifecycle/receipt?entry=9223372036854775807",
		"/jobs/lifecycle/receipt?entry=%ff", "/jobs/lifecycle/receipt?at=2026-03-01T12:00:00Z&success=7",
	} {
		if page := w.get(other, "Accept", "application/json"); page.status != http.StatusNotFound {
			t.Errorf("%s: got %d\n%s", other, page.status, page.body)
		}
	}

	receipt := w.data(location)
	if at(receipt, "triggered_by") != "dave" || at(receipt, "reason") != "after the outage" || len(receipt["counters"].([]any)) != 2 {
		t.Errorf("got %v", receipt)
	}

	got = w.form("/jobs/lifecycle/trigger", url.Values{"reason": {"once more, please"}})
	if got.status != http.StatusTooManyRequests || !strings.Contains(got.body, "once more, please") ||
		got.header.Get("Retry-After") == "" {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	w.monitor.Poll(t.Context())

	for _, job := range w.data("/jobs")["jobs"].([]any) {
		if at(job, "name") == "lifecycle" && (at(job, "cooldown_until") == nil || at(job, "last_trigger", "by") != "dave") {
			t.Errorf("got %v", job)
		}
	}
}

func TestTheStreamSendsThePageAtOnceAndEndsWithTheSession(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/events?page=jobs", nil)
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("Authorization", "Bearer "+w.token("dave"))

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("got %s", kind)
	}

	var message strings.Builder

	lines := bufio.NewScanner(response.Body)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "event: beat") {
		message.WriteString(lines.Text() + "\n")
	}

	if text := message.String(); !strings.Contains(text, `id="live-jobs"`) || !strings.Contains(text, `id="live-shell"`) ||
		strings.Contains(text, "dave") {
		t.Errorf("got %s", text)
	}

	if got := w.get("/events?page=nope"); got.status != http.StatusNotFound {
		t.Errorf("got %d", got.status)
	}
}

func TestTheLogIsExported(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.post("/jobs/lifecycle/trigger", `{"reason": "=1+1, a formula"}`)

	got := w.get("/audit.csv?action=job.trigger")

	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][0] != "seq" || rows[1][9] != "'=1+1, a formula" {
		t.Errorf("got %v, %v", rows, err)
	}

	if lines := strings.Count(w.get("/audit.jsonl?action=job.trigger").body, "\n"); lines != 2 {
		t.Errorf("got %d lines", lines)
	}

	if page := w.data("/audit?action=job.trigger&limit=1"); at(page, "next") == nil || at(page, "total") != 2.0 {
		t.Errorf("got %v", page)
	}

	if got := w.get("/audit?action=nope", "Accept", "application/json"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("got %d", got.status)
	}
}

func TestASkippedRunSaysWhatItLacks(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for _, name := range []ops.JobName{ops.JobSchemaCache, ops.JobLifecycle} {
		if err := w.jobs.Run(t.Context(), jobs.JobArgs{JobName: name}); err != nil {
			t.Fatal(err)
		}
	}

	if err := w.jobs.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}

	w.monitor.Poll(t.Context())

	list, _ := w.data("/jobs")["jobs"].([]any)
	found := map[any]any{}

	for _, job := range list {
		row, _ := job.(map[string]any)
		found[row["name"]] = fmt.Sprint(row["last_result"], ", ", at(row, "state", "text"))
	}

	if want := "skipped, Skipped: no Starburst or Trino is configured"; found["schema_cache"] != want {
		t.Errorf("got %v, want %s", found["schema_cache"], want)
	}

	if want := "success, Healthy"; found["lifecycle"] != want {
		t.Errorf("got %v, want %s", found["lifecycle"], want)
	}
}
