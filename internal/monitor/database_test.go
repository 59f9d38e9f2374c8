package monitor_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestWhatWasSeenDuringAnOutageIsKept has the database come back, and what was seen while it took
// nothing be written then: that it was down, too.
func TestWhatWasSeenDuringAnOutageIsKept(t *testing.T) {
	t.Parallel()

	databaseURL := storetest.PostgresURL(t)
	db := storetest.Open(t, databaseURL)
	w := newWorld(db)
	status := monitor.Answering
	w.own = func() (ops.ComponentStatus, *float64) { return status, nil }
	w.Monitor = w.again(db)

	spend := func() {
		for range 4 {
			w.pass(15 * time.Second)
			w.poll(t)
		}
	}

	spend()

	start := storetest.Stop(t, db, databaseURL)
	status = monitor.NotAnswering

	spend()
	start()

	status = monitor.Answering

	spend()

	spans, err := w.OwnSpans(t.Context(), w.clock.Load().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}

	var seen []ops.ComponentStatus

	for _, s := range spans {
		if s.Component == monitor.Database {
			seen = append(seen, s.Status)

			if lasted := s.Until.Sub(s.Since); lasted != 45*time.Second {
				t.Errorf("it was %s for %v, want 45s", s.Status, lasted)
			}
		}
	}

	if len(seen) != 3 || seen[1] != monitor.NotAnswering {
		t.Errorf("got %v, want answering, not answering and answering again", seen)
	}
}
