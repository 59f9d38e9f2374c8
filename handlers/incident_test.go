package handlers_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
)

// TestAnIncidentIsToldInOrder from each of what is kept, and some kinds of it alone.
func TestAnIncidentIsToldInOrder(t *testing.T) {
	t.Parallel()

	for database, open := range map[string]func(testing.TB) *handlerstest.World{
		"sqlite": handlerstest.New,
		"postgres": func(tb testing.TB) *handlerstest.World {
			tb.Helper()

			w, _ := handlerstest.NewOnPostgres(tb)

			return w
		},
	} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()

			w := open(t)
			from := w.Now()
			happen(t, w)

			address := func(kinds ...string) string {
				return "/incident?" + url.Values{
					"from": {from.Add(-time.Hour).UTC().Format(time.RFC3339Nano)}, "to": {from.Add(24 * time.Hour).UTC().Format(time.RFC3339Nano)},
					"kind": kinds,
				}.Encode()
			}

			titles := quick(incidentTitles(t, w, address()))
			wanted := []string{
				"Database: connected → unreachable", "Sign-in", "Concurrency: Per analyst 5 → 4 instances", "Maintenance announced: “Upgrade”",
				"Running job lifecycle", "Job lifecycle", "Sign-in",
			}

			for i := 0; len(wanted) > 0 && i < len(titles); i++ {
				if titles[i] == wanted[0] {
					wanted = wanted[1:]
				}
			}

			if len(wanted) > 0 {
				t.Errorf("got %q, want %q in their order", titles, wanted)
			}

			for kind, count := range map[string]int{"state": 1, "change": 1, "window": 1, "failure": 1, "trigger": 1, "instance": 0} {
				if got := quick(incidentTitles(t, w, address(kind))); len(got) != count {
					t.Errorf("%s: got %q, want %d", kind, got, count)
				}
			}

			page := w.Get(address(), "Accept", "text/html")
			for _, want := range []string{"for the quarter end", "the disk is full", "At the start", "Refused"} {
				if !strings.Contains(page.Body, want) {
					t.Errorf("got %d, want %s on the page", page.Status, want)
				}
			}
		})
	}
}

