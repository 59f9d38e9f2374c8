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
		t.Errorf("%d points are remembered, want 60", got)
	}
}

func TestAFamilyGrowsAsItsSeriesDo(t *testing.T) {
	t.Parallel()

	const one, two = `runs_total{pid="1"} `, `runs_total{pid="2"} `

	for name, c := range map[string]struct {
		pages []string
		want  string
	}{
		"seen at once":                 {[]string{one + "5", one + "5"}, " 0"},
		"absent, then there":           {[]string{"", one + "3", one + "4"}, " 3 1"},
		"another series":               {[]string{one + "5", one + "6\n" + two + "2"}, " 3"},
		"one of two begins anew":       {[]string{one + "90\n" + two + "5", one + "1\n" + two + "6"}, " 2"},
		"both begin anew":              {[]string{one + "90\n" + two + "5", one + "1\n" + two + "5"}, " 6"},
		"one is gone":                  {[]string{one + "90\n" + two + "5", two + "6"}, " 1"},
		"a line that cannot be read":   {[]string{one + "90\n" + two + "5", one + "x\n" + two + "6", one + "91\n" + two + "6"}, " 1 1"},
		"none of them can be read":     {[]string{one + "5", one + "x", one + "7"}, " 2"},
		"not read at first":            {[]string{one + "x", one + "7", one + "8"}, " 0 1"},
		"back after it was gone":       {[]string{one + "5", one + "6", "", one + "1"}, " 1 1"},
		"gone for longer than minutes": {[]string{one + "5", one + "6", "", "", "", one + "1"}, " 1 gap 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))

			for _, page := range c.pages {
				w.plane.set(func(p *plane) { p.metrics = "up 1\n# TYPE runs_total counter\n" + page + "\n" })
				w.poll(t)
				w.pass(time.Minute)
			}

			if got := values(w.Snapshot().Moved["runs_total"]); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
