package handlers_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// queue is what the control plane of a test holds.
func (l *line) queue(jobs ...ops.ExportJob) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.exports = jobs
}

func (w *wire) GetExportJobs(ctx context.Context, query ops.ExportJobsQuery) ([]ops.ExportJob, error) {
	w.line.mu.Lock()
	defer w.line.mu.Unlock()

	if w.line.exports == nil {
		return w.Service.GetExportJobs(ctx, query)
	}

	jobs := []ops.ExportJob{}

	for _, job := range w.line.exports {
		if (query.Status == "" || job.Status == query.Status) && len(jobs) < max(query.Limit, 1) {
			jobs = append(jobs, job)
		}
	}

	return jobs, nil
}

// queued is a world with five export jobs, the newest first as they come.
func queued(t *testing.T) *world {
	t.Helper()

	w := newWorld(t)
	ago := func(d time.Duration) *ops.Time { return new(ops.At(time.Now().Add(-d))) }

	w.plane.queue(
		ops.ExportJob{ID: 5, SnapshotID: 3, EntityType: "node", EntityName: "Person", Status: ops.ExportPending},
		ops.ExportJob{ID: 4, SnapshotID: 3, EntityType: "edge", EntityName: "KNOWS", Status: ops.ExportFailed, Attempts: 3, ErrorMessage: new("=TABLE_NOT_FOUND"), ClaimedAt: ago(time.Hour), ClaimedBy: new("worker-2")},
		ops.ExportJob{ID: 3, SnapshotID: 9, EntityType: "node", EntityName: "Paper", Status: ops.ExportSubmitted, Attempts: 1, ClaimedAt: ago(2 * time.Hour), ClaimedBy: new("worker-1")},
		ops.ExportJob{ID: 2, SnapshotID: 1, EntityType: "node", EntityName: "Author", Status: ops.ExportClaimed, Attempts: 2, ClaimedAt: ago(11 * time.Minute), ClaimedBy: new("worker-1")},
		ops.ExportJob{ID: 1, SnapshotID: 1, EntityType: "node", EntityName: "Venue", Status: ops.ExportClaimed, Attempts: 1, ClaimedAt: ago(time.Minute), ClaimedBy: new("worker-3")},
	)
	w.monitor.Poll(t.Context())

	return w
}

func ids(view map[string]any) []float64 {
	out := []float64{}

	jobs, _ := view["jobs"].([]any)
	for _, job := range jobs {
		id, _ := at(job, "id").(float64)
		out = append(out, id)
	}

	return out
}

func TestExportsAreFoundSortedAndPaged(t *testing.T) {
	t.Parallel()

	w := queued(t)

	for query, want := range map[string][]float64{
		// Stuck: claimed for more than ten minutes, submitted for longer than exports may take.
		"":                                {3, 2, 4, 5, 1},
		"?sort=id":                        {5, 4, 3, 2, 1},
		"?sort=attempts":                  {4, 2, 3, 1, 5},
		"?sort=snapshot_id":               {3, 5, 4, 2, 1},
		"?sort=claimed_at":                {1, 2, 4, 3, 5},
		"?q=worker-1":                     {3, 2},
		"?q=table_not":                    {4},
		"?q=person":                       {5},
		"?q=nothing+like+it":              {},
		"?status=claimed":                 {2, 1},
		"?status=claimed&q=VENUE":         {1},
		"?limit=2":                        {3, 2},
		"?limit=2&page=2":                 {4, 5},
		"?limit=2&page=3":                 {1},
		"?limit=2&page=9":                 {},
		"?q=worker-1&limit=1&page=2":      {2},
		"?sort=attempts&status=submitted": {3},
	} {
		if got := ids(w.data("/exports" + query)); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}

		if page := w.get("/exports"+query, "Accept", "text/html"); page.status != http.StatusOK {
			t.Errorf("%q: got %d", query, page.status)
		}
	}

	for _, query := range []string{
		"limit=0", "limit=1001", "limit=x", "page=0", "page=-1", "status=gone", "sort=entity_name", "q=" + strings.Repeat("é", 201),
	} {
		got := w.get("/exports?"+query, "Accept", "application/json")

		errs, _ := at(got.json(t), "error", "details", "errors").([]any)
		if field, _, _ := strings.Cut(query, "="); got.status != http.StatusUnprocessableEntity || len(errs) != 1 || at(errs[0], "field") != "query."+field {
			t.Errorf("%.20s: got %d\n%s", query, got.status, got.body)
		}

		// A person is told, and sees what can be shown.
		page := w.get("/exports?"+query, "Accept", "text/html")
		if page.status != http.StatusUnprocessableEntity || !strings.Contains(page.body, "KNOWS") {
			t.Errorf("%.20s: got %d", query, page.status)
		}
	}
}

func TestExportsAsAFileAreThoseOfThePage(t *testing.T) {
	t.Parallel()

	w := queued(t)
	got := w.get("/exports.csv?" + url.Values{"q": {"worker"}, "limit": {"1"}, "sort": {"id"}}.Encode())

	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	if err != nil || got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/csv") {
		t.Fatalf("got %d, %v\n%s", got.status, err, got.body)
	}

	column := []string{}
	for _, row := range rows {
		column = append(column, row[0])
	}

	if !slices.Equal(column, []string{"id", "4", "3", "2", "1"}) {
		t.Errorf("got %v", column)
	}

	// What a spreadsheet would take for a formula is a text.
	if rows[1][8] != "'=TABLE_NOT_FOUND" || rows[3][9] == "" {
		t.Errorf("got %q", rows[1:])
	}

	if got := w.get("/exports.csv?sort=nothing"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("got %d", got.status)
	}
}

func TestMetricsAreFoundByNameHelpAndLabel(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for query, want := range map[string]string{
		"q=EXECUTION_total": "background_job_execution_total", "q=job_name%3Dlifecycle": "background_job_execution_total", "q=no+such": "",
	} {
		view := w.data("/metrics?" + query)

		families, _ := view["families"].([]any)
		total, _ := view["total"].(float64)

		names := []string{}

		for _, family := range families {
			name, _ := at(family, "name").(string)
			names = append(names, name)
		}

		if found := slices.Contains(names, want); found != (want != "") || float64(len(names)) >= total {
			t.Errorf("%s: got %v of %v", query, names, total)
		}
	}
}
