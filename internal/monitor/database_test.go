package monitor_test

import (
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/database"
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
	w.own = func() ([]database.Sight, *float64) {
		now := *w.clock.Load()

		return []database.Sight{{Status: status, Since: now, Until: now}}, nil
	}
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

	spans, err := ownSpans(t, w.again(db), w.clock.Load().Add(-time.Hour))
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

// TestAnOutageBetweenTwoPollsCounts: who looks at the database does so more often than there are polls.
func TestAnOutageBetweenTwoPollsCounts(t *testing.T) {
	t.Parallel()

	w := newWorld(storetest.Open(t, storetest.SQLiteURL(t)))
	noon := *w.clock.Load()
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

	var seen []database.Sight

	w.own = func() ([]database.Sight, *float64) { return seen, nil }
	w.Monitor = w.again(storetest.Open(t, storetest.SQLiteURL(t)))

	seen = []database.Sight{{Status: monitor.Answering, Since: noon, Until: noon}}

	w.poll(t)
	w.pass(60 * time.Second)

	seen = []database.Sight{
		{Status: monitor.Answering, Since: noon, Until: at(11)},
		{Status: monitor.NotAnswering, Since: at(13), Until: at(25)},
		{Status: database.NotWritable, Since: at(27), Until: at(31)},
		{Status: monitor.Answering, Since: at(33), Until: at(59)},
	}

	w.poll(t)

	history, err := w.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	if got := monitor.AvailabilityOf(history.Own, monitor.Database, noon, at(60)); got.Up != 37*time.Second || got.Seen != 53*time.Second {
		t.Errorf("got %+v, want it to have answered 37 s of 53 s", got)
	}

	if since := w.Snapshot().Database.Since; !since.Equal(at(33)) {
		t.Errorf("answering since %v, want %v", since, at(33))
	}
}

// TestTheHistoryIsInMemoryWhileTheDatabaseIsDown has it end as well: what was seen until now is told, too.
func TestTheHistoryIsInMemoryWhileTheDatabaseIsDown(t *testing.T) {
	t.Parallel()

	databaseURL := storetest.PostgresURL(t)
	db := storetest.Open(t, databaseURL)
	w := newWorld(db)
	noon := *w.clock.Load()

	spend := func() {
		for range 4 {
			w.poll(t)
			w.pass(15 * time.Second)
		}
	}

	spend()

	other := w.again(db) // saw nothing itself, and remembers what there was
	if _, err := other.History(t.Context()); err != nil {
		t.Fatal(err)
	}

	start := storetest.Stop(t, db, databaseURL)

	defer start()

	for _, known := range []bool{false, true} { // that it cannot be read
		if known && db.ProbeRead(t.Context()) == nil {
			t.Fatal("it can be read")
		}

		spend()

		lasted := w.clock.Load().Sub(noon) - 15*time.Second

		got, err := w.History(t.Context())
		if err != nil || got.AsOf == nil || len(got.Components) != 1 || got.Components[0].Until.Sub(got.Components[0].Since) != lasted {
			t.Errorf("got %+v, %v, want what was seen for %v, and of when it is", got, err, lasted)
		}
	}

	got, err := other.History(t.Context())
	if err != nil || len(got.Components) != 1 || got.Components[0].Until.Sub(noon) != 45*time.Second {
		t.Errorf("got %+v, %v, want what was read before", got, err)
	}
}

// TestOfWhatIsNotWrittenTheOldestIsForgotten has the database take nothing for long.
func TestOfWhatIsNotWrittenTheOldestIsForgotten(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	w := newWorld(db)
	at := *w.clock.Load()

	var seen []database.Sight

	for i := range 2000 {
		status := monitor.Answering
		if i%2 == 1 {
			status = monitor.NotAnswering
		}

		seen = append(seen, database.Sight{Status: status, Since: at, Until: at.Add(time.Second)})
		at = at.Add(2 * time.Second)
	}

	w.own = func() ([]database.Sight, *float64) { return seen, nil }
	w.Monitor = w.again(db)
	w.at(at)
	w.poll(t)

	history, err := w.again(db).History(t.Context())
	kept := slices.DeleteFunc(history.Own, func(s monitor.StatusSpan) bool { return s.Component != monitor.Database })

	if n := len(kept); err != nil || n < 990 || n > 1000 || !kept[n-1].Until.Equal(at.Add(-time.Second)) {
		t.Errorf("got %d spans, %v, want the thousand newest", n, err)
	}
}
