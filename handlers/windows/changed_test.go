package windows_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestWhatIsWrittenHereIsDrawnWithoutAskingTheControlPlane runs the monitor, which polls on Wake.
func TestWhatIsWrittenHereIsDrawnWithoutAskingTheControlPlane(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	running := w.Announce(nil)
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

	polled := func(what string, want int64, act func()) {
		t.Helper()

		seq, polls := w.Monitor.Snapshot().Seq, w.Plane.Polls()

		act()
		await(func() bool { return w.Monitor.Snapshot().Seq > seq && w.Plane.Polls() >= polls+want })
		<-time.After(1500 * time.Millisecond) // A second poll would come a second later.

		if got := w.Plane.Polls() - polls; got != want {
			t.Errorf("%s: the control plane was polled %d times, want %d", what, got, want)
		}
	}
	act := func(window map[string]any, act string, body handlerstest.Object) {
		t.Helper()

		if got := w.SendJSON("POST", handlerstest.Path(window, act), body); got.Status != 200 {
			t.Fatalf("%s: got %d, want 200\n%s", act, got.Status, got.Body)
		}
	}

	var announced map[string]any

	polled("start", 1, func() { act(running, "start", handlerstest.Object{"reason": "We are early", "confirm": "test"}) })
	polled("extend", 0, func() {
		until := w.Now().Add(6 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)
		act(running, "extend", handlerstest.Object{"reason": "It takes longer", "ends_at": until})
	})
	polled("announce", 0, func() {
		starts := w.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
		announced = w.Announce(handlerstest.Object{
			"starts_at": starts.Format(time.RFC3339), "ends_at": starts.Add(time.Hour).Format(time.RFC3339),
		})
	})
	polled("cancel", 0, func() { act(announced, "cancel", handlerstest.Object{"reason": "not needed any more"}) })
	polled("a save", 1, func() { w.Save(`"cluster_total": 77, "reason": "Room for more"`) })
}
