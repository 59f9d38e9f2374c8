package platform_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store"
)

// seen writes down that a component held a status for a time that ended that long ago.
func seen(w *handlerstest.World, component, status string, length, ago time.Duration) {
	w.T().Helper()

	until := time.Now().Add(-ago)

	err := w.DB.Tx(w.T().Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(w.T().Context(),
			`INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES ($1, $2, $3, $4)`,
			component, store.Time{Time: until.Add(-length)}, store.Time{Time: until}, status)

		return err
	})
	if err != nil {
		w.T().Fatal(err)
	}
}

func TestHealthTellsWhatWasSeenBefore(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	seen(w, "database", "connected", 30*time.Hour, 3*time.Hour)
	seen(w, "database", "unreachable", time.Hour, 2*time.Hour-15*time.Second)
	seen(w, "database", "connected", time.Hour, 20*time.Minute)

	got := w.Data("/health")

	changes, _ := handlerstest.At(got, "timeline", "changes").([]any)
	if len(changes) != 2 {
		t.Fatalf("got %v, want 2 changes", changes)
	}

	newest, oldest := changes[0], changes[1]
	if handlerstest.At(newest, "from") != "unreachable" || handlerstest.At(newest, "to") != "connected" || handlerstest.At(oldest, "to") != "unreachable" ||
		handlerstest.At(oldest, "holds") != false || handlerstest.At(oldest, "unseen_ns") != 0.0 || handlerstest.At(oldest, "lasted_ns") != float64(time.Hour) {
		t.Errorf("got %v, want an hour unreachable, then connected", changes)
	}

	if unseen, _ := handlerstest.At(newest, "unseen_ns").(float64); time.Duration(unseen).Round(time.Minute) != 40*time.Minute {
		t.Errorf("nobody watched for 40 minutes, got %v", time.Duration(unseen))
	}

	components, _ := got["components"].([]any)
	for _, c := range components {
		if handlerstest.At(c, "name") != "database" {
			continue
		}

		availability, _ := handlerstest.At(c, "availability").([]any)
		if len(availability) != 3 {
			t.Fatalf("got %v, want 3", availability)
		}

		day, week := availability[0], availability[1]
		if up, seen := handlerstest.At(week, "up_seconds").(float64), handlerstest.At(week, "seen_seconds").(float64); up < 31*3600 || up > 31*3600+60 || seen-up != 3600 {
			t.Errorf("7 days: up %v of %v s, want up 111600 to 111660 s and 3600 s more seen", up, seen)
		}

		if seen := handlerstest.At(day, "seen_seconds").(float64); seen > 24*3600 {
			t.Errorf("24 h: seen %v s, want at most 24 h", seen)
		}
	}

	for _, reach := range []string{"", "?range=7d", "?range=30d", "?range="} {
		page := w.Get("/health"+reach, "Accept", "text/html")
		if page.Status != http.StatusOK || !strings.Contains(page.Body, "Unreachable") || !strings.Contains(page.Body, "then not seen for 39 min") {
			t.Errorf("%q: got %d, want 200 and the timeline", reach, page.Status)
		}
	}
}

func TestTheChartIsMarkedWithWhatWasDone(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	if got := w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "reason": "a workshop today", "revision": %q}`, w.Revision())); got.Status != http.StatusOK {
		t.Fatalf("got %d, want 200\n%s", got.Status, got.Body)
	}

	if got := w.Post("/jobs/lifecycle/trigger", `{"reason": "after the outage"}`); got.Status != http.StatusOK {
		t.Fatalf("got %d, want 200\n%s", got.Status, got.Body)
	}

	for _, reach := range []string{"1h", "24h", "7d", "30d"} {
		got := w.Data("/capacity?range=" + reach)

		marks, _ := got["marks"].([]any)
		if len(marks) != 2 || handlerstest.At(marks[0], "text") != "Lifecycle triggered by dave" || handlerstest.At(marks[1], "text") != "Concurrency changed by dave" {
			t.Fatalf("%s: got %v, want the trigger, then the change, both by dave", reach, marks)
		}

		for _, mark := range marks {
			if page := w.Get(fmt.Sprint(handlerstest.At(mark, "url")), "Accept", "text/html"); page.Status != http.StatusOK {
				t.Errorf("%v leads to %d, want 200", handlerstest.At(mark, "url"), page.Status)
			}
		}

		if used, _ := got["used"].([]any); len(used) == 0 {
			t.Errorf("%s: nothing is drawn", reach)
		}
	}
}

// TestAMarkNamesSomebody, also where whoever changed something outside left no name.
func TestAMarkNamesSomebody(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Outside(8, 50)

	marks, _ := w.Data("/capacity")["marks"].([]any)
	if len(marks) != 1 || handlerstest.At(marks[0], "text") != "Concurrency changed by somebody unknown outside this console" {
		t.Errorf("got %v, want the change from outside, by somebody unknown", marks)
	}
}
