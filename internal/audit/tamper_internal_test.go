package audit

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

const (
	// A log of so many entries, keyed from one in the middle on, with signed heads of some.
	tamperRows  = 30
	tamperKeyed = 11
	tamperings  = 500 // on each database
)

func testKeys(tb testing.TB, use string, ids ...string) Keys {
	tb.Helper()

	var lines []string
	for _, id := range ids {
		lines = append(lines, id+":"+strings.Repeat(fmt.Sprintf("%02x", id[len(id)-1]), 32))
	}

	keys, _, err := ParseKeys(strings.Join(lines, "\n"))
	if err != nil {
		tb.Fatal(err)
	}

	keys.Use = use

	return keys
}

func TestRandomTamperingsAreFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		keys := testKeys(t, "k1", "k1")
		rows := tamperedLog(t, db, keys)

		for _, statement := range map[store.Dialect][]string{
			store.SQLite:   {`DROP TRIGGER opsconsole_audit_no_update`, `DROP TRIGGER opsconsole_audit_no_delete`},
			store.Postgres: {`ALTER TABLE opsconsole_audit DISABLE TRIGGER ALL`},
		}[db.Dialect()] {
			if _, err := db.Write().ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}

		var heads []Witness

		whole := NewChecker(keys, 0)
		for _, e := range rows {
			if whole.Next(e); slices.Contains([]int64{5, 14, 22, tamperRows}, e.Seq) {
				heads = append(heads, Witness{whole.Reached, "the head that was signed"})
			}
		}

		log := New(db, time.Now)
		log.Keys = keys

		look := func(rows []Entry) string {
			replaceLog(t, db, rows)

			fault, err := log.Check(t.Context(), NewChecker(keys, 0, heads...))
			if err != nil {
				t.Fatal(err)
			}

			return fault
		}

		if fault := look(rows); fault != "" {
			t.Fatalf("the log as it is: %s", fault)
		}

		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 0))

		for n := range tamperings {
			did, tampered, first := tamper(random, rows)

			fault := look(tampered)
			if fault == "" {
				t.Fatalf("seed %d: tampering %d was not found: %s", seed, n, did)
			}

			if first > 0 && !strings.HasPrefix(fault, fmt.Sprintf("entry %d ", first)) {
				t.Fatalf("seed %d: tampering %d, %s: got %q, want it to name entry %d", seed, n, did, fault, first)
			}
		}

		if fault := look(rows); fault != "" {
			t.Fatalf("the log as it was: %s", fault)
		}
	})
}

// tamperedLog writes the log that is tampered with, and returns its entries.
func tamperedLog(t *testing.T, db *store.DB, keys Keys) []Entry {
	t.Helper()

	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	log := New(db, func() time.Time {
		at = at.Add(time.Minute)

		return at
	})

	var rows []Entry

	for n := 1; n <= tamperRows; n++ {
		if n == tamperKeyed {
			log.Keys = keys
		}

		entry, err := log.Record(t.Context(), Actor{Username: "dave", Role: "ops", RemoteAddr: "192.0.2.7", RequestID: "r", Identity: Identity{Issuer: "https://idp.example.com", Subject: "0a1b"}}, Entry{
			Action: ConfigSave, Object: "config/concurrency", Outcome: []Outcome{Intent, Done}[(n-1)%2], Reason: fmt.Sprintf("reason %d <b>", n),
			Intent: int64((n - 1) % 2 * (n - 1)), Change: int64(n), Before: []byte(`{"per_analyst":5}`), After: []byte(`{"per_analyst": 6}`),
			Message: "It was done",
		})
		if err != nil {
			t.Fatal(err)
		}

		rows = append(rows, entry)
	}

	return rows
}

