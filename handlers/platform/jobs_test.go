package platform_test

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

func TestATriggerIsLoggedAlsoWhenItIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	got := w.Post("/jobs/lifecycle/trigger", `{"reason": "after the outage"}`)
	if got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "status") != "queued" || handlerstest.At(got.JSON(t), "triggered_by") != "dave" {
		t.Fatalf("got %d, want 200 and it queued by dave\n%s", got.Status, got.Body)
	}

	got = w.Post("/jobs/lifecycle/trigger", `{"reason": "after the outage"}`)
	if got.Status != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" ||
		handlerstest.At(got.JSON(t), "error", "details", "resource") != "job_trigger:lifecycle" {
		t.Errorf("got %d, want 429 with Retry-After for job_trigger:lifecycle\n%s", got.Status, got.Body)
	}

	for _, bad := range []string{`{"reason": "   "}`, `{}`, `{"reason": "` + strings.Repeat("x", 501) + `"}`, `{"reason": "x", "extra": 1}`, `{"reason": 5}`, `{"reason": "\u200b\u2060"}`} {
		if got := w.Post("/jobs/schema_cache/trigger", bad); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%.40s: got %d, want 422", bad, got.Status)
		}
	}

	if got := w.Post("/jobs/resource_monitor/trigger", `{"reason": "cannot be triggered"}`); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("got %d, want 422\n%s", got.Status, got.Body)
	}

	if got := w.Post("/jobs/nope/trigger", `{"reason": "there is none"}`); got.Status != http.StatusNotFound {
		t.Errorf("got %d, want 404\n%s", got.Status, got.Body)
	}

	for outcome, want := range map[audit.Outcome]int{audit.Intent: 2, audit.Done: 1, audit.Refused: 9} {
		if n, err := w.Log.Count(t.Context(), audit.Filter{Action: audit.JobTrigger, Outcome: outcome}); err != nil || n != want {
			t.Errorf("%s: %d entries, want %d, %v", outcome, n, want, err)
		}
	}
}

func TestATriggerAsAFormShowsItsReceiptAndTheCooldown(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	got := w.Form("/jobs/lifecycle/trigger", url.Values{"reason": {""}})
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Is required") {
		t.Errorf("got %d, want 422 and Is required\n%s", got.Status, got.Body)
	}

	got = w.Form("/jobs/lifecycle/trigger", url.Values{"reason": {"after the outage"}})
	if got.Status != http.StatusSeeOther {
		t.Fatalf("got %d, want 303\n%s", got.Status, got.Body)
	}

	if page := w.Get(got.Header.Get("Location"), "Accept", "text/html"); page.Status != http.StatusOK || !strings.Contains(page.Body, "after the outage") {
		t.Errorf("got %d, want 200 and the reason\n%s", page.Status, page.Body)
	}

	location := got.Header.Get("Location")
	for _, other := range []string{
		strings.Replace(location, "lifecycle", "schema_cache", 1), "/jobs/lifecycle/receipt?entry=1", "/jobs/lifecycle/receipt?entry=9223372036854775807",
		"/jobs/lifecycle/receipt?entry=%ff", "/jobs/lifecycle/receipt",
	} {
		if page := w.Get(other, "Accept", "application/json"); page.Status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404\n%s", other, page.Status, page.Body)
		}
	}

	receipt := w.Data(location)
	if handlerstest.At(receipt, "triggered_by") != "dave" || handlerstest.At(receipt, "reason") != "after the outage" || len(receipt["counters"].([]any)) != 2 {
		t.Errorf("got %v, want dave's, with his reason and 2 counters", receipt)
	}

	got = w.Form("/jobs/lifecycle/trigger", url.Values{"reason": {"once more, please"}})
	if got.Status != http.StatusTooManyRequests || !strings.Contains(got.Body, "once more, please") ||
		got.Header.Get("Retry-After") == "" {
		t.Errorf("got %d, want 429 with Retry-After and the reason that was typed\n%s", got.Status, got.Body)
	}

	w.Monitor.Poll(t.Context())

	for _, job := range w.Data("/jobs")["jobs"].([]any) {
		if handlerstest.At(job, "name") == "lifecycle" && (handlerstest.At(job, "cooldown_until") == nil || handlerstest.At(job, "last_trigger", "by") != "dave") {
			t.Errorf("got %v, want a cooldown and the last trigger by dave", job)
		}
	}
}

