package monitor_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// asks are the six reads of a poll.
const asks = 6

// running runs a monitor in a bubble, where a second costs nothing, and tells what became of it since the last look:
// revisions and reads of the control plane.
func running(t *testing.T, act func(w *world, since func() (revisions uint64, read int64))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)

		go func() { done <- w.Run(ctx) }()

		var (
			seq   uint64
			asked int64
		)

		since := func() (revisions uint64, read int64) {
			synctest.Wait()

			oldSeq, oldAsked := seq, asked
			seq, asked = w.Snapshot().Seq, w.plane.asked.Load()

			return seq - oldSeq, asked - oldAsked
		}

		<-time.After(time.Minute) // The first poll is long over.

		if revisions, read := since(); revisions != 1 || read != asks {
			t.Errorf("at the start: %d revisions, %d reads, want 1 and %d", revisions, read, asks)
		}

		act(w, since)
		cancel()

		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestWhatChangedHereDoesNotAskTheControlPlane(t *testing.T) {
	t.Parallel()
	running(t, func(w *world, since func() (uint64, int64)) {
		before := *w.Snapshot()

		for range 100 {
			w.Changed()
		}

		// The first of them is told at once, all the others together a second later.
		if revisions, read := since(); revisions != 1 || read != 0 {
			t.Errorf("at once: %d revisions, %d reads, want 1 and 0", revisions, read)
		}

		w.Changed()
		<-time.After(time.Second - time.Millisecond)

		if revisions, _ := since(); revisions != 0 {
			t.Errorf("within the second: %d revisions, want none", revisions)
		}

		<-time.After(10 * time.Second)

		if revisions, read := since(); revisions != 1 || read != 0 {
			t.Errorf("after the second: %d revisions, %d reads, want 1 and 0", revisions, read)
		}

		if after := w.Snapshot(); !after.At.Equal(before.At) || after.Health.AsOf != before.Health.AsOf {
			t.Errorf("what was not read anew has another time: %s, before %s", after.At, before.At)
		}
	})
}

func TestChangesAllTheTimeAreARevisionASecond(t *testing.T) {
	t.Parallel()
	running(t, func(w *world, since func() (uint64, int64)) {
		for range 1000 { // Ten seconds.
			w.Changed()
			<-time.After(10 * time.Millisecond)
		}

		if revisions, read := since(); revisions < 10 || revisions > 11 || read != 0 {
			t.Errorf("%d revisions, %d reads, want 10 or 11, and 0", revisions, read)
		}
	})
}

func TestWakeAsksOnceAndAtOnce(t *testing.T) {
	t.Parallel()
	running(t, func(w *world, since func() (uint64, int64)) {
		for range 100 {
			w.Wake()
		}

		if revisions, read := since(); revisions != 1 || read != asks {
			t.Errorf("at once: %d revisions, %d reads, want 1 and %d", revisions, read, asks)
		}

		w.Wake()
		<-time.After(time.Second - time.Millisecond)

		if _, read := since(); read != 0 {
			t.Errorf("within the second: %d reads, want none", read)
		}

		<-time.After(time.Minute)

		if revisions, read := since(); revisions != 1 || read != asks {
			t.Errorf("after the second: %d revisions, %d reads, want 1 and %d", revisions, read, asks)
		}
	})
}
