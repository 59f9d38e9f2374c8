package monitor_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
)

// during looks at the snapshot so long after a poll began, and waits for its end.
func during(t *testing.T, m *monitor.Monitor, after time.Duration) *monitor.Snapshot {
	t.Helper()

	done := make(chan struct{})

	go func() {
		defer close(done)

		m.Poll(t.Context())
	}()

	<-time.After(after)
	synctest.Wait()

	defer func() { <-done }()

	return m.Snapshot()
}

// TestAControlPlaneThatHangsIsNoticedBeforeItsTimeIsOver has it stop between two polls.
func TestAControlPlaneThatHangsIsNoticedBeforeItsTimeIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &tardy{plane: &plane{status: ops.ComponentConnected}, health: time.Millisecond, others: time.Millisecond}
		m := monitorOf(t, source, nil)
		m.Poll(t.Context())

		good := m.Snapshot()
		source.health, source.others = never, never
		begun := time.Now()

		const words = "The control plane has not answered for more than 2 s."

		s := during(t, m, 2*time.Second)
		if own := s.ControlPlane; own.Status != ops.ComponentSlow || own.Answers() || own.Err != words || own.LatencyMS != nil ||
			!own.Since.Equal(begun) {
			t.Errorf("after 2 s: got %+v, want it slow since it was asked", own)
		}

		if !s.Health.Stale() || s.Health.Err != words || !s.Health.AsOf.Equal(good.Health.AsOf) || s.Metrics.Stale() {
			t.Errorf("after 2 s: got %+v, want what is waited for old, and nothing else", s.Health)
		}

		// From its end on it does not answer, and no other poll makes more of it.
		if own := m.Snapshot().ControlPlane; own.Status != monitor.NotAnswering || own.Overdue || !own.Since.Equal(begun) {
			t.Errorf("at the end: got %+v, want it not answering since it was asked", own)
		}

		if own := during(t, m, 4*time.Second).ControlPlane; own.Status != monitor.NotAnswering || !own.Since.Equal(begun) {
			t.Errorf("in the next poll: got %+v, want it not answering since it was asked first", own)
		}

		spans, err := ownSpans(t, m, begun)
		if err != nil || len(spans) != 1 || spans[0].Status != monitor.NotAnswering || !spans[0].Since.Equal(begun) {
			t.Errorf("got %v, %v, want that it did not answer, and never that it was slow", spans, err)
		}
	})
}

// TestAControlPlaneThatIsAlwaysSlowIsNotOverdue counts what each poll publishes.
func TestAControlPlaneThatIsAlwaysSlowIsNotOverdue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &tardy{plane: &plane{status: ops.ComponentConnected}, health: 3 * time.Second, others: 3 * time.Second}
		m := monitorOf(t, source, nil)
		m.Poll(t.Context())

		for i := range 12 {
			source.others = 3*time.Second - time.Duration(i%2)*time.Second // quicker every other time
			before := m.Snapshot().Seq
			m.Poll(t.Context())

			if s := m.Snapshot(); s.ControlPlane.Status != ops.ComponentSlow || s.Seq != before+1 {
				t.Errorf("poll %d: got %s and %d snapshots, want it slow, told once", i, s.ControlPlane.Status, s.Seq-before)
			}
		}
	})
}

// TestWhatIsReadSlowlyAloneIsNotOverdue has most of what is asked for answered at once.
func TestWhatIsReadSlowlyAloneIsNotOverdue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := monitorOf(t, &tardy{plane: &plane{status: ops.ComponentConnected}, health: 4 * time.Second}, nil)
		m.Poll(t.Context())

		if s := during(t, m, 3*time.Second); s.ControlPlane.Status != monitor.Answering || s.Health.Stale() {
			t.Errorf("got %+v, want it answering", s.ControlPlane)
		}
	})
}

func TestBeforeTheFirstAnswerItIsOverdueToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := monitorOf(t, &tardy{plane: &plane{}, health: never, others: never}, nil)

		if s := during(t, m, 2*time.Second); !s.ControlPlane.Overdue || s.Health.Known() || s.Health.Err == "" {
			t.Errorf("got %+v, %+v, want that it has not answered, and nothing known", s.ControlPlane, s.Health)
		}
	})
}

// TestAnAnswerOfAboutHalfASecondChangesNothing: it is slow from above 500 ms until it is under 400 ms.
func TestAnAnswerOfAboutHalfASecondChangesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &tardy{plane: &plane{status: ops.ComponentConnected}}
		m := monitorOf(t, source, nil)
		begun := time.Now()

		for _, poll := range []struct {
			took time.Duration
			want ops.ComponentStatus
		}{
			{495 * time.Millisecond, monitor.Answering},
			{505 * time.Millisecond, ops.ComponentSlow},
			{495 * time.Millisecond, ops.ComponentSlow},
			{505 * time.Millisecond, ops.ComponentSlow},
			{400 * time.Millisecond, ops.ComponentSlow},
			{399 * time.Millisecond, monitor.Answering},
			{500 * time.Millisecond, monitor.Answering},
		} {
			source.health, source.others = poll.took, poll.took

			m.Poll(t.Context())

			if got := m.Snapshot().ControlPlane.Status; got != poll.want {
				t.Errorf("after %v: got %s, want %s", poll.took, got, poll.want)
			}
		}

		if spans, err := ownSpans(t, m, begun); err != nil || len(spans) != 3 {
			t.Errorf("got %v, %v, want 3 spans", spans, err)
		}
	})
}

// TestAWatcherThatWaitsHoldsUpNoPoll has the control plane stop once a watcher asks.
func TestAWatcherThatWaitsHoldsUpNoPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &tardy{plane: &plane{status: ops.ComponentConnected}}

		var watched atomic.Int64

		m := monitorEvery(t, 5*time.Second, source, func(ctx context.Context, _ ops.Service) error {
			watched.Add(1)
			source.stopped.Store(true)

			<-ctx.Done()

			return ctx.Err()
		})

		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)

		m.Look()

		go func() { done <- m.Run(ctx) }()

		<-time.After(8 * time.Second) // the second poll begins at 5 s
		synctest.Wait()

		if own := m.Snapshot().ControlPlane; !own.Overdue || watched.Load() != 1 {
			t.Errorf("got %+v, watched %d times, want it overdue, and the one watcher still waiting", own, watched.Load())
		}

		stop()

		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
