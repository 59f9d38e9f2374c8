package platform_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAJobHasAPageWithItsRuns, page by page, which can be followed.
func TestAJobHasAPageWithItsRuns(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for range 3 {
		if err := w.Jobs.Run(t.Context(), jobs.JobArgs{JobName: ops.JobLifecycle, TriggeredBy: "dave", Reason: "see OPS-12"}); err != nil {
			t.Fatal(err)
		}
	}

	w.Monitor.Poll(t.Context())

	view := w.Data("/jobs/lifecycle?limit=2")
	list, _ := view["runs"].([]any)

	if len(list) != 2 || view["total"] != 3.0 || view["failed"] != 0.0 || view["source"] != "records" || view["next"] == nil ||
		handlerstest.At(list[0], "result") != "success" || handlerstest.At(list[0], "triggered_by") != "dave" ||
		handlerstest.At(list[0], "duration_seconds") == nil || handlerstest.At(view, "job", "condition") != "healthy" {
		t.Errorf("got %v, want two of three runs of dave", view)
	}

	for path, want := range map[string]int{
		"/jobs/lifecycle": http.StatusOK, "/jobs/lifecycle?result=failed": http.StatusOK, "/jobs/nope": http.StatusNotFound,
		"/jobs/lifecycle?result=odd": http.StatusUnprocessableEntity, "/jobs/lifecycle?q=x": http.StatusUnprocessableEntity,
		"/jobs/lifecycle/trigger?run=1": http.StatusOK, "/jobs/lifecycle/trigger?run=99": http.StatusNotFound,
		"/jobs/lifecycle/trigger?run=x": http.StatusNotFound, "/jobs/schema_cache/trigger?run=1": http.StatusNotFound,
		"/events?page=runs%3Fjob%3Dnope": http.StatusNotFound,
	} {
		if got := w.Get(path, "Accept", "text/html"); got.Status != want {
			t.Errorf("%s: got %d, want %d", path, got.Status, want)
		}
	}

	if page := w.Get("/jobs/lifecycle", "Accept", "text/html").Body; !strings.Contains(page, `id="live-runs"`) || !strings.Contains(page, "page=runs") {
		t.Error("the page does not follow what happens")
	}

	if page := w.Get("/jobs", "Accept", "text/html").Body; !strings.Contains(page, `href="/jobs/lifecycle"`) {
		t.Error("Jobs does not lead there")
	}
}

// TestARunAgainIsAskedForWithItsReason, which tells of the run that failed.
func TestARunAgainIsAskedForWithItsReason(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	if _, err := w.DB.Exec(t.Context(), `
		INSERT INTO opsconsole_job_runs (job_name, started_at, ended_at, result, error)
		VALUES ('lifecycle', '2026-03-02T10:00:00.000000Z', '2026-03-02T10:00:02.000000Z', 'failed', 'no route to host')`); err != nil {
		t.Fatal(err)
	}

	form := w.Data("/jobs/lifecycle/trigger?run=1")
	if want := "Run again: the run of Mon 2 Mar 2026, 10:00 UTC failed: no route to host"; form["reason"] != want {
		t.Errorf("got %q, want %q", form["reason"], want)
	}
}
