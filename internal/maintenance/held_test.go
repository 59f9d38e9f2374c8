package maintenance_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

func TestAWindowWhoseAuthorIsGoneIsHeld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.people.set("dave", true)
		w.at(t, time.Hour)

		held := w.get(t, window.ID)
		if held.Phase != maintenance.Held || !strings.Contains(held.Note, "dave") || w.platform(t).maintenance.Enabled {
			t.Fatalf("got %+v, want held, with dave in the note and maintenance mode off", held)
		}

		if _, err := w.TakeOver(t.Context(), w.line, olga, window.ID, maintenance.Act{Reason: "short"}); len(ops.FieldErrors(err)) != 1 {
			t.Errorf("taken over without a reason: %v", err)
		}

		got, err := w.TakeOver(t.Context(), w.line, olga, window.ID, act("dave has left, I do it"))
		if err != nil || got.Phase != maintenance.Active || got.ActsFor != "olga" || got.AnnouncedBy != "dave" {
			t.Fatalf("got %+v, %v; want active for olga, announced by dave", got, err)
		}

		// To put back what is temporary nobody has to be there.
		w.people.set("olga", true)
		w.at(t, 3*time.Hour)

		if got := w.get(t, window.ID); got.Phase != maintenance.Completed {
			t.Errorf("got %+v, want completed", got)
		}
	})
}

func TestWhetherTheAuthorIsThereIsAskedAgain(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.people.err = errors.New("the sessions cannot be read")
	w.at(t, time.Hour)

	if got := w.get(t, window.ID); got.Phase != maintenance.Announced || !got.Overdue || !strings.Contains(got.Note, "Ops role") {
		t.Errorf("got %+v, want announced and overdue, with %q in the note", got, "Ops role")
	}

	w.people.err = nil
	w.at(t, time.Hour+2*time.Second)

	if got := w.get(t, window.ID); got.Phase != maintenance.Active {
		t.Errorf("got %+v, want active", got)
	}
}

func TestAHeldWindowThatNobodyTakesIsMissed(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.people.set("dave", true)
	w.at(t, time.Hour)
	w.at(t, 3*time.Hour)

	if got := w.get(t, window.ID); got.Phase != maintenance.Missed || !strings.Contains(got.Note, "held") {
		t.Errorf("got %+v, want missed, with %q in the note", got, "held")
	}
}

func TestWhatSomebodyElseChangedIsAskedAbout(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		keep bool
		want int
	}{"keep": {true, 8}, "put back": {false, 5}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				window := w.changedMeanwhile(t)

				got, err := w.Settle(t.Context(), w.line, olga, window.ID, act("we talked about it"), test.keep)
				if err != nil || got.Phase != maintenance.Completed || w.platform(t).concurrency.PerAnalyst != test.want {
					t.Fatalf("got %+v, %v with per_analyst %d, want completed with %d", got, err, w.platform(t).concurrency.PerAnalyst, test.want)
				}

				if got.Report.Restored != !test.keep {
					t.Errorf("got %+v, want restored: %t", got.Report, !test.keep)
				}

				if _, err := w.Settle(t.Context(), w.line, olga, window.ID, act("once more, please"), true); ops.AsError(err).Code != ops.CodeConflict {
					t.Errorf("settled twice: %v", err)
				}
			})
		})
	}
}

func TestAHeldEndGoesOnWhenTheValuesGoBack(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.changedMeanwhile(t)

	n, err := w.log.Count(t.Context(), audit.Filter{})
	if err != nil {
		t.Fatal(err)
	}

	for minute := range 60 {
		w.at(t, 4*time.Hour+time.Duration(minute)*time.Minute)
	}

	if m, err := w.log.Count(t.Context(), audit.Filter{}); err != nil || m != n || w.get(t, window.ID).Phase != maintenance.Held {
		t.Errorf("waiting wrote %d entries, %v, and the window is %s; want none, and held", m-n, err, w.get(t, window.ID).Phase)
	}

	if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), opstest.Limits(5, 50)); err != nil {
		t.Fatal(err)
	}

	w.at(t, 5*time.Hour)

	if got := w.get(t, window.ID); got.Phase != maintenance.Completed || !got.Report.Restored {
		t.Errorf("got %+v, want completed and restored", got)
	}
}

// refusing refuses a write for good, as a control plane does that has other rules.
func refusing() error {
	return ops.Invalid([]ops.FieldError{{Field: "body", Message: "is not allowed here", Type: "forbidden"}})
}

func TestWhatTheControlPlaneRefusesForGoodIsAskedAboutOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())
		w.at(t, time.Hour)
		w.line.fail(writes(refusing()), nil)
		w.at(t, 3*time.Hour)

		held := w.get(t, window.ID)
		if held.Phase != maintenance.Held || !strings.Contains(held.Note, "not allowed here") {
			t.Fatalf("got %+v, want held, with %q in the note", held, "not allowed here")
		}

		n, err := w.log.Count(t.Context(), audit.Filter{})
		if err != nil {
			t.Fatal(err)
		}

		for minute := range 30 {
			w.at(t, 3*time.Hour+time.Duration(1+minute)*time.Minute)
		}

		if m, err := w.log.Count(t.Context(), audit.Filter{}); err != nil || m != n {
			t.Errorf("waiting wrote %d entries, %v; want none", m-n, err)
		}

		w.line.fail(nil, nil)

		got, err := w.Settle(t.Context(), w.line, olga, window.ID, act("it is allowed by now"), false)
		if err != nil || got.Phase != maintenance.Completed || !got.Report.Restored || !same(before, w.platform(t)) {
			t.Errorf("got %+v, %v; want completed, restored and the settings as before", got, err)
		}
	})
}

func TestAStartThatTheControlPlaneRefusesForGoodHoldsTheWindow(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.line.fail(writes(refusing()), nil)
	w.at(t, time.Hour)

	if got := w.get(t, window.ID); got.Phase != maintenance.Held || got.StartedAt != nil || !strings.Contains(got.Note, "not allowed here") {
		t.Errorf("got %+v, want held and not started, with %q in the note", got, "not allowed here")
	}
}

// changedMeanwhile is a window past its end of which somebody changed a field by hand.
func (w *world) changedMeanwhile(t *testing.T) maintenance.Window {
	t.Helper()

	window := w.announce(t, patching())
	w.at(t, time.Hour)

	w.byHand(t, 8)
	w.at(t, 3*time.Hour)

	window = w.get(t, window.ID)
	if window.Phase != maintenance.Held || !strings.Contains(window.Note, "olga") || w.platform(t).maintenance.Enabled {
		t.Fatalf("got %+v, want held, with olga in the note and maintenance mode off", window)
	}

	return window
}

// look reads every section, as the poller does.
func (w *world) look(t *testing.T) {
	t.Helper()

	if err := w.changes.Watch(t.Context(), w.line); err != nil {
		t.Fatal(err)
	}
}
