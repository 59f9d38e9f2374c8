package maintenance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

func TestOverlapsAreRefusedByName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		first := w.announce(t, patching())

		for _, times := range [][2]time.Duration{
			{time.Hour, 3 * time.Hour},
			{30 * time.Minute, time.Hour + time.Second},
			{3*time.Hour - time.Second, 4 * time.Hour},
			{2 * time.Hour, 2*time.Hour + time.Minute},
			{30 * time.Minute, 5 * time.Hour},
		} {
			draft := patching()
			draft.StartsAt, draft.EndsAt = seed.Add(times[0]), seed.Add(times[1])

			_, err := w.Announce(t.Context(), w.line, dave, draft)
			refused(t, err, ops.CodeConflict)

			if e := ops.AsError(err); e.Details["window"] != first.ID {
				t.Errorf("%v: got %v, want window %d in the details", times, err, first.ID)
			}

			_, err = w.Preview(t.Context(), draft)
			refused(t, err, ops.CodeConflict)
		}

		// Side by side they are no overlap; but neither can be moved into the other.
		draft := patching()
		draft.StartsAt, draft.EndsAt = seed.Add(3*time.Hour), seed.Add(4*time.Hour)
		second := w.announce(t, draft)

		_, err := w.Extend(t.Context(), dave, first.ID, act("it takes longer"), seed.Add(3*time.Hour+time.Minute))
		refused(t, err, ops.CodeConflict)

		startsAt := seed.Add(2 * time.Hour)
		_, err = w.Update(t.Context(), w.line, dave, second.ID, maintenance.Edit{
			Revision: second.Revision, StartsAt: &startsAt, Reason: "earlier, please",
		})
		refused(t, err, ops.CodeConflict)

		_, err = w.Start(t.Context(), w.line, dave, second.ID, act("earlier, please"))
		refused(t, err, ops.CodeConflict)

		if got := w.get(t, second.ID); got.Revision != second.Revision || !got.StartsAt.Equal(second.StartsAt) {
			t.Errorf("got %+v, want revision %d and a start at %s", got, second.Revision, second.StartsAt)
		}
	})
}

func TestAWindowOnALeasedFieldIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		lease := w.borrow(t, 9, "90m")

		_, err := w.Announce(t.Context(), w.line, dave, patching())
		refused(t, err, ops.CodeConflict)

		if e := ops.AsError(err); e.Details["lease"] != lease.ID || e.Details["field"] != "per_analyst" {
			t.Errorf("got %v, want lease %v and field per_analyst in the details", err, lease.ID)
		}

		draft := patching()
		draft.StartsAt = seed.Add(2 * time.Hour) // the lease has ended by then
		w.announce(t, draft)

		draft = patching()
		draft.EndsAt = seed.Add(2 * time.Hour)
		draft.Settings = maintenance.Settings{ops.SectionConcurrency: {"cluster_total": int64(40)}} // another field
		w.announce(t, draft)
	})
}

