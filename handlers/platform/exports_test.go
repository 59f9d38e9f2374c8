package platform_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// queued is a world with five export jobs, newest first as they come.
func queued(t *testing.T) *handlerstest.World {
	t.Helper()

	w := handlerstest.New(t)
	ago := func(d time.Duration) *ops.Time { return new(ops.At(time.Now().Add(-d))) }

	w.Plane.Queue(
		ops.ExportJob{ID: 5, SnapshotID: 3, EntityType: "node", EntityName: "Person", Status: ops.ExportPending},
		ops.ExportJob{ID: 4, SnapshotID: 3, EntityType: "edge", EntityName: "KNOWS", Status: ops.ExportFailed, Attempts: 3, ErrorMessage: new("=TABLE_NOT_FOUND"), ClaimedAt: ago(time.Hour), ClaimedBy: new("worker-2")},
		ops.ExportJob{ID: 3, SnapshotID: 9, EntityType: "node", EntityName: "Paper", Status: ops.ExportSubmitted, Attempts: 1, ClaimedAt: ago(2 * time.Hour), ClaimedBy: new("worker-1")},
		ops.ExportJob{ID: 2, SnapshotID: 1, EntityType: "node", EntityName: "Author", Status: ops.ExportClaimed, Attempts: 2, ClaimedAt: ago(11 * time.Minute), ClaimedBy: new("worker-1")},
		ops.ExportJob{ID: 1, SnapshotID: 1, EntityType: "node", EntityName: "Venue", Status: ops.ExportClaimed, Attempts: 1, ClaimedAt: ago(time.Minute), ClaimedBy: new("worker-3")},
	)
	w.Monitor.Poll(t.Context())

	return w
}

func ids(view map[string]any) []float64 {
	out := []float64{}

	jobs, _ := view["jobs"].([]any)
	for _, job := range jobs {
		id, _ := handlerstest.At(job, "id").(float64)
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
		if got := ids(w.Data("/exports" + query)); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", query, got, want)
		}

		if page := w.Get("/exports"+query, "Accept", "text/html"); page.Status != http.StatusOK {
			t.Errorf("%q: got %d, want 200", query, page.Status)
		}
	}

	for _, query := range []string{
		"limit=0", "limit=1001", "limit=x", "page=0", "page=-1", "status=gone", "sort=entity_name", "q=" + strings.Repeat("é", 201),
	} {
		got := w.Get("/exports?"+query, "Accept", "application/json")

		errs, _ := handlerstest.At(got.JSON(t), "error", "details", "errors").([]any)
		if field, _, _ := strings.Cut(query, "="); got.Status != http.StatusUnprocessableEntity || len(errs) != 1 || handlerstest.At(errs[0], "field") != "query."+field {
			t.Errorf("%.20s: got %d, want 422 for that field alone\n%s", query, got.Status, got.Body)
		}

		// A person is told, and sees what can be shown.
		page := w.Get("/exports?"+query, "Accept", "text/html")
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, "KNOWS") {
			t.Errorf("%.20s: got %d, want 422 and the page", query, page.Status)
		}
	}
}

func TestExportsAsAFileAreThoseOfThePage(t *testing.T) {
	t.Parallel()

	w := queued(t)
	got := w.Get("/exports.csv?" + url.Values{"q": {"worker"}, "limit": {"1"}, "sort": {"id"}}.Encode())

	rows, err := csv.NewReader(strings.NewReader(got.Body)).ReadAll()
	if err != nil || got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/csv") {
		t.Fatalf("got %d, %v, want 200, text/csv\n%s", got.Status, err, got.Body)
	}

	column := []string{}
	for _, row := range rows {
		column = append(column, row[0])
	}

	if !slices.Equal(column, []string{"id", "4", "3", "2", "1"}) {
		t.Errorf("got %v, want id, 4, 3, 2, 1", column)
	}

	// What a spreadsheet would take for a formula is a text.
	if rows[1][8] != "'=TABLE_NOT_FOUND" || rows[3][9] == "" {
		t.Errorf("got %q, want '=TABLE_NOT_FOUND in the first and a tenth column in the third", rows[1:])
	}

	// The button of the page is for people's spreadsheets, whatever is typed there.
	if page := w.Get("/exports?q=worker", "Accept", "text/html"); !strings.Contains(page.Body, `href="/exports.csv?for=excel&amp;q=worker"`) {
		t.Error("got a page without its file for a spreadsheet")
	}

	excel := w.Get("/exports.csv?for=excel&q=worker&sort=id").Body
	if !strings.HasPrefix(excel, "\uFEFFid,snapshot_id,") || strings.Count(excel, "\r\n") != strings.Count(got.Body, "\n") {
		t.Errorf("got %q, want a byte order mark and CRLF", excel)
	}

	for _, query := range []string{"sort=nothing", "for=nobody"} {
		if got := w.Get("/exports.csv?" + query); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want 422", query, got.Status)
		}
	}
}

func TestMetricsAreFoundByNameHelpAndLabel(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for query, want := range map[string]string{
		"q=EXECUTION_total": "background_job_execution_total", "q=job_name%3Dlifecycle": "background_job_execution_total", "q=no+such": "",
	} {
		view := w.Data("/metrics?" + query)

		families, _ := view["families"].([]any)
		total, _ := view["total"].(float64)

		names := []string{}

		for _, family := range families {
			name, _ := handlerstest.At(family, "name").(string)
			names = append(names, name)
		}

		if found := slices.Contains(names, want); found != (want != "") || float64(len(names)) >= total {
			t.Errorf("%s: got %v of %v, want %q among fewer than all", query, names, total, want)
		}
	}
}
