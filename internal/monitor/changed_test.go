package monitor_test

import (
	"context"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestWhatChangedHereDoesNotAskTheControlPlane(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)

	news, end := w.Subscribe()
	defer end()

	<-news // What a subscriber gets at once.

	go func() { done <- w.Run(ctx) }()

	await(t, news)

	asked, before := w.plane.asked.Load(), *w.Snapshot()
	for range 100 {
		w.Changed()
	}

	await(t, news)

	after := w.Snapshot()
	if after.Seq <= before.Seq || !after.At.Equal(before.At) || after.Health.AsOf != before.Health.AsOf {
		t.Errorf("the revision %d of %s follows %d of %s", after.Seq, after.At, before.Seq, before.At)
	}

	if got := w.plane.asked.Load(); got != asked {
		t.Errorf("the control plane was asked %d times", got-asked)
	}

	cancel()

	if err := <-done; err != nil {
		t.Error(err)
	}

	if n := w.Snapshot().Seq - before.Seq; n > 2 {
		t.Errorf("a hundred changes made %d revisions at once", n)
	}
}

func await(t *testing.T, news <-chan struct{}) {
	t.Helper()

	select {
	case <-news:
	case <-time.After(10 * time.Second):
		t.Fatal("there is nothing new")
	}
}
