package maintenance_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
)

func TestAWindowKeepsItsTimeOnTheClocksWhenTheRulesChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		old := w.replica(goRules(t))
		window := old.announce(t, noon())

		if window.StartsAtLocal != "2026-12-20T12:00:00" || window.EndsAtLocal != "2026-12-20T14:00:00" || window.ZoneRules != "2025c" {
			t.Fatalf("got %+v, want 12:00 to 14:00 by 2025c", window.Clocks)
		}

		still := old.announce(t, patching()) // in Berlin, of which the rules are the same

		w.follow(t)

		got := w.get(t, window.ID)
		m := got.RulesMove

		if want := time.Date(2026, 12, 20, 19, 0, 0, 0, time.UTC); !got.StartsAt.Equal(want) || !got.EndsAt.Equal(want.Add(2*time.Hour)) ||
			!got.PlannedStartsAt.Equal(want) || got.StartsAtLocal != "2026-12-20T12:00:00" || got.ZoneRules != "2026f" ||
			got.Sequence != window.Sequence+1 || got.Revision != window.Revision+1 {
			t.Fatalf("got %+v, want it at %s, 12:00 by 2026f, told once", got, want)
		}

		if m == nil || !m.StartsAt.Equal(window.StartsAt) || !m.EndsAt.Equal(window.EndsAt) || m.FromRules != "2025c" || m.ToRules != "2026f" || m.Stays != "" {
			t.Fatalf("got %+v, want the moments before, and both releases", m)
		}

		if got := w.get(t, still.ID); !got.StartsAt.Equal(still.StartsAt) || got.Revision != still.Revision || got.RulesMove != nil || got.ZoneRules != "2026f" {
			t.Errorf("got %+v, want it untouched, by 2026f", got)
		}

		// However often, and whoever looks: the older replica too.
		for range 3 {
			w.follow(t)
			old.follow(t)
			w.replica(nil).follow(t)
		}

		if got := w.kinds(t); got != kindsOf("announced", "announced", "changed") {
			t.Errorf("subscribers heard %q, want one change", got)
		}

		entries, err := w.log.List(t.Context(), audit.Filter{Action: audit.WindowRules})
		if err != nil || len(entries.Items) != 1 || entries.Items[0].Actor != "schedule (for dave)" ||
			!strings.Contains(string(entries.Items[0].Before), "T20:00:00Z") || !strings.Contains(string(entries.Items[0].After), "T19:00:00Z") {
			t.Errorf("got %+v, %v, want one entry with both moments", entries.Items, err)
		}

		w.verifyAudit(t)

		// It is carried out at its time on the clocks.
		w.clock.Set(time.Date(2026, 12, 20, 19, 0, 0, 0, time.UTC))
		w.tick(t)

		if got := w.get(t, window.ID); got.Phase != maintenance.Active || got.RulesMove != nil {
			t.Errorf("got %+v, want it active, and nothing more to decide", got)
		}
	})
}

func TestTwoReplicasOfDifferentRulesMoveAWindowOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		old := w.replica(goRules(t))
		window := old.announce(t, noon())
		replicas := []*world{w.replica(nil), w.replica(nil), old, w.replica(goRules(t)), w.replica(nil)}

		var group sync.WaitGroup
		for _, one := range replicas {
			group.Go(func() {
				if err := one.FollowRules(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}

		group.Wait()

		if got := w.kinds(t); got != kindsOf("announced", "changed") {
			t.Errorf("subscribers heard %q, want one change", got)
		}

		// What the older one changes but for its times stays resolved by the newer.
		title := "Patching at noon"

		got, err := old.Update(t.Context(), old.line, dave, window.ID, maintenance.Edit{
			Revision: w.get(t, window.ID).Revision, Title: &title, Reason: "a better title",
		})
		if err != nil || got.ZoneRules != "2026f" || got.StartsAtLocal != "2026-12-20T12:00:00" {
			t.Fatalf("got %+v, %v, want 12:00 by 2026f", got.Clocks, err)
		}

		// What it announces later on is found without a start.
		later := noon()
		later.StartsAt, later.EndsAt = later.StartsAt.AddDate(0, 0, 1), later.EndsAt.AddDate(0, 0, 1)
		second := old.announce(t, later)

		w.at(t, time.Minute)

		if got := w.get(t, second.ID); !got.StartsAt.Equal(later.StartsAt.Add(-time.Hour)) {
			t.Errorf("got %s, want an hour earlier than %s", got.StartsAt, later.StartsAt)
		}
	})
}

