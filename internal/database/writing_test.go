package database_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// write commits a transaction, or fails to.
func (w *watched) write(t *testing.T) error {
	t.Helper()

	return w.db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE opsconsole_calendar SET version = version + 1`)

		return err
	})
}

// looks has it looked as often as the watch is run, until the status is that one or the time is over, and
// returns how long it took.
func (w *watched) looks(t *testing.T, until bool, most time.Duration) time.Duration {
	t.Helper()

	begun := w.clock.Now()

	for w.clock.Now().Sub(begun) < most {
		w.clock.Advance(database.LookEvery)
		w.Look(t.Context())

		if until && w.Condition().Status == database.Answering {
			break
		}
	}

	return w.clock.Now().Sub(begun)
}

func TestADiskThatStaysFullIsTriedLessOften(t *testing.T) {
	t.Parallel()

	databaseURL := storetest.SQLiteURL(t)
	w := newWatched(t, databaseURL)
	broken := func() (mend func()) {
		t.Helper()

		mend = storetest.MakeReadOnly(t, w.db, databaseURL)
		if w.write(t) == nil {
			t.Fatal("it can be written")
		}

		return mend
	}

	const most = 30 * time.Second

	mend := broken()

	w.looks(t, false, 2*time.Second)
	mend()

	if took := w.looks(t, true, time.Minute); took > 4*time.Second {
		t.Errorf("an instant of trouble was over after %v, want 4s at most", took)
	}

	mend = broken()

	w.looks(t, false, 3*most) // at the end of which one was tried 2 s ago or more
	mend()

	switch took := w.looks(t, true, time.Minute); {
	case took > most:
		t.Errorf("a long one was over after %v, want %v at most", took, most)
	case took < 4*time.Second:
		t.Errorf("a long one was over after %v: it is tried with every look", took)
	}

	mend = broken()

	w.looks(t, false, 3*most)
	mend()

	if err := w.write(t); err != nil {
		t.Fatal(err)
	}

	if took := w.looks(t, true, time.Minute); took > database.LookEvery {
		t.Errorf("after a write it was over after %v, want the next look", took)
	}
}

// TestASignOfLifeProvesNothing has what needs no room be written while the disk is full.
func TestASignOfLifeProvesNothing(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))

	if err := db.TxInPlace(t.Context(), func(*sql.Tx) error { return nil }); err != nil || db.Wrote() {
		t.Errorf("got %v, %t, want it done, and no sign that all can be written", err, db.Wrote())
	}

	if err := db.Tx(t.Context(), func(*sql.Tx) error { return nil }); err != nil || !db.Wrote() || db.Wrote() {
		t.Errorf("got %v, want it told once", err)
	}
}

// TestAServerThatIsBackIsWrittenToAtOnce has an outage follow a write that failed.
func TestAServerThatIsBackIsWrittenToAtOnce(t *testing.T) {
	t.Parallel()

	databaseURL := storetest.PostgresURL(t)
	w := newWatched(t, databaseURL)
	writable := storetest.MakeReadOnly(t, w.db, databaseURL)

	if w.write(t) == nil {
		t.Fatal("it can be written")
	}

	w.looks(t, false, time.Minute)

	start := storetest.Stop(t, w.db, databaseURL)

	w.looks(t, false, time.Minute)
	writable()
	start()

	if took := w.looks(t, true, time.Minute); took > database.LookEvery {
		t.Errorf("it was over after %v, want the next look", took)
	}
}
