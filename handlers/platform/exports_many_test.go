package platform_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// crowded is a world with 2,000 export jobs: the three oldest ones are stuck, the one before
// them has failed, the rest is completed.
func crowded(t *testing.T) (*handlerstest.World, *worldtest.ExportQueue) {
	t.Helper()

	w := handlerstest.New(t)

	states := append(slices.Repeat([]ops.ExportJobStatus{ops.ExportCompleted}, 1_996),
		ops.ExportFailed, ops.ExportClaimed, ops.ExportClaimed, ops.ExportSubmitted)

	jobs := worldtest.ExportsOf(2_000, states...)
	for i := range jobs {
		if jobs[i].Status != ops.ExportCompleted {
			jobs[i].ClaimedAt = new(ops.At(time.Now().Add(-3 * time.Hour)))
		}
	}

	queue := w.Plane.Queue(jobs...)
	w.Monitor.Poll(t.Context())

	return w, queue
}

// TestOldStuckExportsAreShownBesideThousandsOfOthers finds three stuck jobs behind 1,996 that are completed.
func TestOldStuckExportsAreShownBesideThousandsOfOthers(t *testing.T) {
	t.Parallel()

	w, queue := crowded(t)
	queue.Asked()

	view := w.Data("/exports")
	if got := ids(view); !slices.Equal(got[:4], []float64{3, 2, 1, 4}) || view["stuck"] != 3.0 {
		t.Errorf("%v are first, %v stuck, want 3, 2, 1, which are stuck, and 4, which has failed", got[:4], view["stuck"])
	}

	if total, read := handlerstest.At(view, "by_status", "completed"), handlerstest.At(view, "read_by_status", "completed"); total != 1996.0 || read != 1000.0 {
		t.Errorf("%v of %v completed ones were read, want 1000 of 1996", read, total)
	}

	if got := fmt.Sprint(view["cut"], view["read"]); got != "[completed] 1004" {
		t.Errorf("got %s, want completed cut, 1004 read", got)
	}

	// A filter shows another part, and says no less of the whole.
	for query, want := range map[string][]float64{
		"status=failed": {4}, "status=claimed": {3, 2}, "status=submitted&sort=id": {1}, "status=pending": {}, "q=2000": {2000},
	} {
		view := w.Data("/exports?" + query)
		if got := ids(view); !slices.Equal(got, want) || view["stuck"] != 3.0 {
			t.Errorf("%s: got %v, %v stuck, want %v and 3", query, got, view["stuck"], want)
		}
	}

	if asked := queue.Asked(); len(asked) != 0 {
		t.Errorf("the pages asked for %v, want nothing: the snapshot has it", asked)
	}

	page := w.Get("/exports", "Accept", "text/html").Body
	for _, want := range []string{"3 export jobs are stuck.", "only the newest 1,000 of 1,996 completed ones were read", "100 of 2,000"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}

	overview := w.Data("/")
	if handlerstest.At(overview, "exports", "stuck") != 3.0 || !strings.Contains(fmt.Sprint(overview["attention"]), "3 export jobs are stuck") {
		t.Errorf("the overview has %v and %v, want 3 stuck jobs", overview["exports"], overview["attention"])
	}
}

// TestCompletedExportsAreReadWhenTheyAreAskedFor asks for those that no poll reads.
func TestCompletedExportsAreReadWhenTheyAreAskedFor(t *testing.T) {
	t.Parallel()

	w, queue := crowded(t)
	queue.Asked()

	view := w.Data("/exports?status=completed&limit=1000")
	if got := ids(view); len(got) != 1_000 || view["found"] != 1000.0 || view["stuck"] != 3.0 {
		t.Errorf("got %d, %v found, %v stuck, want 1000, 1000 and 3", len(got), view["found"], view["stuck"])
	}

	if asked := queue.Asked(); len(asked) != 1 || asked[0].Status != ops.ExportCompleted {
		t.Errorf("asked for %v, want the completed ones once", asked)
	}

	got := w.Get("/exports.csv")

	rows, err := csv.NewReader(strings.NewReader(got.Body)).ReadAll()
	if err != nil || got.Status != http.StatusOK || len(rows) != 1_005 {
		t.Errorf("got %d, %v, %d rows, want the head and all 1,004 that were read", got.Status, err, len(rows))
	}
}

// TestWhatMayBeStuckUnreadIsSaid has more submitted jobs than are given out: older ones may be stuck.
func TestWhatMayBeStuckUnreadIsSaid(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Plane.Queue(worldtest.ExportsOf(1_200, slices.Repeat([]ops.ExportJobStatus{ops.ExportSubmitted}, 1_200)...)...)
	w.Monitor.Poll(t.Context())

	view := w.Data("/exports")

	const want = "More may be stuck: only the newest 1,000 of 1,200 submitted ones were read."
	if text := fmt.Sprint(handlerstest.At(view, "overall", "text")); !strings.Contains(text, want) {
		t.Errorf("got %q, want %q in it", text, want)
	}
}
