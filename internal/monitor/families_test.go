package monitor_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestFamiliesOfMetricsMove(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
	say := func(count int) { w.plane.set(func(p *plane) { p.metrics = fmt.Sprintf(exposition, count, 2) }) }

	const counter, gauge, histogram = "background_job_execution_total", "background_job_health_status", "background_job_execution_duration_seconds"

	say(10)
	w.poll(t)

	for _, count := range []int{13, 20, 4} { // The last one after a restart of the control plane.
		say(count)
		w.pass(30 * time.Second)
		w.poll(t) // Too early for a point.
		w.pass(30 * time.Second)
		w.poll(t)
	}

	older := w.Snapshot()
	if got, want := values(older.Moved[counter]), " 3 7 6"; got != want {
		t.Errorf("counter: got %q, want %q", got, want)
	}

	if got, want := values(older.Moved[gauge]), " 1 1 1 1"; got != want {
		t.Errorf("gauge: got %q, want %q", got, want)
	}

	if got, want := values(older.Moved[histogram]), " 0 0 0"; got != want {
		t.Errorf("histogram: got %q, want %q", got, want)
	}

	w.plane.set(func(p *plane) { p.down = errors.New("cut") })
	w.pass(10 * time.Minute)
	w.poll(t)
	w.plane.set(func(p *plane) { p.down = nil })
	say(8)
	w.pass(time.Minute)

	if got, want := values(w.poll(t).Moved[counter]), " 3 7 6 gap 4"; got != want {
		t.Errorf("after an outage: got %q, want %q", got, want)
	}

	if got, want := values(older.Moved[counter]), " 3 7 6"; got != want {
		t.Errorf("the older snapshot changed: got %q, want %q", got, want)
	}

	for range 70 {
		w.pass(time.Minute)
		w.poll(t)
	}

	if got := len(w.Snapshot().Moved[counter]); got != 60 {
		t.Errorf("%d points are remembered", got)
	}
}
