package audit_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

var (
	keyOne = "k1:" + strings.Repeat("11", 32)
	keyTwo = "k2:" + strings.Repeat("Ii", 22) // base64, 33 bytes
)

func parseKeys(t *testing.T, use string, texts ...string) audit.Keys {
	t.Helper()

	keys, _, err := audit.ParseKeys(strings.Join(texts, "\n"))
	if err != nil {
		t.Fatal(err)
	}

	keys.Use = use

	return keys
}

// replica is a log in the database with the keys, at that hour of a day.
func replica(db *store.DB, keys audit.Keys, hour int) *audit.Log {
	log := audit.New(db, func() time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC) })
	log.Keys = keys

	return log
}

func trigger(t *testing.T, log *audit.Log) audit.Entry {
	t.Helper()

	return record(t, log, audit.Entry{Action: audit.JobTrigger, Outcome: audit.Intent, Reason: "why"})
}

func TestKeysAreRead(t *testing.T) {
	t.Parallel()

	keys, first, err := audit.ParseKeys("# newest first\n" + keyTwo + "\n\n" + keyOne + ",")
	if ids := strings.Join(keys.IDs(), " "); err != nil || first != "k2" || ids != "k1 k2" || keys.Use != "" {
		t.Errorf("got %s, %q first, %v; want k1 and k2, k2 first", ids, first, err)
	}

	const secret = "geheim"

	for text, says := range map[string]string{
		"":                            "no key in it",
		"# k1":                        "no key in it",
		secret:                        "number 1, that is not ID:SECRET",
		"a b:" + secret:               "not ID:SECRET",
		keyOne + "\nk2:" + secret:     "number 2, whose secret",
		"k1:" + secret + "!":          "not hexadecimal or base64",
		"k1:" + keyOne[3:65]:          "31 bytes; it must have at least 32",
		keyOne + "," + keyOne:         "k1 twice",
		strings.Repeat("k", 65) + ":": "not ID:SECRET",
	} {
		if _, _, err := audit.ParseKeys(text); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: got %v, want one that says %q and no secret", text, err, says)
		}
	}
}

// TestAKeyIsSetAndRotated goes through what an operator does, in order.
func TestAKeyIsSetAndRotated(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		verified := func(log *audit.Log, upTo, keyedFrom int64) {
			t.Helper()

			if state, err := log.Verify(t.Context()); err != nil || state.Broken != "" || state.UpTo != upTo || state.KeyedFrom != keyedFrom {
				t.Fatalf("got %+v, %v; want it whole up to %d, keyed from %d on", state, err, upTo, keyedFrom)
			}
		}

		unkeyed := replica(db, audit.Keys{}, 0)
		if e := trigger(t, unkeyed); e.Chain != audit.Unkeyed || e.MAC != "" {
			t.Fatalf("got %+v, want it without a key", e)
		}

		verified(unkeyed, 1, 0)

		// All have the key, and none begins before another one has.
		waiting := replica(db, parseKeys(t, "", keyOne), 0)
		if err := waiting.Start(t.Context()); err != nil {
			t.Fatal(err)
		}

		if e := trigger(t, waiting); e.Chain != audit.Unkeyed {
			t.Fatalf("got %+v, want it without a key yet", e)
		}

		first := replica(db, parseKeys(t, "k1", keyOne), 0)
		for range 2 { // Started again it has nothing to say.
			if err := first.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		noted, _, err := first.Get(t.Context(), 3)
		if err != nil || noted.Action != audit.LogKey || noted.Object != "audit/key/k1" || noted.Chain != "hmac-sha256:k1" || len(noted.MAC) != 64 {
			t.Fatalf("got %+v, %v; want that entries have a key from now on", noted, err)
		}

		if e := trigger(t, waiting); e.Chain != "hmac-sha256:k1" || e.MAC == "" {
			t.Fatalf("got %+v, want it with the key, as another one began", e)
		}

		verified(first, 4, 3)
		verified(waiting, 4, 3)

		// One without the key spoils nothing.
		unavailable, _ := errors.AsType[*ops.Error](func() error {
			_, err := unkeyed.Record(t.Context(), dave, audit.Entry{Action: audit.SignIn, Outcome: audit.Done})

			return err
		}())
		if unavailable == nil || unavailable.Code != ops.CodeServiceUnavailable || !strings.Contains(unavailable.Message, `"k1"`) {
			t.Fatalf("got %v, want it refused for the key", unavailable)
		}

		if missing, ok := errors.AsType[audit.MissingKeyError](replica(db, audit.Keys{}, 0).Start(t.Context())); !ok || missing.ID != "k1" {
			t.Errorf("got %v, want it not to start without k1", missing)
		}

		// It reads on, and says what it cannot know.
		if state, err := unkeyed.Verify(t.Context()); err != nil || state.Broken != "" || state.UpTo != 4 || state.MissingKey != "k1" {
			t.Errorf("got %+v, %v; want it not broken, and k1 missing", state, err)
		}

		second := replica(db, parseKeys(t, "k2", keyOne, keyTwo), 0)
		if err := second.Start(t.Context()); err != nil {
			t.Fatal(err)
		}

		trigger(t, second)
		trigger(t, replica(db, parseKeys(t, "k1", keyOne, keyTwo), 0)) // one that was not restarted yet

		verified(second, 7, 3)

		if state, err := first.Verify(t.Context()); err != nil || state.Broken != "" || state.MissingKey != "k2" {
			t.Errorf("got %+v, %v; want it not broken, and k2 missing", state, err)
		}
	})
}

