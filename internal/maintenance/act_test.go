package maintenance_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAWindowIsAnnouncedForNow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		draft := patching()
		draft.StartsAt = time.Time{}

		if got := w.announce(t, draft); got.Phase != maintenance.Active || !w.platform(t).maintenance.Enabled {
			t.Errorf("got %+v, want active and maintenance mode on", got)
		}
	})
}

func TestAWindowIsStartedAndEndedByHand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())

		_, err := w.End(t.Context(), w.line, olga, window.ID, act("it has not begun"))
		refused(t, err, ops.CodeConflict)

		_, err = w.Start(t.Context(), w.line, olga, window.ID, maintenance.Act{Revision: window.Revision + 1, Reason: "an old revision"})
		refused(t, err, ops.CodeConflict)

		w.clock.Advance(10 * time.Minute)

		window, err = w.Start(t.Context(), w.line, olga, window.ID, act("it cannot wait"))
		if err != nil || window.Phase != maintenance.Active || window.ActsFor != "olga" || !window.PlannedStartsAt.Equal(seed.Add(time.Hour)) {
			t.Fatalf("got %+v, %v; want active for olga, planned to start at %s", window, err, seed.Add(time.Hour))
		}

		_, err = w.Start(t.Context(), w.line, olga, window.ID, act("started twice over"))
		refused(t, err, ops.CodeConflict)

		w.clock.Advance(10 * time.Minute)

		window, err = w.End(t.Context(), w.line, olga, window.ID, act("it went quickly"))
		if err != nil || window.Phase != maintenance.Completed || !same(before, w.platform(t)) {
			t.Fatalf("got %+v, %v; want completed and the settings as before", window, err)
		}

		if r := window.Report; !r.Planned.EndsAt.Equal(seed.Add(3*time.Hour)) || !r.Actual.EndsAt.Equal(seed.Add(20*time.Minute)) {
			t.Errorf("got %+v, want a planned end at %s and an actual one at %s", r, seed.Add(3*time.Hour), seed.Add(20*time.Minute))
		}

		_, err = w.End(t.Context(), w.line, olga, window.ID, act("ended twice over"))
		refused(t, err, ops.CodeConflict)

		if got := w.kinds(t); got != "announced started ended " {
			t.Errorf("subscribers heard %q, want %q", got, "announced started ended ")
		}
	})
}

func TestAStartThatFailsGoesOnByItself(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.line.fail(always(down()), nil)

	window, err := w.Start(t.Context(), w.line, olga, window.ID, act("it cannot wait"))
	if err != nil || window.Phase != maintenance.Announced || !window.Overdue || window.Note == "" {
		t.Fatalf("got %+v, %v; want announced, overdue and with a note", window, err)
	}

	w.line.fail(nil, nil)
	w.at(t, 2*time.Second)

	if got := w.get(t, window.ID); got.Phase != maintenance.Active {
		t.Errorf("got %+v, want active", got)
	}
}

