package changes_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
)

// schedule has 9 per analyst an hour from now, for that long; "" is for good.
func (w *world) schedule(t *testing.T, duration string) scheduled.Change {
	t.Helper()

	s, err := w.Schedule(t.Context(), w.service, dave, w.laterRequest(t, 9, time.Hour, duration))
	if err != nil {
		t.Fatal(err)
	}

	return s
}

func (w *world) laterRequest(t *testing.T, perAnalyst int64, in time.Duration, duration string) changes.Request {
	t.Helper()

	r := request(w.current(t).Revision, perAnalyst)
	r.At = w.clock.Now().Add(in)

	term, errs := changes.ParseTermFrom(r.At, duration, "", "")
	if len(errs) > 0 {
		t.Fatal(errs)
	}

	r.Term = term

	return r
}

func (w *world) scheduledChange(t *testing.T, id int64) scheduled.Change {
	t.Helper()

	s, err := w.ScheduledChange(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}

	return s
}

func (w *world) applyDue(t *testing.T) error {
	t.Helper()

	return w.ApplyDue(t.Context(), w.service, ops.SectionConcurrency)
}

func TestAScheduledChangeIsMadeAtItsTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		s := w.schedule(t, "90m")
		if s.State != scheduled.Scheduled || len(s.Set) != 1 || !s.EndsAt.Equal(seed.Add(150*time.Minute)) || w.perAnalyst(t) != 5 {
			t.Fatalf("got %+v with %d per analyst, want it scheduled, and 5", s, w.perAnalyst(t))
		}

		if dues, err := w.Dues(t.Context()); err != nil || !dues[ops.SectionConcurrency].Equal(s.At) {
			t.Errorf("got %v, %v, want it due at %s", dues, err, s.At)
		}

		if err := w.applyDue(t); err != nil || w.perAnalyst(t) != 5 {
			t.Fatalf("it was made before its time: %v", err)
		}

		w.clock.Advance(time.Hour + 2*time.Minute)

		if err := w.applyDue(t); err != nil || w.perAnalyst(t) != 9 {
			t.Fatalf("got %v and %d per analyst, want 9", err, w.perAnalyst(t))
		}

		s = w.scheduledChange(t, s.ID)
		change, err := w.Get(t.Context(), *s.Change)

		if s.State != scheduled.Applied || err != nil || change.Source != changes.SourceSchedule || change.Actor != "schedule (for dave)" ||
			change.Scheduled == nil || change.Scheduled.By != "dave" || change.Lease == nil || !change.Lease.EndsAt.Equal(*s.EndsAt) {
			t.Errorf("got %+v, and change %+v, %v, want it made for dave, with a lease until %s", s, change, err, s.EndsAt)
		}

		if entries, err := w.log.List(t.Context(), audit.Filter{Outcome: audit.Intent}); err != nil ||
			!strings.Contains(entries.Items[0].Message, "Scheduled change 1") || !strings.Contains(entries.Items[0].Message, "2 min late") {
			t.Errorf("got %+v, %v, want the intent to say which and how late", entries.Items, err)
		}

		// Who looks for its words is told the same as who lists it.
		found, err := w.History(t.Context(), changes.Filter{Text: s.Reason})
		if err != nil || len(found.Items) != 1 || found.Items[0].Scheduled == nil || found.Items[0].Lease == nil {
			t.Errorf("got %+v, %v, want the change with what scheduled it", found.Items, err)
		}

		// Once, whoever looks.
		if err := w.applyDue(t); err != nil || w.current(t).Last.ID != *s.Change {
			t.Errorf("it was made twice: %v", err)
		}

		w.clock.Advance(2 * time.Hour)

		if err := endDue(t.Context(), w, w.service); err != nil || w.perAnalyst(t) != 5 {
			t.Errorf("it did not end: %v", err)
		}
	})
}