// TestWhatTheVersionBeforeDoes has entries written and hashed as it does, which knows of no keys.
func TestWhatTheVersionBeforeDoes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log := replica(db, parseKeys(t, "k1", keyOne), 0)
		keyed := trigger(t, log)

		// The hash of a keyed entry is that which it had without: the version before calls it whole.
		keyed.Chain, keyed.MAC = audit.Unkeyed, ""
		if fault := audit.NewChecker(audit.Keys{}, 0).Next(keyed); fault != "" {
			t.Errorf("without its code: %s", fault)
		}

		exec(t, db, `UPDATE opsconsole_audit_head SET seq = seq + 1`)
		exec(t, db, `INSERT INTO opsconsole_audit (seq, at, actor, role, remote_addr, request_id, action, object, outcome, reason, intent,
			change_id, before_json, after_json, message, prev_hash, hash)
			SELECT 2, at, actor, role, remote_addr, request_id, action, object, outcome, reason, intent, change_id, before_json, after_json,
			message, hash, 'x' FROM opsconsole_audit`)

		old, _, err := log.Get(t.Context(), 2)
		if err != nil || old.Chain != audit.Unkeyed {
			t.Fatalf("got %+v, %v; want it without a key", old, err)
		}

		if state, err := log.Verify(t.Context()); err != nil || state.Broken != "entry 2 was altered" {
			t.Errorf("got %+v, %v; want the hash to be looked at", state, err)
		}
	})
}

func TestWhatWasVerifiedIsKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		keys := parseKeys(t, "k1", keyOne)
		verify := func(hour int) audit.State {
			t.Helper()

			state, err := replica(db, keys, hour).Verify(t.Context())
			if err != nil {
				t.Fatal(err)
			}

			return state
		}

		for range 3 {
			trigger(t, replica(db, keys, 0))
		}

		dropTriggers(t, db)

		whole := verify(0).WholeAt

		exec(t, db, `UPDATE opsconsole_audit SET reason = 'nothing to see' WHERE seq = 2`)

		// Another run, or another replica, goes on from there, and looks at all when a day is over.
		if state := verify(1); state.Broken != "" || !state.WholeAt.Equal(whole) || state.KeyedFrom != 1 {
			t.Errorf("got %+v, want it to go on from what was verified at %s", state, whole)
		}

		if state := verify(24); state.Broken != "entry 2 was altered" {
			t.Errorf("got %+v, want it to check all again", state)
		}

		// Nobody without the key moves it forward; without it all is looked at.
		for name, statement := range map[string]string{
			"moved": `UPDATE opsconsole_audit_verified SET statement = REPLACE(statement, '"seq":3', '"seq":2')`,
			"gone":  `DELETE FROM opsconsole_audit_verified`,
		} {
			exec(t, db, statement)

			if state := verify(1); state.Broken != "entry 2 was altered" {
				t.Errorf("%s: got %+v, want it to check all", name, state)
			}
		}
	})
}