func TestAWindowIsExtended(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.at(t, time.Hour)

		for _, bad := range []time.Duration{2 * time.Hour, 3 * time.Hour, 100 * 24 * time.Hour} {
			if _, err := w.Extend(t.Context(), olga, window.ID, act("a bit longer"), seed.Add(bad)); len(ops.FieldErrors(err)) != 1 {
				t.Errorf("extended to %s: got %v, want one field error", bad, err)
			}
		}

		window, err := w.Extend(t.Context(), olga, window.ID, act("a bit longer"), seed.Add(4*time.Hour))
		if err != nil || !window.EndsAt.Equal(seed.Add(4*time.Hour)) || !window.PlannedEndsAt.Equal(seed.Add(3*time.Hour)) {
			t.Fatalf("got %+v, %v; want an end at %s, planned at %s", window, err, seed.Add(4*time.Hour), seed.Add(3*time.Hour))
		}

		leases, err := w.Leases(t.Context(), window.ID)
		if err != nil || len(leases) != 3 || !leases[0].EndsAt.Equal(window.EndsAt) || leases[0].Kind != lease.ByHolder {
			t.Errorf("got %+v, %v; want three leases, the first until %s and of kind %v", leases, err, window.EndsAt, lease.ByHolder)
		}

		w.at(t, 3*time.Hour+time.Minute)

		if got := w.get(t, window.ID); got.Phase != maintenance.Active {
			t.Fatalf("got %+v, want active", got)
		}

		// Also when it is overrun.
		w.line.feel(ops.Degraded)
		w.at(t, 4*time.Hour)

		window, err = w.Extend(t.Context(), olga, window.ID, act("it will take a while"), seed.Add(6*time.Hour))
		if err != nil || window.Phase != maintenance.Active || window.Note != "" {
			t.Fatalf("got %+v, %v; want active without a note", window, err)
		}

		w.line.feel(ops.Healthy)
		w.at(t, 6*time.Hour)

		if got := w.get(t, window.ID); got.Phase != maintenance.Completed || len(got.Report.Phases) != 6 {
			t.Errorf("got %s with %+v, want completed after six phases", got.Phase, got.Report)
		}

		if got := w.kinds(t); got != "announced started extended overrun extended ended " {
			t.Errorf("subscribers heard %q, want %q", got, "announced started extended overrun extended ended ")
		}
	})
}

func TestAWindowIsCancelledUntilItStarts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())

		window, err := w.Cancel(t.Context(), w.line, olga, window.ID, act("there is nothing to patch"), maintenance.This)
		if err != nil || window.Phase != maintenance.Cancelled || window.EndedAt == nil {
			t.Fatalf("got %+v, %v; want cancelled, with the time it ended", window, err)
		}

		w.at(t, 2*time.Hour)

		if w.platform(t).maintenance.Enabled {
			t.Error("a cancelled window started")
		}

		draft := patching()
		draft.StartsAt = time.Time{}
		draft.EndsAt = seed.Add(3 * time.Hour)
		running := w.announce(t, draft)

		_, err = w.Cancel(t.Context(), w.line, olga, running.ID, act("no, stop that"), maintenance.This)
		refused(t, err, ops.CodeConflict)
	})
}

func TestWhatACancelledWindowHadSetIsPutBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())
		w.breaksAfterOneWrite()
		w.at(t, time.Hour)

		if !w.platform(t).maintenance.Enabled {
			t.Fatal("nothing is set")
		}

		w.line.fail(nil, nil)

		got, err := w.Cancel(t.Context(), w.line, olga, window.ID, act("it cannot start"), maintenance.This)
		if err != nil || got.Phase != maintenance.Cancelled || w.platform(t).maintenance.Enabled || got.Report == nil || !got.Report.Restored {
			t.Errorf("got %+v, %v; want cancelled, with maintenance mode off and all restored", got, err)
		}

		if !same(before, w.platform(t)) {
			t.Errorf("got %+v, want %+v", w.platform(t), before)
		}
	})
}

func TestWhatAWindowHoldsEndsWithIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.at(t, time.Hour)
		w.line.feel(ops.Unhealthy)
		w.clock.Advance(10 * time.Minute)

		if _, err := w.End(t.Context(), w.line, olga, window.ID, act("it went quickly")); err != nil {
			t.Fatal(err)
		}

		leases, err := w.Leases(t.Context(), window.ID)
		if err != nil || len(leases) != 3 {
			t.Fatalf("got %+v, %v; want three leases", leases, err)
		}

		for _, lease := range leases {
			if !lease.EndsAt.Equal(w.clock.Now()) {
				t.Errorf("%s is said to end at %s, want %s", lease.Section, lease.EndsAt, w.clock.Now())
			}
		}
	})
}

func refused(t *testing.T, err error, code ops.Code) {
	t.Helper()

	if e := ops.AsError(err); e == nil || e.Code != code {
		t.Errorf("got %v, not %s", err, code)
	}
}
