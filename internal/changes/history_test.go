package changes_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAPageOfTheHistoryIsReadFromAnIndex holds what keeps a long history as fast as a
// short one: every page is a range of an index that has its order, whatever it is
// filtered by, and nothing is sorted.
func TestAPageOfTheHistoryIsReadFromAnIndex(t *testing.T) {
	t.Parallel()

	db := worldtest.Prepared.SQLite(t)

	for name, filter := range filters() {
		for _, before := range []int64{0, 7} {
			filter.Before = before
			query, args := filter.Statement(store.Time{Time: madeAt(7)})

			for step := range strings.Lines(storetest.Plan(t, db, "EXPLAIN QUERY PLAN "+query, args...)) {
				ordered := strings.HasPrefix(step, "SCAN opsconsole_changes USING INDEX opsconsole_changes_at")
				if strings.Contains(step, "TEMP B-TREE") || strings.HasPrefix(step, "SCAN") && !ordered {
					t.Errorf("%s, from %d on: %s, want no sort, and no scan but in the order of time", name, before, step)
				}
			}
		}
	}
}

func TestWhatIsKnownOfASectionIsReadFromAnIndex(t *testing.T) {
	t.Parallel()

	got := storetest.Plan(t, worldtest.Prepared.SQLite(t),
		"EXPLAIN QUERY PLAN SELECT id FROM opsconsole_changes "+changes.LastAndOpen, 7, ops.SectionConcurrency)
	if strings.Contains(got, "SCAN opsconsole_changes") || strings.Count(got, "SEARCH opsconsole_changes") != 2 {
		t.Errorf("got\n%s\nwant two searches, and no scan", got)
	}
}

// TestAnOpenChangeIsFoundAmongTheOpenOnes and not among all of the section's, by the order of which one may be read.
func TestAnOpenChangeIsFoundAmongTheOpenOnes(t *testing.T) {
	t.Parallel()

	got := storetest.Plan(t, worldtest.Prepared.SQLite(t),
		"EXPLAIN QUERY PLAN SELECT id FROM opsconsole_changes "+changes.OpenAt, ops.SectionConcurrency, store.Time{Time: madeAt(7)})
	if !strings.Contains(got, "opsconsole_changes_open") && !strings.Contains(got, "(section=? AND outcome=?") {
		t.Errorf("got\n%s\nwant an index that has the outcome", got)
	}
}

func TestPagesOfTheHistoryLeadFromTheNewestToTheOldest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		const made = 12

		for n := range made {
			w.apply(t, request(w.current(t).Revision, int64(10+n)))

			// Clocks are set, and two changes may be of one moment.
			w.clock.Advance([]time.Duration{0, time.Minute, -10 * time.Second}[n%3])
		}

		for name, filter := range map[string]changes.Filter{
			"all": {}, "section": {Section: ops.SectionConcurrency}, "actor": {Actor: "dave"}, "field": {Field: "per_analyst"},
			"source": {Source: changes.SourceConsole}, "outcome": {Outcome: changes.Applied}, "since": {From: seed},
			"all of it": {
				Section: ops.SectionConcurrency, Actor: "dave", Field: "per_analyst", Source: changes.SourceConsole, Outcome: changes.Applied,
				From: seed.Add(-time.Hour), Until: seed.Add(time.Hour),
			},
		} {
			seen := map[int64]bool{}
			last := changes.Change{At: seed.Add(24 * time.Hour)}

			for filter.Limit = 5; ; {
				page, err := w.History(t.Context(), filter)
				if err != nil {
					t.Fatal(err)
				}

				for _, change := range page.Items {
					if seen[change.ID] || change.At.After(last.At) || change.At.Equal(last.At) && change.ID > last.ID {
						t.Errorf("%s: change %d of %s stands after change %d of %s", name, change.ID, change.At, last.ID, last.At)
					}

					seen[change.ID], last = true, change
				}

				if filter.Before = page.Next; page.Next == 0 {
					break
				}
			}

			if len(seen) != made {
				t.Errorf("%s: %d changes, want %d", name, len(seen), made)
			}

			filter.Before = 0
			if n, err := w.Count(t.Context(), filter); err != nil || n != made {
				t.Errorf("%s: counted %d, %v, want %d", name, n, err, made)
			}
		}

		if _, err := w.History(t.Context(), changes.Filter{Before: 4711}); err == nil {
			t.Error("a page begins after a change that is not there")
		}
	})
}

func TestTheHistoryIsNotRewritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		change := w.apply(t, request(w.current(t).Revision, 7))

		for _, statement := range []string{
			`DELETE FROM opsconsole_changes`,
			`UPDATE opsconsole_changes SET reason = 'nothing to see'`,
			`UPDATE opsconsole_changes SET after_json = '{}'`,
			`UPDATE opsconsole_changes SET actor = 'olga'`,
			`UPDATE opsconsole_changes SET outcome = 'failed'`,
			`UPDATE opsconsole_changes SET error_code = 'CONFLICT'`,
		} {
			if _, err := w.db.Write().ExecContext(t.Context(), statement); err == nil {
				t.Errorf("the database lets it: %s", statement)
			}
		}

		if got, err := w.Get(t.Context(), change.ID); err != nil || got.Reason != change.Reason || got.Outcome != changes.Applied {
			t.Errorf("got %+v, %v, want it applied with the reason %q", got, err, change.Reason)
		}
	})
}
