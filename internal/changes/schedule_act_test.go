package changes_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAScheduledChangeKnowsWhatIsToCome(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		// A temporary change ends before, and another scheduled one comes before.
		w.borrow(t, "30m")

		first := w.laterRequest(t, 0, 40*time.Minute, "")
		first.Values, first.Reason = ops.Values{"cluster_total": int64(70)}, "a bigger cluster"

		if _, err := w.Schedule(t.Context(), w.service, dave, first); err != nil {
			t.Fatal(err)
		}

		r := w.laterRequest(t, 7, time.Hour, "")

		plan, err := w.Preview(t.Context(), w.service, r)
		if err != nil {
			t.Fatal(err)
		}

		said := ""
		for _, e := range plan.Effects {
			said += e.Text + "\n"
		}

		if !strings.Contains(said, "Temporary change 1 of dave ends before that") || !strings.Contains(said, "Scheduled change 1 of dave is before that") {
			t.Errorf("the review does not tell of both:\n%s", said)
		}

		s, err := w.Schedule(t.Context(), w.service, dave, r)
		if err != nil {
			t.Fatal(err)
		}

		for range 4 {
			w.clock.Advance(15 * time.Minute)

			if err := endDue(t.Context(), w, w.service); err != nil {
				t.Fatal(err)
			}

			if err := w.applyDue(t); err != nil {
				t.Fatal(err)
			}
		}

		if got := w.scheduledChange(t, s.ID); got.State != scheduled.Applied || w.perAnalyst(t) != 7 {
			t.Errorf("got %+v with %d per analyst, want it made", got, w.perAnalyst(t))
		}
	})
}

func TestScheduledTemporaryChangesDoNotOverlap(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		l := w.borrow(t, "90m")

		r := w.laterRequest(t, 7, time.Hour, "1h")
		if _, err := w.Schedule(t.Context(), w.service, dave, r); ops.AsError(err).Details["lease"] != l.ID {
			t.Errorf("got %v, want a conflict with the temporary change", err)
		}

		later := w.laterRequest(t, 7, 2*time.Hour, "1h")
		if _, err := w.Schedule(t.Context(), w.service, dave, later); err != nil {
			t.Fatal(err)
		}

		again := w.laterRequest(t, 6, 150*time.Minute, "1h")
		if _, err := w.Schedule(t.Context(), w.service, dave, again); ops.AsError(err).Details["scheduled"] != int64(1) {
			t.Errorf("got %v, want a conflict with the scheduled change", err)
		}
	})
}

func TestAScheduledChangeIsMovedAndCancelled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		s := w.schedule(t, "90m")

		revision, err := w.ScheduledRevision(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}

		act := changes.ScheduleAct{ID: s.ID, Reason: "it is too early", Revision: revision, At: s.At.Add(time.Hour)}

		moved, err := w.MoveScheduled(t.Context(), w.service, dave, act)
		if err != nil || !moved.At.Equal(act.At) || !moved.EndsAt.Equal(act.At.Add(90*time.Minute)) {
			t.Fatalf("got %+v, %v, want it moved with its end", moved, err)
		}

		if _, err := w.MoveScheduled(t.Context(), w.service, dave, act); ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("what was seen before was good enough: %v", err)
		}

		w.clock.Advance(time.Hour)

		if err := w.applyDue(t); err != nil || w.perAnalyst(t) != 5 {
			t.Errorf("it was made at its old time: %v", err)
		}

		gone, err := w.CancelScheduled(t.Context(), dave, changes.ScheduleAct{ID: s.ID, Reason: "nobody needs it"})
		if err != nil || gone.State != scheduled.Cancelled || gone.SettledAt == nil {
			t.Fatalf("got %+v, %v, want it cancelled", gone, err)
		}

		w.clock.Advance(time.Hour)

		if err := w.applyDue(t); err != nil || w.perAnalyst(t) != 5 {
			t.Errorf("it was made although it was cancelled: %v", err)
		}

		if _, err := w.CancelScheduled(t.Context(), dave, changes.ScheduleAct{ID: s.ID, Reason: "once more, please"}); ops.AsError(err).Code != ops.CodeConflict {
			t.Errorf("it was cancelled twice: %v", err)
		}

		acts, err := w.ScheduledActs(t.Context(), s)
		if err != nil || len(acts) != 2 || acts[0].Action != audit.ScheduleMove || acts[1].Reason != "nobody needs it" {
			t.Errorf("got %+v, %v, want it moved and cancelled", acts, err)
		}
	})
}
