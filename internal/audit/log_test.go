package audit_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

var dave = audit.Actor{Username: "dave", Role: "ops", RemoteAddr: "127.0.0.1", RequestID: "r1"}

func newLog(db *store.DB) *audit.Log {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

	return audit.New(db, func() time.Time { return at })
}

func record(t *testing.T, log *audit.Log, entry audit.Entry) audit.Entry {
	t.Helper()

	entry, err := log.Record(t.Context(), dave, entry)
	if err != nil {
		t.Fatal(err)
	}

	return entry
}

func TestEntriesAreChainedAndVerified(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log := newLog(db)

		if state, err := log.Verify(t.Context()); err != nil || state.Broken != "" || state.UpTo != 0 {
			t.Fatalf("an empty log: got %+v, %v; want it unbroken up to 0", state, err)
		}

		first := record(t, log, audit.Entry{Action: audit.SignIn, Outcome: audit.Done})
		second := record(t, log, audit.Entry{
			Action: audit.ConfigSave, Object: "config/concurrency", Outcome: audit.Intent,
			Reason: "<b>load \x00 test</b>", Before: []byte(`{"per_analyst": 5}`), After: []byte(`{"per_analyst":6}`),
		})

		if first.Seq != 1 || second.Seq != 2 || second.PrevHash != first.Hash || first.Hash == "" {
			t.Fatalf("not a chain: %+v, %+v", first, second)
		}

		if state, err := log.Verify(t.Context()); err != nil || state.Broken != "" || state.UpTo != 2 {
			t.Fatalf("got %+v, %v; want it unbroken up to 2", state, err)
		}

		page, err := log.List(t.Context(), audit.Filter{Limit: 1})
		if err != nil || len(page.Items) != 1 || page.Items[0].Hash != second.Hash || page.Next != 2 {
			t.Fatalf("got %+v, %v; want one entry, with hash %s, and the next before 2", page, err, second.Hash)
		}
	})
}

func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log, long := newLog(db), strings.Repeat("\u00e9", 60_000)
		entry := record(t, log, audit.Entry{Action: audit.ConfigSave, Object: long, Reason: long, Message: long, Outcome: audit.Refused})

		want := long[:2*2000] + "…"
		if entry.Object != want || entry.Reason != want || entry.Message != want {
			t.Errorf("kept %d, %d and %d bytes, want %d of each", len(entry.Object), len(entry.Reason), len(entry.Message), len(want))
		}

		if state, err := log.Verify(t.Context()); err != nil || state.Broken != "" || state.UpTo != 1 {
			t.Errorf("got %+v, %v; want it unbroken up to 1", state, err)
		}
	})
}

func TestWhatIsAlteredIsFound(t *testing.T) {
	t.Parallel()

	// The database refuses; whoever takes the triggers away is found by the chain.
	tamperings := map[string]string{
		"altered":      `UPDATE opsconsole_audit SET reason = 'nothing to see' WHERE seq = 2`,
		"removed":      `DELETE FROM opsconsole_audit WHERE seq = 2`,
		"cut":          `DELETE FROM opsconsole_audit WHERE seq = 3`,
		"all removed":  `DELETE FROM opsconsole_audit`,
		"head altered": `UPDATE opsconsole_audit_head SET hash = 'x'`,
	}

	for name, tampering := range tamperings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				t.Helper()

				log := newLog(db)
				for range 3 {
					record(t, log, audit.Entry{Action: audit.JobTrigger, Outcome: audit.Intent, Reason: "why"})
				}

				if _, err := db.Write().ExecContext(t.Context(), tampering); name != "head altered" && err == nil {
					t.Error("the database let an entry be altered")
				}

				dropTriggers(t, db)

				if _, err := db.Write().ExecContext(t.Context(), tampering); err != nil {
					t.Fatal(err)
				}

				if state, err := log.Verify(t.Context()); err != nil || state.Broken == "" {
					t.Errorf("not found: %+v, %v", state, err)
				}
			})
		})
	}
}

func TestWhatWasFoundGoodIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		log := audit.New(db, func() time.Time { return at })

		for range 3 {
			record(t, log, audit.Entry{Action: audit.JobTrigger, Outcome: audit.Intent, Reason: "why"})
		}

		if state, err := log.Verify(t.Context()); err != nil || state.UpTo != 3 {
			t.Fatalf("got %+v, %v; want it good up to 3", state, err)
		}

		dropTriggers(t, db)
		exec(t, db, `UPDATE opsconsole_audit SET reason = 'nothing to see' WHERE seq = 2`)

		at = at.Add(24 * time.Hour)

		// What does not fit is looked at again until it does.
		for range 2 {
			if state, err := log.Verify(t.Context()); err != nil || state.Broken != "entry 2 was altered" || state.UpTo != 1 {
				t.Errorf("not found: got %+v, %v; want %q, good up to 1", state, err, "entry 2 was altered")
			}
		}

		exec(t, db, `UPDATE opsconsole_audit SET reason = 'why' WHERE seq = 2`)

		if state, err := log.Verify(t.Context()); err != nil || state.Broken != "" || state.UpTo != 3 || !state.WholeAt.Equal(at) {
			t.Errorf("got %+v, %v; want it whole, as all was looked at again", state, err)
		}
	})
}

