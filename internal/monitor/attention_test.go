package monitor_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// TestItIsPolledLessWhileNobodyLooks holds how often the control plane is asked, and that whoever comes
// is soon shown what is so.
func TestItIsPolledLessWhileNobodyLooks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := &plane{status: ops.ComponentConnected}
		m := monitorEvery(t, 5*time.Second, &tardy{plane: source}, nil)

		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)

		go func() { done <- m.Run(ctx) }()

		polls := func(length time.Duration) uint64 {
			before := m.Snapshot().Seq

			<-time.After(length)

			return m.Snapshot().Seq - before
		}

		polls(time.Second)

		if n := polls(time.Minute); n != 4 {
			t.Errorf("nobody looks: %d polls in a minute, want 4", n)
		}

		<-time.After(9 * time.Second)
		m.Look()

		if n := polls(time.Second); n != 1 {
			t.Errorf("somebody has come: %d polls at once, want 1", n)
		}

		_, leave := m.Subscribe()

		if n := polls(time.Minute); n < 11 {
			t.Errorf("somebody watches: %d polls in a minute, want 12", n)
		}

		leave()
		<-time.After(time.Minute)

		if n := polls(time.Minute); n != 4 {
			t.Errorf("nobody looks any more: %d polls in a minute, want 4", n)
		}

		stop()

		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
