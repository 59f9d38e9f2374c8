package audit_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// byTheVersionBefore appends an entry as a version does that knows of no keys.
func byTheVersionBefore(t *testing.T, db *store.DB) {
	t.Helper()

	log := replica(db, audit.Keys{}, 0)

	exec(t, db, `UPDATE opsconsole_audit_head SET chain = 'sha256'`)
	trigger(t, log)
	exec(t, db, `UPDATE opsconsole_audit_head SET chain = 'hmac-sha256:k1'`)
}

func stateOf(t *testing.T, log *audit.Log) audit.State {
	t.Helper()

	state, err := log.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	return state
}

// TestEntriesWithoutAKeyAreNamedUntilTheyAreAccepted has heads go on meanwhile, and what is tampered with behind them be found.
func TestEntriesWithoutAKeyAreNamedUntilTheyAreAccepted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		keys := parseKeys(t, "k1", keyOne)

		var signed int64

		log := replica(db, keys, 0)
		log.Verified = func(h audit.Head) { signed = h.Seq }

		trigger(t, log)
		byTheVersionBefore(t, db) // 2
		trigger(t, log)
		byTheVersionBefore(t, db) // 4 and 5
		byTheVersionBefore(t, db)
		trigger(t, log)

		const found = "entry 2 is not keyed, although entry 1 is, nor are others up to 5"

		for range 2 { // It is no matter of how often one looks.
			if state := stateOf(t, log); state.Broken != found || state.UpTo != 1 || signed != 6 {
				t.Fatalf("got %+v, and a head of %d; want %q, and one of 6", state, signed, found)
			}
		}

		if state := stateOf(t, replica(db, keys, 1)); state.Broken != found {
			t.Errorf("after a start: got %+v, want %q", state, found)
		}

		if fault := checked(t, db, keys); fault != found {
			t.Errorf("at once: got %q, want %q", fault, found)
		}

		// Only who has the key accepts them.
		if _, err := replica(db, parseKeys(t, "", keyTwo), 0).Accept(t.Context(), "why"); !isMissing(err) {
			t.Errorf("without the key: got %v", err)
		}

		accepted, err := log.Accept(t.Context(), "Replica 2 was not updated yet")
		if err != nil || accepted != "2, 4 to 5" {
			t.Fatalf("got %q, %v; want 2 and 4 to 5", accepted, err)
		}

		for name, log := range map[string]*audit.Log{"the same": log, "another": replica(db, keys, 1), "a day later": replica(db, keys, 25)} {
			if state := stateOf(t, log); state.Broken != "" || state.UpTo != 7 {
				t.Errorf("%s: got %+v, want all of it to be whole", name, state)
			}
		}

		if _, err := log.Accept(t.Context(), "again"); err == nil || !strings.Contains(err.Error(), "no entry lacks its code") {
			t.Errorf("got %v, want nothing to accept", err)
		}

		// What comes later is another matter.
		byTheVersionBefore(t, db)

		if state := stateOf(t, log); state.Broken != "entry 8 is not keyed, although entry 1 is" || signed != 8 {
			t.Errorf("got %+v, want entry 8 to be named", state)
		}
	})
}

// TestAnAcceptanceHidesNothing has somebody who can write the database make use of one.
func TestAnAcceptanceHidesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		keys := parseKeys(t, "k1", keyOne)
		log := replica(db, keys, 0)

		trigger(t, log)
		byTheVersionBefore(t, db)
		trigger(t, log)

		if _, err := log.Accept(t.Context(), "why"); err != nil {
			t.Fatal(err)
		}

		trigger(t, log)
		dropTriggers(t, db)

		for statement, want := range map[string]string{
			// One that had a code when others were accepted, though it lies between them and that.
			`UPDATE opsconsole_audit SET chain = NULL, mac = NULL WHERE seq = 3`: "entry 3 is not keyed, although entry 1 is",
			// The acceptance itself.
			`UPDATE opsconsole_audit SET chain = NULL, mac = NULL WHERE seq = 4`:         "entry 2 is not keyed, although entry 1 is, nor are others up to 4",
			`UPDATE opsconsole_audit SET after_json = '{"entries":[]}' WHERE seq = 4`:    "entry 2 is not keyed, although entry 1 is",
			`UPDATE opsconsole_audit SET reason = 'nothing to see here' WHERE seq = 2`:   "entry 2 was altered",
			`UPDATE opsconsole_audit SET mac = 'x', reason = reason || '' WHERE seq = 4`: "entry 2 is not keyed, although entry 1 is",
		} {
			rows, err := log.List(t.Context(), audit.Filter{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}

			exec(t, db, statement)

			if fault := checked(t, db, keys); fault != want {
				t.Errorf("%s: got %q, want %q", statement, fault, want)
			}

			for _, e := range rows.Items {
				if _, err := db.Write().ExecContext(t.Context(), `
					UPDATE opsconsole_audit SET chain = NULLIF($1, 'sha256'), mac = NULLIF($2, ''), after_json = $3, reason = $4 WHERE seq = $5`,
					e.Chain, e.MAC, string(e.After), e.Reason, e.Seq); err != nil {
					t.Fatal(err)
				}
			}
		}

		if fault := checked(t, db, keys); fault != "" {
			t.Fatalf("as it was: %s", fault)
		}

		// Where anything else is wrong, nothing is accepted.
		byTheVersionBefore(t, db)
		exec(t, db, `UPDATE opsconsole_audit SET reason = 'nothing to see here' WHERE seq = 5`)

		if _, err := log.Accept(t.Context(), "why"); err == nil || !strings.Contains(err.Error(), "entry 5 was altered") {
			t.Errorf("got %v, want entry 5 to be in the way", err)
		}
	})
}

// TestACodeThatIsTakenAwayIsFoundByTheDailyLook is of one that the console has passed.
func TestACodeThatIsTakenAwayIsFoundByTheDailyLook(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		keys, now := parseKeys(t, "k1", keyOne), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		log := audit.New(db, func() time.Time { return now })
		log.Keys = keys

		for range 3 {
			trigger(t, log)
		}

		stateOf(t, log)
		dropTriggers(t, db)
		exec(t, db, `UPDATE opsconsole_audit SET chain = NULL, mac = NULL WHERE seq = 2`)

		now = now.Add(25 * time.Hour)

		if state := stateOf(t, log); state.Broken != "entry 2 is not keyed, although entry 1 is" {
			t.Errorf("got %+v, want entry 2 to be named", state)
		}
	})
}

func checked(t *testing.T, db *store.DB, keys audit.Keys) string {
	t.Helper()

	fault, err := replica(db, keys, 0).Check(t.Context(), audit.NewChecker(keys, 0))
	if err != nil {
		t.Fatal(err)
	}

	return fault
}

func isMissing(err error) bool {
	_, ok := errors.AsType[audit.MissingKeyError](err)

	return ok
}