func TestAScheduledChangeWaitsWithAReason(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		meanwhile func(t *testing.T, w *world)
		note      string
	}{
		"changed here": {func(t *testing.T, w *world) {
			t.Helper()

			r := request(w.current(t).Revision, 0)
			r.Values = ops.Values{"cluster_total": int64(70)}
			w.apply(t, r)
			w.clock.Advance(time.Hour)
		}, "has changed since this was scheduled: Cluster total (dave, change 1)"},
		"changed outside": {func(t *testing.T, w *world) {
			t.Helper()
			w.set(t, 12)
			w.clock.Advance(time.Hour)
		}, "outside this console"},
		"asleep": {func(t *testing.T, w *world) {
			t.Helper()
			w.clock.Advance(8 * time.Hour)
		}, "Its time passed 7 h before"},
		"no operator": {func(t *testing.T, w *world) {
			t.Helper()

			w.StillOps = func(context.Context, string) (bool, error) { return false, nil }
			w.clock.Advance(time.Hour)
		}, "dave, who scheduled it, is no longer known as an operator"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				s := w.schedule(t, "")
				test.meanwhile(t, w)

				before := w.perAnalyst(t)
				if err := w.applyDue(t); err != nil {
					t.Fatal(err)
				}

				s = w.scheduledChange(t, s.ID)
				if s.State != scheduled.Held || !strings.Contains(s.Note, test.note) || !strings.Contains(s.Note, "Apply it now") ||
					w.perAnalyst(t) != before {
					t.Errorf("got %+v with %d per analyst, want it held: %s", s, w.perAnalyst(t), test.note)
				}

				// It can still be made, on top of what is there.
				revision, err := w.ScheduledRevision(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}

				act := changes.ScheduleAct{ID: s.ID, Reason: "it is right all the same", Revision: revision, Source: changes.SourceConsole}

				result, err := w.ApplyScheduled(t.Context(), w.service, dave, act)
				if err != nil || result.Change.Outcome != changes.Applied || result.Change.Actor != "dave" || w.perAnalyst(t) != 9 {
					t.Errorf("got %+v, %v with %d per analyst, want 9", result, err, w.perAnalyst(t))
				}

				if s = w.scheduledChange(t, s.ID); s.State != scheduled.Applied {
					t.Errorf("got %+v, want it applied", s)
				}
			})
		})
	}
}

func TestAScheduledChangeIsTriedUntilTheControlPlaneAnswers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		s := w.schedule(t, "")

		w.clock.Advance(time.Hour)
		w.service.fail(nil, nil, down())

		if err := w.applyDue(t); err == nil {
			t.Fatal("no error from a control plane that is down")
		}

		if got := w.scheduledChange(t, s.ID); got.State != scheduled.Overdue || !strings.Contains(got.Note, "connection refused") {
			t.Errorf("got %+v, want it overdue, with a note of connection refused", got)
		}

		w.service.fail(nil, nil, nil)
		w.clock.Advance(10 * time.Second)

		if err := w.applyDue(t); err != nil || w.perAnalyst(t) != 9 || w.scheduledChange(t, s.ID).Note != "" {
			t.Errorf("got %+v, %v, want it made within ten seconds of its answer", w.scheduledChange(t, s.ID), err)
		}
	})
}

func TestAScheduledChangeWhoseOutcomeIsUnknownIsSettled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		s := w.schedule(t, "")

		w.clock.Advance(time.Hour)
		w.service.fail(lost(), nil, nil) // The request is lost on its way.

		if err := w.applyDue(t); err != nil {
			t.Fatal(err)
		}

		if got := w.scheduledChange(t, s.ID); !got.Applying {
			t.Fatalf("got %+v, want it under way", got)
		}

		w.service.fail(nil, nil, nil)
		w.clock.Advance(time.Minute)

		if err := w.Watch(t.Context(), w.service); err != nil {
			t.Fatal(err)
		}

		if err := w.applyDue(t); err != nil || w.scheduledChange(t, s.ID).State != scheduled.Applied || w.perAnalyst(t) != 9 {
			t.Errorf("got %+v, %v, with %d per analyst, want it made, and 9", w.scheduledChange(t, s.ID), err, w.perAnalyst(t))
		}
	})
}

func TestTimesOfScheduledChangesAreChecked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		for _, bad := range []string{"tomorrow", "2026-03-01T12:00:00Z", "2026-03-01T14:00:00", "2026-07-01T00:00:00Z"} {
			if at, errs := w.ParseAt(bad); len(errs) != 1 || !at.IsZero() {
				t.Errorf("%s: got %s, %v, want it refused", bad, at, errs)
			}
		}

		if at, errs := w.ParseAt(""); len(errs) > 0 || !at.IsZero() {
			t.Errorf("got %s, %v, want now", at, errs)
		}
	})
}

// TestTwoReplicasMakeAScheduledChangeOnce has two consoles on one database look at the same moment.
func TestTwoReplicasMakeAScheduledChangeOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		s := w.schedule(t, "")
		other := changes.New(w.db, w.log, w.clock.Now, nil, changes.Policy{Environment: "test"})

		w.clock.Advance(time.Hour)

		errs := make(chan error, 2)

		for _, c := range []*changes.Changes{w.Changes, other} {
			go func() { errs <- c.ApplyDue(t.Context(), w.plain, ops.SectionConcurrency) }()
		}

		first, second := <-errs, <-errs // one may have been in the other's way

		w.clock.Advance(20 * time.Second)

		if err := w.applyDue(t); err != nil {
			t.Fatal(err, first, second)
		}

		page, err := w.History(t.Context(), changes.Filter{Source: changes.SourceSchedule})
		if err != nil || len(page.Items) != 1 || w.scheduledChange(t, s.ID).State != scheduled.Applied {
			t.Errorf("got %+v, %v, want one change\n%v\n%v", page.Items, err, first, second)
		}
	})
}
