package retry_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/retry"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestDuesAreTheFirstOfEachGroup, by the clock of who asks: a replica whose own is off waits for as long as the others.
func TestDuesAreTheFirstOfEachGroup(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

		db.AgreeOn(func() time.Time { return noon })

		if _, err := db.Exec(t.Context(), `CREATE TABLE things (kind TEXT, due_at TEXT, next_try_at TEXT)`); err != nil {
			t.Fatal(err)
		}

		at := func(seconds int) store.Time { return store.Time{Time: noon.Add(time.Duration(seconds) * time.Second)} }

		for _, row := range [][]any{
			{"a", at(60), store.Time{}},
			{"a", at(30), store.Time{}},
			{"b", at(-60), at(5)},         // put off
			{"b", at(40), store.Time{}},   // later than that
			{"c", at(7300), at(7200)},     // not due when it may be tried
			{"d", at(-10), at(-5)},        // whose claim is over
			{"none", store.Time{}, at(1)}, // not to be tried
		} {
			if _, err := db.Exec(t.Context(), `INSERT INTO things (kind, due_at, next_try_at) VALUES ($1, $2, $3)`, row...); err != nil {
				t.Fatal(err)
			}
		}

		for off, want := range map[time.Duration]map[string]store.Time{
			0:          {"a": at(30), "b": at(5), "c": at(7300), "d": at(-5)},
			-time.Hour: {"a": at(30), "b": at(-60), "c": at(7300), "d": at(-10)},
			time.Hour:  {"a": at(30), "b": at(40), "c": at(7200 + 3600), "d": at(-5 + 3600)},
		} {
			dues, err := retry.Dues[string](t.Context(), db, func() time.Time { return noon.Add(off) },
				retry.Rows{Table: "things", Condition: "due_at IS NOT NULL", Group: "kind", Due: "due_at"})
			if err != nil || len(dues) != len(want) {
				t.Errorf("off by %s: got %v, %v, want %v", off, dues, err, want)
			}

			for kind, at := range want {
				if !dues[kind].Equal(at.Time) {
					t.Errorf("off by %s: %s is due at %s, want %s", off, kind, dues[kind], at)
				}
			}
		}
	})
}