func TestTheStreamSendsThePageAtOnceAndEndsWithTheSession(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/events?page=jobs", nil)
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("Authorization", "Bearer "+w.Token("dave"))

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("got %s, want text/event-stream", kind)
	}

	var message strings.Builder

	lines := bufio.NewScanner(response.Body)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "event: beat") {
		message.WriteString(lines.Text() + "\n")
	}

	if text := message.String(); !strings.Contains(text, `id="live-jobs"`) || !strings.Contains(text, `id="live-shell"`) ||
		strings.Contains(text, "dave") {
		t.Errorf("got %s, want live-jobs and live-shell, and not dave", text)
	}

	if got := w.Get("/events?page=nope"); got.Status != http.StatusNotFound {
		t.Errorf("got %d, want 404", got.Status)
	}
}

func TestTheLogIsExported(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Post("/jobs/lifecycle/trigger", `{"reason": "=1+1, a formula"}`)

	excel := w.Get("/audit.csv?action=job.trigger&for=excel")
	if !strings.HasPrefix(excel.Body, "\uFEFFseq,at,actor,") || !strings.HasSuffix(excel.Body, "\r\n") {
		t.Errorf("got %q, want a byte order mark and CRLF", excel.Body)
	}

	got := w.Get("/audit.csv?action=job.trigger")

	rows, err := csv.NewReader(strings.NewReader(got.Body)).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][0] != "seq" || rows[1][9] != "'=1+1, a formula" {
		t.Errorf("got %v, %v, want a header and two entries, the formula made text", rows, err)
	}

	if lines := strings.Count(w.Get("/audit.jsonl?action=job.trigger").Body, "\n"); lines != 2 {
		t.Errorf("got %d lines, want 2", lines)
	}

	if page := w.Data("/audit?action=job.trigger&limit=1"); handlerstest.At(page, "next") == nil || handlerstest.At(page, "total") != 2.0 {
		t.Errorf("got %v, want a next page and 2 in total", page)
	}

	if got := w.Get("/audit?action=nope", "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("got %d, want 422", got.Status)
	}
}

func TestASkippedRunSaysWhatItLacks(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, name := range []ops.JobName{ops.JobSchemaCache, ops.JobLifecycle} {
		if err := w.Jobs.Run(t.Context(), jobs.JobArgs{JobName: name}); err != nil {
			t.Fatal(err)
		}
	}

	if err := w.Jobs.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}

	w.Monitor.Poll(t.Context())

	list, _ := w.Data("/jobs")["jobs"].([]any)
	found := map[any]any{}

	for _, job := range list {
		row, _ := job.(map[string]any)
		found[row["name"]] = fmt.Sprint(row["last_result"], ", ", handlerstest.At(row, "state", "text"))
	}

	if want := "skipped, Skipped: no Starburst or Trino is configured"; found["schema_cache"] != want {
		t.Errorf("got %v, want %s", found["schema_cache"], want)
	}

	if want := "success, Healthy"; found["lifecycle"] != want {
		t.Errorf("got %v, want %s", found["lifecycle"], want)
	}
}

// TestAJobThatRunsByScheduleSaysSo opens and sends the form of a job that cannot be run by hand.
func TestAJobThatRunsByScheduleSaysSo(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, job := range []string{"resource_monitor", "instance_orchestration"} {
		path := "/jobs/" + job + "/trigger"

		page := w.Get(path, "Accept", "text/html")
		if page.Status != http.StatusOK || !strings.Contains(page.Body, "runs by schedule only") || strings.Contains(page.Body, `name="reason"`) {
			t.Errorf("%s: got %d, want 200, that it runs by schedule only, and no form\n%s", job, page.Status, page.Body)
		}

		if view := w.Data(path); handlerstest.At(view, "job", "triggerable") != false {
			t.Errorf("%s: got %v, want that it is not triggerable", job, view)
		}

		sent := w.Form(path, url.Values{"reason": {"run it all the same"}})
		if sent.Status != http.StatusUnprocessableEntity || !strings.Contains(sent.Body, "runs by schedule only") || strings.Contains(sent.Body, "ob_name") ||
			!strings.Contains(sent.Body, "Job name: must be one of") {
			t.Errorf("%s: got %d, want 422 and a sentence\n%s", job, sent.Status, sent.Body)
		}
	}

	if got := w.Get("/jobs/nope/trigger", "Accept", "text/html"); got.Status != http.StatusNotFound {
		t.Errorf("got %d, want 404 for a job that is not there", got.Status)
	}
}
