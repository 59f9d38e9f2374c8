package maintenance_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestWindowsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		for n := range 7 {
			draft := patching()
			draft.StartsAt = seed.Add(time.Duration(n+1) * time.Hour)
			draft.EndsAt = draft.StartsAt.Add(time.Hour)
			draft.Title = []string{"Even 100%", "Odd_one"}[n%2]

			if n == 6 {
				draft.Message = "Eine Übung"
			}

			w.announce(t, draft)
		}

		var got []int64

		filter := maintenance.Filter{Limit: 3}

		for pages := 1; ; pages++ {
			page, err := w.List(t.Context(), filter)
			if err != nil {
				t.Fatal(err)
			}

			for _, window := range page.Items {
				got = append(got, window.ID)
			}

			if filter.Cursor = page.Next; page.Next == "" {
				if pages != 3 {
					t.Errorf("%d pages, want 3", pages)
				}

				break
			}
		}

		if !slices.Equal(got, []int64{7, 6, 5, 4, 3, 2, 1}) {
			t.Errorf("got %v, want 7 down to 1", got)
		}

		for want, filter := range map[int]maintenance.Filter{
			4: {Text: "EVEN 100%"},
			3: {Text: "odd_"},
			1: {Text: "Übung"}, // as it is typed: not every database lowers it
			0: {Text: "100_"},
			2: {From: seed.Add(3 * time.Hour), Until: seed.Add(5 * time.Hour)},
			7: {Phases: []maintenance.Phase{maintenance.Announced, maintenance.Held}, Actor: "dave"},
		} {
			if n, err := w.Count(t.Context(), filter); err != nil || n != want {
				t.Errorf("%+v: got %d, %v; want %d", filter, n, err, want)
			}
		}

		_, err := w.List(t.Context(), maintenance.Filter{Cursor: "yesterday"})
		refused(t, err, ops.CodeValidationFailed)
		_, err = w.Get(t.Context(), 99)
		refused(t, err, ops.CodeNotFound)
	})
}

func TestUsersAreToldOfWhatIsAndWhatWasForAWhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		version := func() int64 {
			v, err := w.Version(t.Context())
			if err != nil {
				t.Fatal(err)
			}

			return v
		}
		before := version()
		window := w.announce(t, patching())

		if version() <= before {
			t.Error("an announcement leaves the version as it was")
		}

		w.at(t, time.Hour)
		w.at(t, 3*time.Hour)

		before = version()

		w.at(t, 4*time.Hour)

		if version() != before {
			t.Error("nothing happened, and there is another version")
		}

		const day = 24 * time.Hour

		// 90 days may have an hour more, where clocks go back: it ended three hours after the seed.
		for after, want := range map[time.Duration]int{89 * day: 1, 90*day + 4*time.Hour: 1, 91 * day: 0} {
			w.clock.Set(seed.Add(after))

			if list, err := w.Published(t.Context()); err != nil || len(list) != want {
				t.Errorf("after %s: got %+v, %v; want %d windows", after, list, err, want)
			}
		}

		if events, err := w.EventsOf(t.Context(), window.ID); err != nil || len(events) != 3 || events[1].Window.Phase != maintenance.Active ||
			events[2].Window.Report == nil || events[2].Actor != "schedule (for dave)" {
			t.Errorf("got %+v, %v; want three events, the second active, the last with a report and by schedule (for dave)", events, err)
		}
	})
}

// TestATickWithNothingDueIsOneQueryOverAnIndex looks at how the databases go about it.
func TestATickWithNothingDueIsOneQueryOverAnIndex(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	w.announce(t, patching())

	plan := storetest.Plan(t, w.db, `EXPLAIN QUERY PLAN
		SELECT id, revision FROM opsconsole_windows WHERE due_at <= '2026' AND (next_try_at IS NULL OR next_try_at <= '2026' OR next_try_at > '2027')
		ORDER BY due_at, id LIMIT 50`)
	if !strings.Contains(plan, "USING INDEX opsconsole_windows_due (due_at<?)") {
		t.Errorf("got %s; want USING INDEX opsconsole_windows_due (due_at<?)", plan)
	}

	calls := w.line.calls
	w.tick(t)

	if w.line.calls != calls {
		t.Error("a tick with nothing due asked the control plane")
	}
}
