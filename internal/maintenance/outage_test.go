package maintenance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAControlPlaneThatIsDownAtABoundaryIsTriedUntilItAnswers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())

		outage := func(from time.Duration, phase maintenance.Phase) {
			w.line.fail(always(down()), nil)

			for second := range 60 {
				w.at(t, from+time.Duration(second)*time.Second)
			}

			late := w.get(t, window.ID)
			if late.Phase != phase || !late.Overdue || !strings.Contains(late.Note, "connection refused") {
				t.Errorf("got %+v, want %s and overdue, with %q in the note", late, phase, "connection refused")
			}

			if overdue, err := w.Troubled(t.Context()); err != nil || len(overdue) != 1 || overdue[0].ID != window.ID {
				t.Errorf("got %+v, %v; want window %d alone", overdue, err, window.ID)
			}

			w.line.fail(nil, nil)

			for second := range 11 { // no try is farther away than ten seconds
				w.at(t, from+time.Minute+time.Duration(second)*time.Second)
			}
		}

		outage(time.Hour, maintenance.Announced)

		if got := w.get(t, window.ID); got.Phase != maintenance.Active || got.Overdue || got.Note != "" {
			t.Fatalf("got %+v, want active, not overdue and without a note", got)
		}

		outage(3*time.Hour, maintenance.Overrun)

		if got := w.get(t, window.ID); got.Phase != maintenance.Completed || got.Overdue || !got.Report.Restored || !same(before, w.platform(t)) {
			t.Errorf("got %+v, want completed, not overdue, restored and the settings as before", got)
		}

		w.verifyAudit(t)
	})
}

func TestAnOutageIsNoNoiseInTheAuditLog(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	w.announce(t, patching())

	w.at(t, time.Hour-time.Second)
	w.line.fail(always(down()), nil)

	n := func() int {
		n, err := w.log.Count(t.Context(), audit.Filter{})
		if err != nil {
			t.Fatal(err)
		}

		return n
	}
	before := n()

	for second := range 600 {
		w.at(t, time.Hour+time.Duration(second)*time.Second)
	}

	if after := n(); after != before {
		t.Errorf("%d entries for one outage, want none", after-before)
	}
}

func TestAWindowIsNotStartedBeforeItsChangesAreKnownToBeApplied(t *testing.T) {
	t.Parallel()

	for name, fault := range map[string]func(l *line){
		"carried out":     func(l *line) { l.fail(nil, always(lost())) },
		"not carried out": func(l *line) { l.fail(writes(lost()), nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				window := w.announce(t, patching())
				w.at(t, time.Hour-time.Second)
				w.look(t) // what was there is known

				w.clock.Advance(time.Second)
				fault(w.line)
				w.tick(t)

				if got := w.get(t, window.ID); got.Phase != maintenance.Announced || got.StartedAt != nil {
					t.Fatalf("got %+v, want announced and not started", got)
				}

				w.line.fail(nil, nil)

				for second := range 30 {
					w.at(t, time.Hour+time.Duration(second)*time.Second)
				}

				if got := w.get(t, window.ID); got.Phase != maintenance.Active || !w.platform(t).maintenance.Enabled {
					t.Errorf("got %+v, want active and maintenance mode on", got)
				}
			})
		})
	}
}

func TestALateWindowIsStartedOrMissed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		late := w.announce(t, patching())

		// The console is off from here on, and comes back in the middle of the window.
		w.at(t, 2*time.Hour)

		if got := w.get(t, late.ID); got.Phase != maintenance.Active || !got.StartedAt.Equal(seed.Add(2*time.Hour)) {
			t.Errorf("got %+v, want active since %s", got, seed.Add(2*time.Hour))
		}

		w.at(t, 3*time.Hour)

		if got := w.get(t, late.ID).Report; !got.Planned.StartsAt.Equal(seed.Add(time.Hour)) || !got.Actual.StartsAt.Equal(seed.Add(2*time.Hour)) {
			t.Errorf("got %+v, want a planned start at %s and an actual one at %s", got, seed.Add(time.Hour), seed.Add(2*time.Hour))
		}

		draft := patching()
		draft.StartsAt, draft.EndsAt = seed.Add(4*time.Hour), seed.Add(5*time.Hour)
		missed := w.announce(t, draft)

		w.at(t, 6*time.Hour)

		if got := w.get(t, missed.ID); got.Phase != maintenance.Missed || !strings.Contains(got.Note, "was not running") || !same(before, w.platform(t)) {
			t.Errorf("got %+v, want missed, with %q in the note, and the settings as before", got, "was not running")
		}

		if got := w.kinds(t); got != "announced started ended announced cancelled " {
			t.Errorf("subscribers heard %q, want %q", got, "announced started ended announced cancelled ")
		}
	})
}

// breaksAfterOneWrite lets one more write pass.
func (w *world) breaksAfterOneWrite() {
	passed := false

	w.line.fail(func(write bool) error {
		switch {
		case !write:
			return nil
		case passed:
			return down()
		default:
			passed = true

			return nil
		}
	}, nil)
}

func TestAWindowThatCouldNotBeStartedWholeIsPutBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)

		// The control plane sets maintenance mode when its time comes, and then no more.
		window := w.announce(t, patching())
		w.breaksAfterOneWrite()

		for minute := range 120 {
			w.at(t, time.Hour+time.Duration(minute)*time.Minute)
		}

		got := w.get(t, window.ID)
		if got.Phase != maintenance.Announced || !got.Overdue || got.Note == "" || !w.platform(t).maintenance.Enabled {
			t.Fatalf("got %+v, want announced, overdue and with a note, and maintenance mode on", got)
		}

		why := got.Note

		w.line.fail(nil, nil)
		w.at(t, 3*time.Hour)
		w.at(t, 3*time.Hour+10*time.Second)

		got = w.get(t, window.ID)
		if got.Phase != maintenance.Missed || !strings.Contains(got.Note, why) || got.Overdue || !same(before, w.platform(t)) {
			t.Errorf("got %+v, want missed, not overdue, with %q in the note, and the settings as before", got, why)
		}
	})
}

// TestWhatIsCarriedOutAfterItWasGivenUpIsPutBack: the request that turns maintenance
// mode on is lost on its way, the window is cancelled, and then it arrives.
func TestWhatIsCarriedOutAfterItWasGivenUpIsPutBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())
		w.look(t)

		w.line.fail(writes(lost()), nil)
		w.at(t, time.Hour)
		w.line.fail(nil, nil)

		if _, err := w.Cancel(t.Context(), w.line, olga, window.ID, act("it does not work"), maintenance.This); err != nil {
			t.Fatal(err)
		}

		for second := range 60 {
			w.at(t, time.Hour+time.Duration(second)*time.Second)
		}

		if got := w.get(t, window.ID); got.Phase != maintenance.Cancelled || got.Overdue || got.Report != nil || !same(before, w.platform(t)) {
			t.Fatalf("got %+v, want cancelled, not overdue and without a report, and the settings as before", got)
		}

		_, err := w.plain.SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Enabled: true, Message: window.Message})
		if err != nil {
			t.Fatal(err)
		}

		w.look(t)

		for second := range 20 {
			w.at(t, time.Hour+2*time.Minute+time.Duration(second)*time.Second)
		}

		if got := w.get(t, window.ID); got.Phase != maintenance.Cancelled || got.Report == nil || !got.Report.Restored || !same(before, w.platform(t)) {
			t.Errorf("got %+v, want cancelled, with a report of all restored, and the settings as before", got)
		}
	})
}
