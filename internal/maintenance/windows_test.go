package maintenance_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAWindowStartsAndEndsByItselfAndPutsEverythingBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		_, err := w.plain.SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Message: "what was there before"})
		if err != nil {
			t.Fatal(err)
		}

		before := w.platform(t)

		window := w.announce(t, patching())
		if window.Phase != maintenance.Announced || window.Revision != 1 || window.Sequence != 0 || window.AnnouncedBy != "dave" {
			t.Fatalf("got %+v", window)
		}

		w.at(t, time.Hour-time.Second)

		if got := w.get(t, window.ID); got.Phase != maintenance.Announced || !same(w.platform(t), before) {
			t.Fatalf("it started before its time: %+v", got)
		}

		w.at(t, time.Hour)

		window = w.get(t, window.ID)
		during := w.platform(t)

		if window.Phase != maintenance.Active || window.StartedAt == nil || !window.StartedAt.Equal(seed.Add(time.Hour)) ||
			!during.maintenance.Enabled || during.maintenance.Message != window.Message || during.concurrency.PerAnalyst != 3 ||
			*during.lifecycle.Instance.DefaultTTL != "PT12H" {
			t.Fatalf("got %+v on %+v", window, during)
		}

		change, err := w.changes.History(t.Context(), changes.Filter{Source: changes.SourceSchedule})
		if err != nil || len(change.Items) != 3 || change.Items[0].Actor != "schedule (for dave)" {
			t.Errorf("got %+v, %v", change, err)
		}

		w.at(t, 3*time.Hour)

		window = w.get(t, window.ID)
		if window.Phase != maintenance.Completed || window.EndedAt == nil || !same(w.platform(t), before) {
			t.Fatalf("got %+v", window)
		}

		report := window.Report
		if report == nil || !report.Restored || len(report.Sections) != 3 || report.Health != ops.Healthy || len(report.Phases) != 3 ||
			report.Phases[1].Phase != maintenance.Active || report.Phases[1].Seconds != 7200 {
			t.Errorf("got %+v", report)
		}

		if got := w.kinds(t); got != "announced started ended " || len(w.heard.list) != 3 || w.heard.list[2].Window.Sequence != 2 {
			t.Errorf("subscribers heard %s", got)
		}

		w.verifyAudit(t)
	})
}

