package handlers_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// seen writes down that a component held a status for a time that ended that long ago.
func (w *world) seen(component, status string, length, ago time.Duration) {
	w.t.Helper()

	until := time.Now().Add(-ago)

	err := w.db.Tx(w.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(w.t.Context(),
			`INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES ($1, $2, $3, $4)`,
			component, store.Time{Time: until.Add(-length)}, store.Time{Time: until}, status)

		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestHealthTellsWhatWasSeenBefore(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.seen("database", "connected", 30*time.Hour, 3*time.Hour)
	w.seen("database", "unreachable", time.Hour, 2*time.Hour-15*time.Second)
	w.seen("database", "connected", time.Hour, 20*time.Minute)

	got := w.data("/health")

	changes, _ := at(got, "timeline", "changes").([]any)
	if len(changes) != 2 {
		t.Fatalf("got %v", changes)
	}

	newest, oldest := changes[0], changes[1]
	if at(newest, "from") != "unreachable" || at(newest, "to") != "connected" || at(oldest, "to") != "unreachable" ||
		at(oldest, "holds") != false || at(oldest, "unseen_ns") != 0.0 || at(oldest, "lasted_ns") != float64(time.Hour) {
		t.Errorf("got %v", changes)
	}

	if unseen, _ := at(newest, "unseen_ns").(float64); time.Duration(unseen).Round(time.Minute) != 40*time.Minute {
		t.Errorf("nobody watched for 40 minutes, got %v", time.Duration(unseen))
	}

	components, _ := got["components"].([]any)
	for _, c := range components {
		if at(c, "name") != "database" {
			continue
		}

		availability, _ := at(c, "availability").([]any)
		if len(availability) != 3 {
			t.Fatalf("got %v", availability)
		}

		day, week := availability[0], availability[1]
		if up, seen := at(week, "up_seconds").(float64), at(week, "seen_seconds").(float64); up < 31*3600 || up > 31*3600+60 || seen-up != 3600 {
			t.Errorf("7 days: up %v of %v s", up, seen)
		}

		if seen := at(day, "seen_seconds").(float64); seen > 24*3600 {
			t.Errorf("24 h: seen %v s", seen)
		}
	}

	for _, reach := range []string{"", "?range=7d", "?range=30d", "?range="} {
		page := w.get("/health"+reach, "Accept", "text/html")
		if page.status != http.StatusOK || !strings.Contains(page.body, "Unreachable") || !strings.Contains(page.body, "then not seen for 39 min") {
			t.Errorf("%q: got %d without the timeline", reach, page.status)
		}
	}
}

func TestTheChartIsMarkedWithWhatWasDone(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	if got := w.post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "reason": "a workshop today", "revision": %q}`, w.revision())); got.status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	if got := w.post("/jobs/lifecycle/trigger", `{"reason": "after the outage"}`); got.status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	for _, reach := range []string{"1h", "24h", "7d", "30d"} {
		got := w.data("/capacity?range=" + reach)

		marks, _ := got["marks"].([]any)
		if len(marks) != 2 || at(marks[0], "text") != "Lifecycle triggered by dave" || at(marks[1], "text") != "Concurrency changed by dave" {
			t.Fatalf("%s: got %v", reach, marks)
		}

		for _, mark := range marks {
			if page := w.get(fmt.Sprint(at(mark, "url")), "Accept", "text/html"); page.status != http.StatusOK {
				t.Errorf("%v leads to %d", at(mark, "url"), page.status)
			}
		}

		if used, _ := got["used"].([]any); len(used) == 0 {
			t.Errorf("%s: nothing is drawn", reach)
		}
	}
}
