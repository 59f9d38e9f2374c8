package monitor_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// TestThePollComesSoonAfterTheClockJumps has a machine sleep for a day and its clock set, with an hour between two polls:
// the next one comes at once, and one only; what was read before has its true age.
func TestThePollComesSoonAfterTheClockJumps(t *testing.T) {
	t.Parallel()

	for name, jump := range map[string]time.Duration{"a day's sleep": 24 * time.Hour, "an hour ahead": time.Hour, "an hour back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var offset atomic.Int64

				clock := func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
				m := monitorBy(t, clock, time.Hour, &tardy{plane: &plane{status: ops.ComponentConnected}}, nil)
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan error)

				go func() { done <- m.Run(ctx) }()

				<-time.After(10*time.Minute + time.Millisecond)
				offset.Store(int64(jump))

				before := m.Snapshot()
				if before.At != before.At.Round(0) || before.Health.AsOf != before.Health.AsOf.Round(0) {
					t.Error("a sleep of the machine does not age what was read: it has the time of the monotonic clock")
				}

				<-time.After(3 * time.Second)

				if after := m.Snapshot(); after.Seq != before.Seq+1 || clock().Sub(after.At).Abs() > 3*time.Second {
					t.Errorf("polled %d times within 3 s, as of %v; want once", after.Seq-before.Seq, clock().Sub(after.At))
				}

				stop()

				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