// happen has something of each kind happen.
func happen(t *testing.T, w *handlerstest.World) {
	t.Helper()

	write := func(statement string, args ...any) {
		if _, err := w.DB.Exec(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	at := func() store.Time { return store.Time{Time: w.Now()} }

	write(`INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES ('database', $1, $2, 'connected')`,
		store.Time{Time: w.Now().Add(-2 * time.Hour)}, store.Time{Time: w.Now().Add(-time.Second)})
	write(`INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES ('database', $1, $1, 'unreachable')`, at())
	record(t, w, audit.SignIn, audit.Done)
	w.Save(`"per_analyst": 4, "reason": "for the quarter end"`)

	if got := w.SendJSON(http.MethodPost, "/maintenance/windows", w.Draft(handlerstest.Object{"title": "Upgrade"})); got.Status >= http.StatusBadRequest {
		t.Fatalf("got %d %.300s, want a window", got.Status, got.Body)
	}

	w.SendJSON(http.MethodPost, "/jobs/lifecycle/trigger", handlerstest.Object{"reason": "end what is too old"})
	write(`INSERT INTO opsconsole_job_runs (job_name, started_at, ended_at, result, found, done, error)
		VALUES ('lifecycle', $1, $1, 'failed', '{}', '{}', 'the disk is full')`, at())
	record(t, w, audit.SignIn, audit.Refused)
}

func record(t *testing.T, w *handlerstest.World, action audit.Action, outcome audit.Outcome) {
	t.Helper()

	if _, err := w.Log.Record(t.Context(), audit.Actor{Username: "mallory"}, audit.Entry{Action: action, Outcome: outcome}); err != nil {
		t.Fatal(err)
	}
}

func incidentTitles(t *testing.T, w *handlerstest.World, address string) []string {
	t.Helper()

	got := w.Get(address, "Accept", "application/json")
	if got.Status != http.StatusOK {
		t.Fatalf("%s: got %d %.300s", address, got.Status, got.Body)
	}

	var titles []string

	last := ""

	for _, item := range handlerstest.At(got.JSON(t), "items").([]any) {
		titles = append(titles, handlerstest.At(item, "title").(string))

		if at := handlerstest.At(item, "at").(string); at < last {
			t.Errorf("got %s after %s", at, last)
		} else {
			last = at
		}
	}

	return titles
}

// TestALongIncidentGoesOn from where it was cut: nothing is left out.
func TestALongIncidentGoesOn(t *testing.T) {
	t.Parallel()

	const entries = 2100

	w := handlerstest.New(t)
	begun := w.Now().Add(-24 * time.Hour)

	err := w.DB.Tx(t.Context(), func(tx *sql.Tx) error {
		for i := range entries {
			_, err := tx.ExecContext(t.Context(), `INSERT INTO opsconsole_component_spans (component, since, until, status) VALUES ('database', $1, $1, $2)`,
				store.Time{Time: begun.Add(time.Duration(i) * time.Second)}, []string{"connected", "slow"}[i%2])
			if err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	address := fmt.Sprintf("/incident?kind=state&from=%s&to=%s", stamp(begun), stamp(begun.Add(time.Hour)))
	first := w.Get(address, "Accept", "application/json").JSON(t)
	next, _ := handlerstest.At(first, "next").(string)
	second := w.Get(strings.Replace(address, stamp(begun), url.QueryEscape(next), 1), "Accept", "application/json").JSON(t)
	a, b := handlerstest.At(first, "items").([]any), handlerstest.At(second, "items").([]any)

	if len(a) > 2000 || len(a)+len(b) != entries-1 || handlerstest.At(second, "next") != nil {
		t.Errorf("got %d and %d, next %q, want all %d changes in two pages", len(a), len(b), next, entries-1)
	}

	if page := w.Get(address, "Accept", "text/html").Body; !strings.Contains(page, "go on from here") {
		t.Error("the page does not say that there is more")
	}
}

func stamp(at time.Time) string { return url.QueryEscape(at.UTC().Format(time.RFC3339Nano)) }

// TestAnIncidentThatCannotBeReadIsRefused and what is relative is fixed in the address.
func TestAnIncidentThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for query, field := range map[string]string{
		"?from=2026-03-01T10:00:00Z&to=2026-03-01T10:00:00Z": "query.from", "?from=soon": "query.from", "?kind=weather": "query.kind",
	} {
		got := w.Get("/incident"+query, "Accept", "application/json")
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, field) {
			t.Errorf("%s: got %d %.200s, want %s refused", query, got.Status, got.Body, field)
		}

		if page := w.Get("/incident"+query, "Accept", "text/html"); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want it refused on the page", query, page.Status)
		}
	}

	if got := w.Get("/incident?from=-6h&to=now", "Accept", "application/json"); got.Status != http.StatusOK {
		t.Errorf("got %d %.200s, want the last six hours", got.Status, got.Body)
	}

	gaps := w.Get("/incident?from=-365d", "Accept", "application/json").JSON(t)
	if known, _ := handlerstest.At(gaps, "gaps").([]any); len(known) != 2 {
		t.Errorf("got %v, want that statuses and failed jobs are not kept that long", known)
	}
}

// quick leaves out that the database was slow meanwhile, as it may be on a busy machine.
func quick(titles []string) []string {
	for i, title := range titles {
		titles[i] = strings.Replace(title, ": slow →", ": connected →", 1)
	}

	return slices.DeleteFunc(titles, func(title string) bool {
		return strings.HasSuffix(title, "→ slow") || strings.HasSuffix(title, ": connected → connected")
	})
}