func TestNothingIsMovedByHalf(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		old := w.replica(goRules(t))
		first := old.announce(t, noon())
		draft := noon()
		draft.StartsAt, draft.EndsAt = draft.EndsAt, draft.EndsAt.Add(time.Hour)
		second := old.announce(t, draft)

		// The process dies with the second event.
		heard := 0
		crashing := w.replica(nil)
		crashing.Outbox = notifier(func() error {
			if heard++; heard == 2 {
				return lost()
			}

			return nil
		})

		if err := crashing.FollowRules(t.Context()); err == nil || heard != 2 {
			t.Fatalf("got %v after %d events, want an error after two", err, heard)
		}

		for _, before := range []maintenance.Window{first, second} {
			if got := w.get(t, before.ID); !got.StartsAt.Equal(before.StartsAt) || got.Revision != before.Revision {
				t.Errorf("got %+v, want it as before", got)
			}
		}

		w.follow(t)

		// One follows right upon the other, also while they move.
		for _, before := range []maintenance.Window{first, second} {
			if got := w.get(t, before.ID); !got.StartsAt.Equal(before.StartsAt.Add(-time.Hour)) || got.RulesMove.Stays != "" {
				t.Errorf("got %s, %+v, want an hour earlier than %s", got.StartsAt, got.RulesMove, before.StartsAt)
			}
		}

		if got := w.kinds(t); got != kindsOf("announced", "announced", "changed", "changed") {
			t.Errorf("subscribers heard %q, want each change once", got)
		}
	})
}

func TestAWindowThatCannotMoveStays(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	old := w.replica(goRules(t))
	window := old.announce(t, noon())
	before := patching()
	before.StartsAt, before.EndsAt = window.StartsAt.Add(-2*time.Hour), window.StartsAt.Add(-time.Minute)
	other := w.announce(t, before)

	w.follow(t)

	got := w.get(t, window.ID)
	if m := got.RulesMove; !got.StartsAt.Equal(window.StartsAt) || m == nil || !strings.Contains(m.Stays, "overlaps window") ||
		got.StartsAtLocal != "2026-12-20T13:00:00" || got.Sequence != window.Sequence {
		t.Fatalf("got %+v, %+v, want it where it was, 13:00 by now, nobody told, and what is in the way", got.Clocks, got.RulesMove)
	}

	if _, err := w.Cancel(t.Context(), w.line, olga, other.ID, act("not needed any more"), maintenance.This); err != nil {
		t.Fatal(err)
	}

	// One that has begun, or whose time on the clocks is gone, never moves.
	second := noon()
	second.StartsAt, second.EndsAt = second.StartsAt.AddDate(0, 0, 1), second.EndsAt.AddDate(0, 0, 1)
	late := old.announce(t, second)
	w.clock.Set(late.StartsAt.Add(-30 * time.Minute))
	w.follow(t)

	if got := w.get(t, late.ID); !got.StartsAt.Equal(late.StartsAt) || got.RulesMove == nil || !strings.Contains(got.RulesMove.Stays, "local time has passed") {
		t.Errorf("got %s, %+v, want %s, since its local time has passed", got.StartsAt, got.RulesMove, late.StartsAt)
	}
}

func TestTheWindowsOfASeriesMove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		draft := noon()
		draft.StartsAt, draft.EndsAt = draft.StartsAt.Add(-time.Hour), draft.EndsAt.Add(-time.Hour)
		draft.Recurrence = "FREQ=WEEKLY"
		draft.StartsAt, draft.EndsAt = draft.StartsAt.AddDate(0, 2, 14), draft.EndsAt.AddDate(0, 2, 14) // 6 March 2027
		window := w.announce(t, draft)
		before := w.series(t, window)

		w.replica(nextRules(t)).follow(t)

		moved := 0

		for i, got := range w.series(t, window) {
			if got.StartsAtLocal != before[i].StartsAtLocal || got.Length() != before[i].Length() {
				t.Errorf("got %+v, want the clocks to show what they did, %+v", got.Clocks, before[i].Clocks)
			}

			if !got.StartsAt.Equal(before[i].StartsAt) {
				moved++

				if got.Sequence != before[i].Sequence+1 || got.RulesMove == nil {
					t.Errorf("got %+v, want that to be told", got)
				}
			}
		}

		// They have summer time from 14 March on, as before.
		if got := w.kinds(t); moved != 2 || got != kindsOf("announced", "changed", "changed") {
			t.Errorf("%d moved and subscribers heard %q, want two and each of them", moved, got)
		}
	})
}