func TestApplyingTwiceOrWithAnOldRevisionDoesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.clock.pass(time.Hour)

		for _, revision := range []int64{0, window.Revision - 1, window.Revision + 1} {
			if err := w.ApplyBoundary(t.Context(), w.line, window.ID, revision); err != nil || w.get(t, window.ID).StartedAt != nil {
				t.Fatalf("revision %d started it: %v", revision, err)
			}
		}

		for range 3 {
			if err := w.ApplyBoundary(t.Context(), w.line, window.ID, window.Revision); err != nil {
				t.Fatal(err)
			}
		}

		if n, err := w.changes.Count(t.Context(), changes.Filter{Source: changes.SourceSchedule}); err != nil || n != 3 {
			t.Errorf("%d changes were made, %v", n, err)
		}

		if got := w.get(t, window.ID); got.Phase != maintenance.Active || got.Revision != window.Revision+1 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestManyConsolesApplyABoundaryOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		before := w.platform(t)
		window := w.announce(t, patching())

		others := make([]*world, 6)
		for i := range others {
			other := *w
			other.begin()
			others[i] = &other
		}

		together := func() {
			var group sync.WaitGroup
			for _, other := range others {
				group.Go(func() { _ = other.Tick(t.Context(), other.line) }) // who loses may be refused
			}

			group.Wait()
			w.clock.pass(10 * time.Second) // what was refused is tried again
			w.tick(t)
		}

		w.clock.pass(time.Hour)
		together()

		if n, err := w.changes.Count(t.Context(), changes.Filter{Source: changes.SourceSchedule, Outcome: changes.Applied}); err != nil || n != 3 {
			t.Errorf("%d changes were made, %v", n, err)
		}

		w.clock.pass(2 * time.Hour)
		together()

		if got := w.get(t, window.ID); got.Phase != maintenance.Completed || !same(w.platform(t), before) {
			t.Errorf("got %+v", got)
		}

		if got := w.kinds(t); got != "announced started ended " {
			t.Errorf("subscribers heard %s", got)
		}

		w.verifyAudit(t)
	})
}

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
				t.Errorf("got %+v", late)
			}

			if overdue, err := w.Overdue(t.Context()); err != nil || len(overdue) != 1 || overdue[0].ID != window.ID {
				t.Errorf("got %+v, %v", overdue, err)
			}

			w.line.fail(nil, nil)

			for second := range 11 { // no try is farther away than ten seconds
				w.at(t, from+time.Minute+time.Duration(second)*time.Second)
			}
		}

		outage(time.Hour, maintenance.Announced)

		if got := w.get(t, window.ID); got.Phase != maintenance.Active || got.Overdue || got.Note != "" {
			t.Fatalf("got %+v", got)
		}

		outage(3*time.Hour, maintenance.Overrun)

		if got := w.get(t, window.ID); got.Phase != maintenance.Completed || got.Overdue || !got.Report.Restored || !same(before, w.platform(t)) {
			t.Errorf("got %+v", got)
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
		t.Errorf("%d entries for one outage", after-before)
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

				w.clock.pass(time.Second)
				fault(w.line)
				w.tick(t)

				if got := w.get(t, window.ID); got.Phase != maintenance.Announced || got.StartedAt != nil {
					t.Fatalf("got %+v", got)
				}

				w.line.fail(nil, nil)

				for second := range 30 {
					w.at(t, time.Hour+time.Duration(second)*time.Second)
				}

				if got := w.get(t, window.ID); got.Phase != maintenance.Active || !w.platform(t).maintenance.Enabled {
					t.Errorf("got %+v", got)
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
			t.Errorf("got %+v", got)
		}

		w.at(t, 3*time.Hour)

		if got := w.get(t, late.ID).Report; !got.Planned.StartsAt.Equal(seed.Add(time.Hour)) || !got.Actual.StartsAt.Equal(seed.Add(2*time.Hour)) {
			t.Errorf("got %+v", got)
		}

		draft := patching()
		draft.StartsAt, draft.EndsAt = seed.Add(4*time.Hour), seed.Add(5*time.Hour)
		missed := w.announce(t, draft)

		w.at(t, 6*time.Hour)

		if got := w.get(t, missed.ID); got.Phase != maintenance.Missed || !strings.Contains(got.Note, "did not run") || !same(before, w.platform(t)) {
			t.Errorf("got %+v", got)
		}

		if got := w.kinds(t); got != "announced started ended announced cancelled " {
			t.Errorf("subscribers heard %s", got)
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
			t.Fatalf("got %+v", got)
		}

		why := got.Note

		w.line.fail(nil, nil)
		w.at(t, 3*time.Hour)
		w.at(t, 3*time.Hour+10*time.Second)

		got = w.get(t, window.ID)
		if got.Phase != maintenance.Missed || !strings.Contains(got.Note, why) || got.Overdue || !same(before, w.platform(t)) {
			t.Errorf("got %+v", got)
		}
	})
}

