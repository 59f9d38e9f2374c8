package retry_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/retry"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

func TestPausesGrow(t *testing.T) {
	t.Parallel()

	const s = time.Second

	for name, test := range map[string]struct {
		policy retry.Policy
		random float64
		want   []time.Duration
	}{
		"doubled up to the most": {retry.Policy{First: s, Max: 10 * s}, 1, []time.Duration{s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s}},
		"always the same":        {retry.Policy{First: 5 * s, Max: 5 * s}, 1, []time.Duration{5 * s, 5 * s, 5 * s}},
		"several of each":        {retry.Policy{First: s, Max: 4 * s, Repeat: 2}, 1, []time.Duration{s, s, 2 * s, 2 * s, 4 * s, 4 * s, 4 * s}},
		"half taken off":         {retry.Policy{First: 2 * s, Max: 8 * s, Jitter: 0.5}, 1, []time.Duration{s, 2 * s, 4 * s, 4 * s}},
		"none taken off":         {retry.Policy{First: 2 * s, Max: 8 * s, Jitter: 0.5}, 0, []time.Duration{2 * s, 4 * s, 8 * s, 8 * s}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := make([]time.Duration, len(test.want))
			for i := range got {
				got[i] = test.policy.Pause(i+1, test.random)
			}

			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}

			if many := test.policy.Pause(1<<40, test.random); many != test.want[len(test.want)-1] {
				t.Errorf("after very many it is %v", many)
			}
		})
	}
}

func TestARowIsTriedUntilItComesAbout(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		policy := retry.Policy{First: time.Second, Max: 10 * time.Second, ClaimFor: 5 * time.Second}
		row := retry.Row{Table: "things", Condition: "id = $1", Args: []any{1}}
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

		tx := func(do func(tx *sql.Tx) error) {
			t.Helper()

			if err := db.Tx(t.Context(), do); err != nil {
				t.Fatal(err)
			}
		}

		tx(func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `CREATE TABLE things (id INTEGER, tries INTEGER NOT NULL, next_try_at TEXT, note TEXT)`)
			if err != nil {
				return err
			}

			_, err = tx.ExecContext(t.Context(), `INSERT INTO things (id, tries) VALUES (1, 0)`)

			return err
		})

		claim := func(want bool) {
			t.Helper()
			tx(func(tx *sql.Tx) error {
				if ok, err := policy.Claim(t.Context(), tx, row, now); err != nil || ok != want {
					t.Errorf("claimed at %s: %t, %v", now.Format(time.TimeOnly), ok, err)
				}

				return nil
			})
		}
		postpone := func() (pause time.Duration) {
			t.Helper()
			tx(func(tx *sql.Tx) error {
				return policy.Postpone(t.Context(), tx, row, now, store.Column{Name: "note", Value: "no answer"})
			})

			var (
				next store.Time
				note string
			)

			err := db.Read().QueryRowContext(t.Context(), `SELECT tries, next_try_at, note FROM things`).Scan(&row.Tries, &next, &note)
			if err != nil || note != "no answer" {
				t.Fatal(note, err)
			}

			return next.Sub(now)
		}

		claim(true)
		claim(false) // it is left to whoever claimed it first

		now = now.Add(5 * time.Second)

		claim(true) // whoever claimed it died

		for _, want := range []int{1, 2, 4, 8, 10, 10} {
			if got := postpone(); got != time.Duration(want)*time.Second {
				t.Errorf("put off by %s, want %d s", got, want)
			}
		}

		if row.Tries != 4 {
			t.Errorf("%d failures are counted, want as many as the pause grows with", row.Tries)
		}

		now = now.Add(9 * time.Second)

		claim(false)

		now = now.Add(-time.Hour) // the clock was set back

		claim(true)
	})
}
