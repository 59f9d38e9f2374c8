package changes_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
)

const day = 24 * time.Hour

// scheduleUntil has 9 per analyst after that time, until a moment.
func (w *world) scheduleUntil(t *testing.T, in time.Duration, until string) scheduled.Change {
	t.Helper()

	r := w.laterRequest(t, 9, in, "")

	term, errs := changes.ParseTermFrom(r.At, "", until, "")
	if len(errs) > 0 {
		t.Fatal(errs)
	}

	r.Term = term

	s, err := w.Schedule(t.Context(), w.service, dave, r)
	if err != nil {
		t.Fatal(err)
	}

	return s
}

// TestAMovedScheduledChangeIsWithinTheLimits of one that is scheduled anew: 90 days ahead, and 90 days long.
func TestAMovedScheduledChangeIsWithinTheLimits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		now := w.clock.Now()
		s := w.scheduleUntil(t, 60*day, now.Add(120*day).Format(time.RFC3339))

		for _, test := range []struct {
			at   time.Duration
			want string
		}{
			{-time.Hour, "is in the past"},
			{91 * day, "must be at most 90 days from now"},
			{29 * day, "must be at most 90 days before it ends"},
			{31 * day, ""},
			{90 * day, ""},
		} {
			revision, err := w.ScheduledRevision(t.Context(), w.scheduledChange(t, s.ID))
			if err != nil {
				t.Fatal(err)
			}

			moved, err := w.MoveScheduled(t.Context(), w.service, dave, changes.ScheduleAct{
				ID: s.ID, Reason: "another day", Revision: revision, At: now.Add(test.at),
			})

			switch text := ops.FieldSentences(err); {
			case test.want == "" && (err != nil || !moved.At.Equal(now.Add(test.at))):
				t.Errorf("by %s: got %+v, %v, want it moved", test.at, moved, err)
			case test.want != "" && !strings.Contains(text, test.want):
				t.Errorf("by %s: got %q, %v, want %q", test.at, text, err, test.want)
			}
		}
	})
}

// TestAScheduledChangeThatIsAppliedEarlyLastsNoLongerThanAnother: its end stands by itself.
func TestAScheduledChangeThatIsAppliedEarlyLastsNoLongerThanAnother(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		s := w.scheduleUntil(t, 60*day, w.clock.Now().Add(120*day).Format(time.RFC3339))
		apply := func() error {
			revision, err := w.ScheduledRevision(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}

			_, err = w.ApplyScheduled(t.Context(), w.service, dave, changes.ScheduleAct{
				ID: s.ID, Reason: "it is needed now", Revision: revision, Source: changes.SourceConsole,
			})

			return err
		}

		if err := apply(); ops.AsError(err).Code != ops.CodeConflict || !strings.Contains(err.Error(), "lasts at most 90 days") || w.perAnalyst(t) != 5 {
			t.Errorf("got %v and %d per analyst, want it refused", err, w.perAnalyst(t))
		}

		w.clock.Advance(30 * day)

		if err := apply(); err != nil || w.perAnalyst(t) != 9 {
			t.Errorf("got %v and %d per analyst, want it made 90 days before its end", err, w.perAnalyst(t))
		}
	})
}

// TestAScheduledChangeForWhichNobodyCanBeAsked as, since nobody is signed in whose token could be borrowed, says so, is made
// once somebody is, and is held when that is too late.
func TestAScheduledChangeForWhichNobodyCanBeAsked(t *testing.T) {
	t.Parallel()

	for name, late := range map[string]time.Duration{"in time": 14 * time.Minute, "too late": 16 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				s := w.schedule(t, "")
				putOff := func() scheduled.Change {
					t.Helper()

					if err := w.PutOffDue(t.Context(), ops.SectionConcurrency, errors.New("no operator is signed in")); err != nil {
						t.Fatal(err)
					}

					return w.scheduledChange(t, s.ID)
				}

				if got := putOff(); got.State != scheduled.Scheduled || got.Note != "" {
					t.Errorf("before its time: got %+v, want nothing said", got)
				}

				w.clock.Advance(time.Hour)

				if got := putOff(); got.State != scheduled.Overdue || !strings.Contains(got.Note, "no operator is signed in") {
					t.Errorf("at its time: got %+v, want it overdue, and why", got)
				}

				w.clock.Advance(late)

				held := late > 15*time.Minute
				if got := putOff(); (got.State == scheduled.Held) != held || !strings.Contains(got.Note, "no operator is signed in") ||
					held != strings.Contains(got.Note, "within 15 minutes of its time") {
					t.Errorf("%s after it: got %+v, want it held: %t", late, got, held)
				}

				w.clock.Advance(50 * time.Second)

				if err := w.applyDue(t); err != nil || (w.scheduledChange(t, s.ID).State == scheduled.Applied) == held || (w.perAnalyst(t) == 9) == held {
					t.Errorf("once somebody is: got %+v, %v, want it made unless it is held", w.scheduledChange(t, s.ID), err)
				}
			})
		})
	}
}

// TestAScheduledChangeOverAChangeOfClocks is made and ends at the moments that were meant, whatever the clocks on the wall say.
func TestAScheduledChangeOverAChangeOfClocks(t *testing.T) {
	t.Parallel()

	const at = "2026-03-29T01:30:00+01:00" // half an hour before Berlin's clocks go from two to three

	for name, test := range map[string]struct {
		duration, until string
		lasts           time.Duration
	}{
		"for": {"2h", "", 2 * time.Hour}, "until": {"", "2026-03-29T03:30:00+02:00", time.Hour},
		"for a day": {"1d", "", day}, "until the next day": {"", "2026-03-30T01:30:00+02:00", day - time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				r := w.laterRequest(t, 9, time.Hour, "")

				moment, errs := w.ParseAt(at)
				term, termErrs := changes.ParseTermFrom(moment, test.duration, test.until, "")

				if len(errs)+len(termErrs) > 0 {
					t.Fatal(errs, termErrs)
				}

				r.At, r.Term = moment, term

				if _, err := w.Schedule(t.Context(), w.service, dave, r); err != nil {
					t.Fatal(err)
				}

				values := func(then time.Time) int {
					t.Helper()
					w.clock.Advance(then.Sub(w.clock.Now()))

					if err := errors.Join(w.applyDue(t), endDue(t.Context(), w, w.service)); err != nil {
						t.Fatal(err)
					}

					return w.perAnalyst(t)
				}

				began := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)
				for _, step := range []struct {
					at   time.Time
					want int
				}{
					{began.Add(-time.Second), 5}, {began, 9}, {began.Add(test.lasts - time.Second), 9}, {began.Add(test.lasts), 5},
				} {
					if got := values(step.at); got != step.want {
						t.Errorf("at %s: got %d per analyst, want %d", step.at, got, step.want)
					}
				}
			})
		})
	}
}
