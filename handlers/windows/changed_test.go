package windows_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestAnAnnouncementIsDrawnWithoutAskingTheControlPlane runs the monitor, which polls on Wake.
func TestAnAnnouncementIsDrawnWithoutAskingTheControlPlane(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)

	first := w.Monitor.Snapshot().Seq

	go func() { _ = w.Monitor.Run(t.Context()) }()

	news, cancel := w.Monitor.Subscribe()
	defer cancel()

	await := func(newer func() bool) {
		t.Helper()

		for deadline := time.After(30 * time.Second); !newer(); {
			select {
			case <-news:
			case <-deadline:
				t.Fatal("no newer revision came")
			}
		}
	}

	// The monitor's first poll, and the announcement.
	await(func() bool { return w.Monitor.Snapshot().Seq >= first+2 })

	seq, polls := w.Monitor.Snapshot().Seq, w.Plane.Polls()

	w.SendJSON("POST", handlerstest.Path(window, "cancel"), handlerstest.Object{"reason": "not needed any more"})
	await(func() bool { return w.Monitor.Snapshot().Seq > seq })

	if got := w.Plane.Polls(); got != polls {
		t.Errorf("the control plane was polled %d times, want none", got-polls)
	}
}
