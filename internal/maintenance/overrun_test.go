package maintenance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAWindowOverrunsOnAPlatformThatIsNotHealthy(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())
		w.at(t, time.Hour)
		w.line.feel(ops.Degraded)
		w.at(t, 3*time.Hour)

		got := w.get(t, window.ID)
		if got.Phase != maintenance.Overrun || !strings.Contains(got.Note, "kubernetes is unreachable") || !w.platform(t).maintenance.Enabled {
			t.Fatalf("got %+v, want overrun, with %q in the note and maintenance mode on", got, "kubernetes is unreachable")
		}

		w.at(t, 3*time.Hour+10*time.Minute)

		if w.get(t, window.ID).Phase != maintenance.Overrun {
			t.Fatal("it ended on a platform that is not healthy")
		}

		w.line.feel(ops.Healthy)
		w.at(t, 3*time.Hour+11*time.Minute)

		got = w.get(t, window.ID)
		if got.Phase != maintenance.Completed || !same(before, w.platform(t)) || got.Note != "" || got.Report.Health != ops.Healthy {
			t.Errorf("got %+v, want completed, healthy and without a note, and the settings as before", got)
		}

		if got := w.kinds(t); got != "announced started overrun ended " {
			t.Errorf("subscribers heard %q, want %q", got, "announced started overrun ended ")
		}
	})
}

func TestAnOperatorSaysThatAnOverrunWindowIsOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())
		w.at(t, time.Hour)

		if _, err := w.Verify(t.Context(), w.line, olga, window.ID, act("it is over, I say")); ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("verified before its end: %v", err)
		}

		w.line.feel(ops.Unhealthy)
		w.at(t, 3*time.Hour)

		got, err := w.Verify(t.Context(), w.line, olga, window.ID, act("the probe is broken, not the platform"))
		if err != nil || got.Phase != maintenance.Completed || !same(before, w.platform(t)) {
			t.Fatalf("got %+v, %v; want completed and the settings as before", got, err)
		}

		if r := got.Report; r.VerifiedBy != "olga" || r.VerifyReason != "the probe is broken, not the platform" || r.Health != ops.Unhealthy {
			t.Errorf("got %+v, want it verified by olga, with her reason, while unhealthy", r)
		}
	})
}

func TestUsersAreToldWhenHealthIsNotKnownForAWhile(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.at(t, time.Hour)
	w.line.fail(always(down()), nil)

	w.at(t, 3*time.Hour)

	if got := w.get(t, window.ID); got.Phase != maintenance.Verifying || !got.Overdue {
		t.Errorf("got %+v, want verifying and overdue", got)
	}

	for second := range 60 {
		w.at(t, 3*time.Hour+time.Duration(second)*time.Second)
	}

	if got := w.get(t, window.ID); got.Phase != maintenance.Overrun {
		t.Errorf("got %+v, want overrun", got)
	}
}

// TestAnEndWaitsForNoClock has it be set back while the health cannot be read.
func TestAnEndWaitsForNoClock(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.at(t, time.Hour)
	w.line.fail(always(down()), nil)
	w.at(t, 3*time.Hour)

	for second := range 60 {
		w.at(t, 2*time.Hour+time.Duration(second)*time.Second)
	}

	if got := w.get(t, window.ID); got.Phase != maintenance.Overrun {
		t.Errorf("got %+v, want users to be told within a minute", got)
	}
}

func TestAnOverrunWindowSaysOnceWhy(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())
	w.at(t, time.Hour)
	w.line.feel(ops.Degraded)
	w.at(t, 3*time.Hour)
	w.line.feel(ops.Unhealthy)
	w.at(t, 3*time.Hour+time.Minute)

	note := w.get(t, window.ID).Note
	if !strings.HasPrefix(note, "The platform is unhealthy") || strings.Count(note, "The platform is") != 1 {
		t.Errorf("got %q, want %q in front, and no second such sentence", note, "The platform is unhealthy")
	}
}