func TestALogThatGotShorterIsBroken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log := newLog(db)
		for range 3 {
			record(t, log, audit.Entry{Action: audit.JobTrigger, Outcome: audit.Intent, Reason: "why"})
		}

		if state, err := log.Verify(t.Context()); err != nil || state.UpTo != 3 {
			t.Fatalf("got %+v, %v; want it good up to 3", state, err)
		}

		dropTriggers(t, db)
		exec(t, db, `DELETE FROM opsconsole_audit WHERE seq > 2`)
		exec(t, db, `UPDATE opsconsole_audit_head SET seq = 2, hash = (SELECT hash FROM opsconsole_audit WHERE seq = 2)`)

		for range 2 {
			if state, err := log.Verify(t.Context()); err != nil || state.Broken == "" {
				t.Errorf("not found: %+v, %v", state, err)
			}
		}

		// Nor does one fit that was continued in another way.
		for range 2 {
			record(t, log, audit.Entry{Action: audit.JobTrigger, Outcome: audit.Intent, Reason: "another"})
		}

		if state, err := log.Verify(t.Context()); err != nil || state.Broken == "" {
			t.Errorf("not found: %+v, %v", state, err)
		}
	})
}

func exec(t *testing.T, db *store.DB, statement string) {
	t.Helper()

	if _, err := db.Write().ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func dropTriggers(t *testing.T, db *store.DB) {
	t.Helper()

	drop := []string{`DROP TRIGGER opsconsole_audit_no_update`, `DROP TRIGGER opsconsole_audit_no_delete`}
	if db.Dialect() == store.Postgres {
		drop = []string{`ALTER TABLE opsconsole_audit DISABLE TRIGGER ALL`}
	}

	for _, statement := range drop {
		if _, err := db.Write().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConcurrentAppendsLeaveNoGap(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		const writers = 20

		log := newLog(db)

		var group sync.WaitGroup
		for n := range writers {
			group.Go(func() {
				err := db.Tx(t.Context(), func(tx *sql.Tx) error {
					if _, err := log.Append(t.Context(), tx, dave, audit.Entry{Action: audit.SignIn, Outcome: audit.Done}); err != nil {
						return err
					}

					if n%3 == 0 { // What is rolled back leaves no hole.
						return errRolledBack
					}

					return nil
				})
				if err != nil && !errors.Is(err, errRolledBack) {
					t.Error(err)
				}
			})
		}

		group.Wait()

		state, err := log.Verify(t.Context())
		if err != nil || state.Broken != "" || state.UpTo != writers-7 {
			t.Fatalf("got %+v, %v; want it unbroken up to %d", state, err, writers-7)
		}
	})
}

var errRolledBack = errors.New("rolled back")

func TestFilters(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log := newLog(db)
		record(t, log, audit.Entry{Action: audit.JobTrigger, Object: "jobs/lifecycle", Outcome: audit.Intent})
		wanted := record(t, log, audit.Entry{Action: audit.JobTrigger, Object: "jobs/lifecycle", Outcome: audit.Refused})
		record(t, log, audit.Entry{Action: audit.SignIn, Outcome: audit.Done})

		for name, filter := range map[string]audit.Filter{
			"outcome": {Outcome: audit.Refused},
			"object":  {Object: "jobs/lifecycle", Outcome: audit.Refused, Actor: "dave", Action: audit.JobTrigger},
			"before":  {Before: wanted.Seq + 1, Limit: 1},
			"time":    {From: wanted.At, Until: wanted.At.Add(time.Second), Outcome: audit.Refused},
		} {
			page, err := log.List(t.Context(), filter)
			if err != nil || len(page.Items) != 1 || page.Items[0].Seq != wanted.Seq {
				t.Errorf("%s: got %+v, %v; want entry %d alone", name, page, err, wanted.Seq)
			}
		}

		if n, err := log.Count(t.Context(), audit.Filter{Action: audit.JobTrigger}); err != nil || n != 2 {
			t.Errorf("counted %d, %v; want 2", n, err)
		}

		if last, ok, err := log.Last(t.Context(), audit.JobTrigger, "jobs/lifecycle", audit.Intent); err != nil || !ok || last.Seq != 1 {
			t.Errorf("last: got %+v, %t, %v; want entry 1", last, ok, err)
		}
	})
}

func TestAllPassesEveryPage(t *testing.T) {
	t.Parallel()

	const entries = 2100

	db := storetest.Open(t, storetest.SQLiteURL(t))
	log := newLog(db)

	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		for range entries {
			if _, err := log.Append(context.WithoutCancel(t.Context()), tx, dave, audit.Entry{Action: audit.SignIn, Outcome: audit.Done}); err != nil {
				return err
			}
		}

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	next := int64(entries)
	for e, err := range log.All(t.Context(), audit.Filter{}) {
		if err != nil || e.Seq != next {
			t.Fatalf("got entry %d, not %d: %v", e.Seq, next, err)
		}

		next--
	}

	if next != 0 {
		t.Errorf("%d entries were left out", next)
	}

	// It is counted as far as anybody wants to know.
	if n, err := log.Count(t.Context(), audit.Filter{}); err != nil || n != audit.CountMost+1 {
		t.Errorf("counted %d, %v; want %d", n, err, audit.CountMost+1)
	}
}