// TestAWindowIsNotExtendedOverATemporaryScheduledChange of what it sets, as none is announced over one; of one for good the form
// warns, as it is held then.
func TestAWindowIsNotExtendedOverATemporaryScheduledChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching()) // until 3 h from now
		brief := w.later(t, ops.Values{"per_analyst": int64(9)}, 4*time.Hour, "1h")
		w.later(t, ops.Values{"cluster_total": int64(40)}, 4*time.Hour, "1h") // another field
		lasting := w.later(t, ops.Values{"per_analyst": int64(8)}, 6*time.Hour, "")

		effects, err := w.Beyond(t.Context(), window)
		if err != nil || len(effects) != 2 || effects[0].URL != "/"+scheduled.Object(brief.ID) || !strings.Contains(effects[0].Text, "once the scheduled change is moved") ||
			effects[1].URL != "/"+scheduled.Object(lasting.ID) || !strings.Contains(effects[1].Text, "is held") {
			t.Errorf("got %+v, %v, want a warning of each", effects, err)
		}

		w.at(t, time.Hour)

		_, err = w.Extend(t.Context(), dave, window.ID, act("it takes longer"), seed.Add(4*time.Hour+time.Minute))
		refused(t, err, ops.CodeConflict)

		if e := ops.AsError(err); e.Details["scheduled"] != brief.ID || e.Details["field"] != "per_analyst" {
			t.Errorf("got %v, want scheduled change %d and field per_analyst in the details", err, brief.ID)
		}

		if got := w.get(t, window.ID); !got.EndsAt.Equal(window.EndsAt) {
			t.Errorf("it ends at %s, want %s", got.EndsAt, window.EndsAt)
		}

		// Until it begins there is room, and once it is cancelled nothing is in the way: what is for good can be held.
		for _, until := range []time.Duration{4 * time.Hour, 7 * time.Hour} {
			if window, err = w.Extend(t.Context(), dave, window.ID, act("it takes longer"), seed.Add(until)); err != nil {
				t.Fatalf("extended to %s: %v", until, err)
			}

			if until == 4*time.Hour {
				if _, err := w.changes.CancelScheduled(t.Context(), dave, changes.ScheduleAct{ID: brief.ID, Reason: "not tonight"}); err != nil {
					t.Fatal(err)
				}
			}
		}

		if effects, err := w.Beyond(t.Context(), window); err != nil || len(effects) != 0 {
			t.Errorf("got %+v, %v, want nothing ahead of it", effects, err)
		}
	})
}

// later schedules a change of the limits, for that long; "" is for good.
func (w *world) later(t *testing.T, values ops.Values, in time.Duration, duration string) scheduled.Change {
	t.Helper()

	current, err := w.changes.Current(t.Context(), w.line, ops.SectionConcurrency)
	if err != nil {
		t.Fatal(err)
	}

	at := seed.Add(in)

	term, errs := changes.ParseTermFrom(at, duration, "", "")
	if len(errs) > 0 {
		t.Fatal(errs)
	}

	s, err := w.changes.Schedule(t.Context(), w.line, olga, changes.Request{
		Section: ops.SectionConcurrency, Revision: current.Revision, Values: values, Reason: "a load test tonight",
		Source: changes.SourceConsole, Confirm: "test", At: at, Term: term,
	})
	if err != nil {
		t.Fatal(err)
	}

	return s
}

func TestAWindowOnALeasedFieldIsNotStartedEarly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		lease := w.borrow(t, 9, "30m")

		_, err := w.Start(t.Context(), w.line, olga, window.ID, act("it cannot wait"))
		refused(t, err, ops.CodeConflict)

		if e := ops.AsError(err); e.Details["lease"] != lease.ID || w.platform(t).maintenance.Enabled {
			t.Errorf("got %v, want lease %v in the details and maintenance mode off", err, lease.ID)
		}

		if n, err := w.log.Count(t.Context(), audit.Filter{Action: audit.WindowStart, Outcome: audit.Refused}); err != nil || n != 1 {
			t.Errorf("%d refusals were logged, %v; want one", n, err)
		}
	})
}

func TestUsersAreNotKeptOutWhileAWindowWaitsForAField(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		window := w.announce(t, patching())
		w.borrow(t, 9, "90m") // beyond the start
		w.at(t, time.Hour)

		if got := w.get(t, window.ID); got.Phase != maintenance.Announced || !strings.Contains(got.Note, "temporary change") {
			t.Errorf("got %+v, want announced, with %q in the note", got, "temporary change")
		}

		if w.platform(t).maintenance.Enabled {
			t.Error("maintenance mode is on before the rest can be set")
		}
	})
}

func TestOfManyOverlappingWindowsOneIsAnnounced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		answers := make(chan error)

		for range 20 {
			go func() {
				_, err := w.Announce(t.Context(), w.line, dave, patching())
				answers <- err
			}()
		}

		announced := 0

		for range 20 {
			if err := <-answers; err == nil {
				announced++
			} else if ops.AsError(err).Code != ops.CodeConflict {
				t.Error(err)
			}
		}

		if announced != 1 {
			t.Errorf("%d were announced, want one", announced)
		}
	})
}