func TestAWindowWhoseAuthorIsGoneIsHeld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.people.set("dave", true)
		w.at(t, time.Hour)

		held := w.get(t, window.ID)
		if held.Phase != maintenance.Held || !strings.Contains(held.Note, "dave") || w.platform(t).maintenance.Enabled {
			t.Fatalf("got %+v", held)
		}

		if _, err := w.TakeOver(t.Context(), w.line, olga, window.ID, maintenance.Act{Reason: "short"}); len(ops.FieldErrors(err)) != 1 {
			t.Errorf("taken over without a reason: %v", err)
		}

		got, err := w.TakeOver(t.Context(), w.line, olga, window.ID, act("dave has left, I do it"))
		if err != nil || got.Phase != maintenance.Active || got.ActsFor != "olga" || got.AnnouncedBy != "dave" {
			t.Fatalf("got %+v, %v", got, err)
		}

		// To put back what is temporary nobody has to be there.
		w.people.set("olga", true)
		w.at(t, 3*time.Hour)

		if got := w.get(t, window.ID); got.Phase != maintenance.Completed {
			t.Errorf("got %+v", got)
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
		t.Errorf("got %+v", got)
	}

	w.people.err = nil
	w.at(t, time.Hour+2*time.Second)

	if got := w.get(t, window.ID); got.Phase != maintenance.Active {
		t.Errorf("got %+v", got)
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
		t.Errorf("got %+v", got)
	}
}

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
			t.Fatalf("got %+v", got)
		}

		w.at(t, 3*time.Hour+10*time.Minute)

		if w.get(t, window.ID).Phase != maintenance.Overrun {
			t.Fatal("it ended on a platform that is not healthy")
		}

		w.line.feel(ops.Healthy)
		w.at(t, 3*time.Hour+11*time.Minute)

		got = w.get(t, window.ID)
		if got.Phase != maintenance.Completed || !same(before, w.platform(t)) || got.Note != "" || got.Report.Health != ops.Healthy {
			t.Errorf("got %+v", got)
		}

		if got := w.kinds(t); got != "announced started overrun ended " {
			t.Errorf("subscribers heard %s", got)
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
			t.Fatalf("got %+v, %v", got, err)
		}

		if r := got.Report; r.VerifiedBy != "olga" || r.VerifyReason != "the probe is broken, not the platform" || r.Health != ops.Unhealthy {
			t.Errorf("got %+v", r)
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
		t.Errorf("got %+v", got)
	}

	for second := range 60 {
		w.at(t, 3*time.Hour+time.Duration(second)*time.Second)
	}

	if got := w.get(t, window.ID); got.Phase != maintenance.Overrun {
		t.Errorf("got %+v", got)
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
					t.Fatalf("got %+v, %v", got, err)
				}

				if got.Report.Restored != !test.keep {
					t.Errorf("got %+v", got.Report)
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
		t.Errorf("waiting wrote %d entries, %v", m-n, err)
	}

	if _, err := w.plain.UpdateConcurrencyConfig(t.Context(), ops.ConcurrencyUpdate{PerAnalyst: 5, ClusterTotal: 50}); err != nil {
		t.Fatal(err)
	}

	w.at(t, 5*time.Hour)

	if got := w.get(t, window.ID); got.Phase != maintenance.Completed || !got.Report.Restored {
		t.Errorf("got %+v", got)
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
			t.Fatalf("got %+v", held)
		}

		n, err := w.log.Count(t.Context(), audit.Filter{})
		if err != nil {
			t.Fatal(err)
		}

		for minute := range 30 {
			w.at(t, 3*time.Hour+time.Duration(1+minute)*time.Minute)
		}

		if m, err := w.log.Count(t.Context(), audit.Filter{}); err != nil || m != n {
			t.Errorf("waiting wrote %d entries, %v", m-n, err)
		}

		w.line.fail(nil, nil)

		got, err := w.Settle(t.Context(), w.line, olga, window.ID, act("it is allowed by now"), false)
		if err != nil || got.Phase != maintenance.Completed || !got.Report.Restored || !same(before, w.platform(t)) {
			t.Errorf("got %+v, %v", got, err)
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
		t.Errorf("got %+v", got)
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
		t.Errorf("got %q", note)
	}
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
			t.Fatalf("got %+v", got)
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
			t.Errorf("got %+v", got)
		}
	})
}

// changedMeanwhile is a window past its end of which somebody changed a field by hand.
func (w *world) changedMeanwhile(t *testing.T) maintenance.Window {
	t.Helper()

	window := w.announce(t, patching())
	w.at(t, time.Hour)

	current, err := w.changes.Current(t.Context(), w.line, changes.Concurrency)
	if err != nil {
		t.Fatal(err)
	}

	_, err = w.changes.Apply(t.Context(), w.line, olga, changes.Request{
		Section: changes.Concurrency, Revision: current.Revision, Values: changes.Values{"per_analyst": int64(8)},
		Reason: "eight from now on", Source: changes.SourceConsole,
	})
	if err != nil {
		t.Fatal(err)
	}

	w.at(t, 3*time.Hour)

	window = w.get(t, window.ID)
	if window.Phase != maintenance.Held || !strings.Contains(window.Note, "olga") || w.platform(t).maintenance.Enabled {
		t.Fatalf("got %+v", window)
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

// borrow changes the limit for a time, by hand.
func (w *world) borrow(t *testing.T, perAnalyst int64, duration string) changes.Lease {
	t.Helper()

	current, err := w.changes.Current(t.Context(), w.line, changes.Concurrency)
	if err != nil {
		t.Fatal(err)
	}

	term, errs := w.changes.ParseTerm(duration, "", "")
	if len(errs) > 0 {
		t.Fatal(errs)
	}

	result, err := w.changes.Apply(t.Context(), w.line, olga, changes.Request{
		Section: changes.Concurrency, Revision: current.Revision, Values: changes.Values{"per_analyst": perAnalyst},
		Reason: "a load test tonight", Source: changes.SourceConsole, Term: term,
	})
	if err != nil {
		t.Fatal(err)
	}

	return *result.Lease
}

func act(reason string) maintenance.Act { return maintenance.Act{Reason: reason} }
