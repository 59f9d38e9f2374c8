package maintenance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// TestUsersHaveThePlatformBackThoughSomethingIsHeld: they are told so once, and not again when an
// operator has decided.
func TestUsersHaveThePlatformBackThoughSomethingIsHeld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.changedMeanwhile(t)
		if window.BackAt == nil || !window.BackAt.Equal(seed.Add(3*time.Hour)) || window.EndedAt != nil {
			t.Errorf("got %+v, want users to have it back at its end, and it not ended", window)
		}

		if got, want := w.kinds(t), "announced started ended "; got != want {
			t.Errorf("subscribers heard %q, want %q", got, want)
		}

		w.at(t, 4*time.Hour)

		got, err := w.Settle(t.Context(), w.line, olga, window.ID, act("we talked about it"), true)
		if err != nil || got.Phase != maintenance.Completed || !got.BackAt.Equal(*window.BackAt) || !got.EndedAt.Equal(seed.Add(4*time.Hour)) {
			t.Errorf("got %+v, %v; want it completed now, and users to have it back since its end", got, err)
		}

		if got, want := w.kinds(t), "announced started ended "; got != want {
			t.Errorf("subscribers heard %q, want %q", got, want)
		}
	})
}

// TestUsersAreKeptOutWhileMaintenanceModeIsHeldOn: it is on by somebody else's hand now, and over
// for users as soon as it is off.
func TestUsersAreKeptOutWhileMaintenanceModeIsHeldOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.at(t, time.Hour)

		set := func(on bool, message string) {
			_, err := w.plain.SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Enabled: on, Message: message})
			if err != nil {
				t.Fatal(err)
			}
		}

		set(true, "It takes us the whole night.")
		w.at(t, 3*time.Hour)

		if got := w.get(t, window.ID); got.Phase != maintenance.Held || got.BackAt != nil || w.kinds(t) != "announced started " {
			t.Fatalf("got %+v and %q, want it held, and users told nothing", got, w.kinds(t))
		}

		set(false, "Come back tomorrow.")
		w.at(t, 4*time.Hour)

		if got := w.get(t, window.ID); got.Phase != maintenance.Held || got.BackAt == nil || w.kinds(t) != "announced started ended " {
			t.Errorf("got %+v and %q, want it held, and users told that it is over", got, w.kinds(t))
		}

		w.at(t, 5*time.Hour)

		if got, want := w.kinds(t), "announced started ended "; got != want {
			t.Errorf("subscribers heard %q, want %q", got, want)
		}
	})
}

// TestAHeldLeaseBlocksNoWindowForEver: whoever announces one is led to the decision.
func TestAHeldLeaseBlocksNoWindowForEver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		lease := w.borrow(t, 9, "30m")
		w.byHand(t, 8)
		w.clock.Advance(time.Hour)

		if err := w.changes.EndDue(t.Context(), w.line, ops.SectionConcurrency); err != nil {
			t.Fatal(err)
		}

		draft := patching()
		draft.StartsAt, draft.EndsAt = seed.Add(48*time.Hour), seed.Add(50*time.Hour)

		_, err := w.Announce(t.Context(), w.line, dave, draft)
		refused(t, err, ops.CodeConflict)

		e := ops.AsError(err)
		if !strings.Contains(e.Message, "needs a decision") || strings.Contains(e.Message, "for later") {
			t.Errorf("got %q, want it to say that the lease needs a decision, and not to wait", e.Message)
		}

		if e.Details["lease"] != lease.ID || e.Details["url"] != "/leases/1" || e.Details["state"] != "held" {
			t.Errorf("the details are %v, want the lease, its address and that it is held", e.Details)
		}

		if _, err := w.changes.Confirm(t.Context(), olga, lease.ID, "eight is right"); err != nil {
			t.Fatal(err)
		}

		w.announce(t, draft)
	})
}

// TestAHeldWindowThatIsOverlappedIsToBeDecidedAbout, and has no end to wait for.
func TestAHeldWindowThatIsOverlappedIsToBeDecidedAbout(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	held := w.changedMeanwhile(t)
	w.clock.Advance(time.Minute)

	draft := patching()
	draft.StartsAt, draft.EndsAt = w.clock.Now(), w.clock.Now().Add(time.Hour)
	draft.Settings = nil

	_, err := w.Announce(t.Context(), w.line, dave, draft)
	refused(t, err, ops.CodeConflict)

	if e := ops.AsError(err); e.Details["window"] != held.ID || e.Details["url"] != "/maintenance/windows/1" || !strings.Contains(e.Message, "needs a decision") {
		t.Errorf("got %v with %v, want it to lead to the window that needs a decision", err, e.Details)
	}
}

// TestWhatPeopleDidAboutAWindowIsTold: who, when and why, without what the console did by itself.
func TestWhatPeopleDidAboutAWindowIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.at(t, time.Hour)

		if _, err := w.Extend(t.Context(), olga, window.ID, act("the disks are slow"), seed.Add(5*time.Hour)); err != nil {
			t.Fatal(err)
		}

		w.at(t, 2*time.Hour)

		if got, err := w.End(t.Context(), w.line, dave, window.ID, act("the disks are done")); err != nil || got.Phase != maintenance.Completed {
			t.Fatalf("got %+v, %v; want it completed", got, err)
		}

		acts, err := w.Acts(t.Context(), window.ID)
		if err != nil || len(acts) != 3 {
			t.Fatalf("got %+v, %v; want three acts", acts, err)
		}

		for i, want := range []audit.Act{
			{Action: audit.WindowAnnounce, Actor: "dave", Reason: "patches of the month", At: seed},
			{Action: audit.WindowExtend, Actor: "olga", Reason: "the disks are slow", At: seed.Add(time.Hour)},
			{Action: audit.WindowEnd, Actor: "dave", Reason: "the disks are done", At: seed.Add(2 * time.Hour)},
		} {
			if got := acts[i]; got.Action != want.Action || got.Actor != want.Actor || got.Reason != want.Reason || !got.At.Equal(want.At) {
				t.Errorf("act %d is %+v, want %+v", i, got, want)
			}
		}
	})
}

// byHand sets the limit by hand, for good.
func (w *world) byHand(t *testing.T, perAnalyst int64) {
	t.Helper()

	current, err := w.changes.Current(t.Context(), w.line, ops.SectionConcurrency)
	if err != nil {
		t.Fatal(err)
	}

	_, err = w.changes.Apply(t.Context(), w.line, olga, changes.Request{
		Section: ops.SectionConcurrency, Revision: current.Revision, Values: ops.Values{"per_analyst": perAnalyst},
		Reason: "eight from now on", Source: changes.SourceConsole,
	})
	if err != nil {
		t.Fatal(err)
	}
}