// replaceLog writes rows in the place of all, and the head that fits the last one.
func replaceLog(t *testing.T, db *store.DB, rows []Entry) {
	t.Helper()

	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		var (
			values []string
			args   []any
			head   Entry
		)

		for _, e := range rows {
			var marks []string

			for _, value := range []any{
				e.Seq,
				store.Time{Time: e.At},
				e.Actor, e.Role, e.RemoteAddr, e.RequestID, e.Action, e.Object, e.Outcome, e.Reason, e.Intent,
				e.Change, string(e.Before), string(e.After), e.Message, e.PrevHash, e.Hash, e.Chain, e.MAC, e.Issuer, e.Subject, e.IdentityHash,
			} {
				args = append(args, value)
				marks = append(marks, fmt.Sprintf("$%d", len(args)))
			}

			values = append(values, "("+strings.Join(marks, ", ")+")")

			if e.Seq > head.Seq {
				head = e
			}
		}

		statement := `DELETE FROM opsconsole_audit`
		if _, err := tx.ExecContext(t.Context(), statement); err != nil {
			return err
		}

		if len(rows) > 0 {
			statement = `INSERT INTO opsconsole_audit (seq, at, actor, role, remote_addr, request_id, action, object, outcome, reason, intent,
				change_id, before_json, after_json, message, prev_hash, hash, chain, mac, issuer, subject, identity_hash) VALUES ` + strings.Join(values, ", ")
			if _, err := tx.ExecContext(t.Context(), statement, args...); err != nil {
				return err
			}
		}

		_, err := tx.ExecContext(t.Context(), `UPDATE opsconsole_audit_head SET seq = $1, hash = $2`, head.Seq, head.Hash)

		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tamper does something to a copy of the rows, and says what. first is the entry that has to be named, 0 where that
// depends on what else vouches for it.
func tamper(random *rand.Rand, rows []Entry) (did string, tampered []Entry, first int64) {
	rows = slices.Clone(rows)
	i := random.IntN(len(rows))
	seq := rows[i].Seq

	switch random.IntN(9) {
	case 0:
		did = edit(random, &rows[i])

		return fmt.Sprintf("edit %s of entry %d", did, seq), rows, seq
	case 1:
		did = edit(random, &rows[i])
		rows[i].Hash, _ = rows[i].digest()
		rows[i].IdentityHash = rows[i].identityDigest()

		return fmt.Sprintf("edit %s of entry %d and its hash", did, seq), rows, 0
	case 2:
		n := 1 + random.IntN(len(rows)-i)

		return fmt.Sprintf("delete %d entries from %d on", n, seq), slices.Delete(rows, i, i+n), seq
	case 3:
		n := 1 + random.IntN(len(rows)-i)
		rows = rebuild(slices.Delete(rows, i, i+n), i, Keys{})

		return fmt.Sprintf("delete %d entries from %d on and rebuild the rest", n, seq), rows, 0
	case 4:
		j := random.IntN(len(rows))
		if i == j {
			j = (i + 1) % len(rows)
		}

		rows[i].Seq, rows[j].Seq = rows[j].Seq, rows[i].Seq

		return fmt.Sprintf("exchange entries %d and %d", i+1, j+1), rows, int64(min(i, j) + 1)
	case 5:
		did = edit(random, &rows[i])
		rows = rebuild(rows, i, Keys{})

		return fmt.Sprintf("edit %s of entry %d and rebuild without the key", did, seq), rows, 0
	case 6:
		keys, _, _ := ParseKeys("k1:" + strings.Repeat("ab", keyMin))
		keys.Use = "k1"
		did = edit(random, &rows[i])
		rows = rebuild(rows, i, keys)

		return fmt.Sprintf("edit %s of entry %d and rebuild with another key", did, seq), rows, 0
	case 7:
		more := rows[i]
		more.Reason += "inserted"
		rows = rebuild(slices.Insert(rows, i, more), i, Keys{})

		return fmt.Sprintf("insert before entry %d and rebuild", seq), rows, 0
	default: // As somebody would who wants the log to seem never to have had a key.
		rows[i].Reason += "forged"

		return fmt.Sprintf("edit entry %d and rebuild all without the key", seq), rebuild(rows, 0, Keys{}), 0
	}
}

// edit changes something of an entry that says something else then.
func edit(random *rand.Rand, e *Entry) string {
	texts := map[string]*string{
		"actor": &e.Actor, "role": &e.Role, "address": &e.RemoteAddr, "request": &e.RequestID, "action": (*string)(&e.Action),
		"object": &e.Object, "issuer": &e.Issuer, "subject": &e.Subject, "outcome": (*string)(&e.Outcome), "reason": &e.Reason, "message": &e.Message,
	}
	names := []string{"actor", "role", "address", "request", "action", "object", "issuer", "subject", "outcome", "reason", "message", "at", "intent", "change", "before", "after"}
	name := names[random.IntN(len(names))]

	switch name {
	case "at":
		e.At = e.At.Add(time.Duration(1+random.IntN(1_000_000)) * time.Microsecond)
	case "intent":
		e.Intent++
	case "change":
		e.Change++
	case "before":
		e.Before = []byte(`{"per_analyst":7}`)
	case "after":
		e.After = nil
	default:
		*texts[name] += strconv.Itoa(random.IntN(10))
	}

	return name
}

// rebuild numbers and chains the rows from that one on anew.
func rebuild(rows []Entry, from int, keys Keys) []Entry {
	prev := Entry{}
	if from > 0 {
		prev = rows[from-1]
	}

	for i := from; i < len(rows); i++ {
		e := &rows[i]
		e.Seq, e.PrevHash, e.Chain, e.MAC = prev.Seq+1, prev.Hash, Unkeyed, ""
		_ = keys.seal(e) // of what was JSON before

		prev = *e
	}

	return rows
}