// TestALogThatWasCutIsFoundByTheNextRun has whoever cut it leave nothing that does not fit, but for what was verified before.
func TestALogThatWasCutIsFoundByTheNextRun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		keys := parseKeys(t, "k1", keyOne)
		for range 3 {
			trigger(t, replica(db, keys, 0))
		}

		if _, err := replica(db, keys, 0).Verify(t.Context()); err != nil {
			t.Fatal(err)
		}

		dropTriggers(t, db)
		exec(t, db, `DELETE FROM opsconsole_audit WHERE seq > 2`)
		exec(t, db, `UPDATE opsconsole_audit_head SET seq = 2, hash = (SELECT hash FROM opsconsole_audit WHERE seq = 2)`)

		if state, err := replica(db, keys, 1).Verify(t.Context()); err != nil || state.Broken != "entry 3 is missing: the log ends at 2" {
			t.Errorf("got %+v, %v; want entry 3 to be missed", state, err)
		}
	})
}

func TestAnEntryThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log := newLog(db)
		trigger(t, log)
		trigger(t, log)
		dropTriggers(t, db)
		exec(t, db, `UPDATE opsconsole_audit SET at = 'never' WHERE seq = 2`)

		if state, err := log.Verify(t.Context()); err != nil || state.Broken != "entry 2 was altered: it cannot be read" || state.UpTo != 1 {
			t.Errorf("got %+v, %v; want entry 2 to be named", state, err)
		}
	})
}

func TestExportsAreVerifiedElsewhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		trigger(t, replica(db, audit.Keys{}, 0))

		keys := parseKeys(t, "k1", keyOne)
		for range 1500 {
			trigger(t, replica(db, keys, 0))
		}

		// Two parts make a whole.
		var out bytes.Buffer

		for _, after := range []int64{0, 1200} {
			w := audit.Lines(&out)

			for e, err := range replica(db, audit.Keys{}, 0).Export(t.Context(), after) {
				if err != nil {
					t.Fatal(err)
				}

				if after == 0 && e.Seq > 1200 {
					break
				}

				if err := w.Write(e); err != nil {
					t.Fatal(err)
				}
			}
		}

		lines := strings.SplitAfter(strings.TrimSuffix(out.String(), "\n"), "\n")
		check := func(lines ...string) (int64, string) {
			t.Helper()

			from, fault, err := audit.CheckExport(strings.NewReader(strings.Join(lines, "")), audit.NewChecker(keys, 0))
			if err != nil {
				return from, err.Error()
			}

			return from, fault
		}

		if from, fault := check(lines...); len(lines) != 1501 || from != 1 || fault != "" {
			t.Errorf("got %d lines from %d on, %q; want 1501 that fit", len(lines), from, fault)
		}

		if from, fault := check(lines[700:]...); from != 701 || fault != "" {
			t.Errorf("got %d, %q; want a part to fit from 701 on", from, fault)
		}

		for want, tampered := range map[string][]string{
			"entry 3 is missing":                           {lines[0], lines[1], lines[3]},
			"entry 2 is where entry 3 should be":           {lines[0], lines[1], lines[1]},
			"entry 2 was altered":                          {lines[0], strings.Replace(lines[1], "why", "who", 1)},
			"entry 2 was not written with the key k1":      {lines[0], strings.Replace(lines[1], `"mac":"`, `"mac":"0`, 1)},
			"entry 2 has a code but does not name its key": {lines[0], strings.Replace(lines[1], "hmac-sha256:k1", "sha256", 1)},
			`chained as "md5", which does not exist`:       {lines[0], strings.Replace(lines[1], "hmac-sha256:k1", "md5", 1)},
			"line 2 is not an entry of a JSON export": {
				lines[0], strings.Replace(lines[1], "}\n", `,"reason":"another, which a reader would take"}`+"\n", 1),
			},
			"entry 3 is not keyed, although entry 2 is": {
				lines[0], lines[1], strings.Split(lines[2], `,"chain"`)[0] + "}\n",
			},
		} {
			if _, got := check(tampered...); !strings.Contains(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	})
}
