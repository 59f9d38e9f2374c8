package changes_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
)

// TestATimeToConfirmCountsFromWhenAScheduledChangeIsMade, so that one that is late is not over before it began.
func TestATimeToConfirmCountsFromWhenAScheduledChangeIsMade(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		r := w.laterRequest(t, 9, time.Hour, "")
		term, errs := changes.ParseTermFrom(r.At, "", "", "5m")
		r.Term = term

		s, err := w.Schedule(t.Context(), w.service, dave, r)
		if err != nil || len(errs) > 0 {
			t.Fatal(err, errs)
		}

		w.clock.Advance(time.Hour + 7*time.Minute)

		if err := w.applyDue(t); err != nil {
			t.Fatal(err)
		}

		s = w.scheduledChange(t, s.ID)
		if s.State != scheduled.Applied {
			t.Fatalf("got %+v, want it made seven minutes late", s)
		}

		change, err := w.Get(t.Context(), *s.Change)
		if err != nil || change.Lease == nil || change.Lease.Kind != lease.Confirm || !change.Lease.EndsAt.Equal(w.clock.Now().Add(5*time.Minute)) {
			t.Errorf("got %+v, %v, want five minutes to confirm it", change.Lease, err)
		}
	})
}

// TestAScheduledChangeWaitsForWhatIsDueToEnd: the end of a temporary change may take two tries, and neither holds the other.
func TestAScheduledChangeWaitsForWhatIsDueToEnd(t *testing.T) {
	t.Parallel()

	for _, duration := range []string{"", "1h"} {
		t.Run(duration, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				t.Helper()

				l := w.borrow(t, "1h")

				s, err := w.Schedule(t.Context(), w.service, dave, w.laterRequest(t, 7, time.Hour, duration))
				if err != nil {
					t.Fatal(err)
				}

				w.clock.Advance(time.Hour)

				if err := w.applyDue(t); err == nil {
					t.Error("no error while the temporary change is due to end")
				}

				if got := w.scheduledChange(t, s.ID); got.State != scheduled.Overdue || !strings.Contains(got.Note, "is being ended") {
					t.Fatalf("got %+v, want it to wait for the end", got)
				}

				if err := endDue(t.Context(), w, w.service); err != nil {
					t.Fatal(err)
				}

				w.clock.Advance(10 * time.Second)

				if err := w.applyDue(t); err != nil || w.perAnalyst(t) != 7 || w.scheduledChange(t, s.ID).State != scheduled.Applied {
					t.Errorf("got %+v, %v, want it made", w.scheduledChange(t, s.ID), err)
				}

				if ended, err := w.Lease(t.Context(), l.ID); err != nil || ended.State != lease.Ended {
					t.Errorf("got %+v, %v, want it ended", ended, err)
				}
			})
		})
	}
}

// TestAReviewTellsOfTheScheduledChangesThatItHolds, also that of a change which is made now.
func TestAReviewTellsOfTheScheduledChangesThatItHolds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		w.schedule(t, "")

		says := func(r changes.Request) bool {
			t.Helper()

			plan, err := w.Preview(t.Context(), w.service, r)
			if err != nil {
				t.Fatal(err)
			}

			for _, e := range plan.Effects {
				if e.Kind == changes.EffectWarning && e.URL == "/scheduled/1" && strings.Contains(e.Text, "that one is held") {
					return true
				}
			}

			return false
		}

		now := request(w.current(t).Revision, 7)
		brief := now
		brief.Term, _ = w.ParseTerm("30m", "", "")

		if before, after := w.laterRequest(t, 7, 30*time.Minute, ""), w.laterRequest(t, 7, 2*time.Hour, ""); !says(now) || says(brief) ||
			!says(before) || says(after) {
			t.Error("want it said of what is made before and still stands then, and of nothing else")
		}
	})
}

// TestAMovedScheduledChangeIsOfItsAuthor, who has to be an operator, and the audit log says on top of what it is.
func TestAMovedScheduledChangeIsOfItsAuthor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		s := w.schedule(t, "")

		move := func() error {
			t.Helper()

			revision, err := w.ScheduledRevision(t.Context(), w.scheduledChange(t, s.ID))
			if err != nil {
				t.Fatal(err)
			}

			_, err = w.MoveScheduled(t.Context(), w.service, audit.Actor{Username: "erin"}, changes.ScheduleAct{
				ID: s.ID, Reason: "it is too early", Revision: revision, At: w.clock.Now().Add(2 * time.Hour),
			})

			return err
		}

		if err := move(); err != nil {
			t.Fatal(err)
		}

		entries, err := w.log.List(t.Context(), audit.Filter{})
		if err != nil || !strings.Contains(string(entries.Items[0].Before), `"per_analyst":5`) ||
			!strings.Contains(string(entries.Items[0].After), `"per_analyst":9`) {
			t.Errorf("got %+v, %v, want the values in the audit log", entries.Items[0], err)
		}

		w.StillOps = func(context.Context, string) (bool, error) { return false, nil }

		if err := move(); ops.AsError(err).Code != ops.CodeConflict || !strings.Contains(err.Error(), "schedule your own") {
			t.Errorf("got %v, want it refused", err)
		}
	})
}
