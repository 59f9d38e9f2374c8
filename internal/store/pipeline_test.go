package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// notes makes a table of notes.
func notes(t *testing.T, db *store.DB) {
	t.Helper()

	if _, err := db.Exec(t.Context(), `CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT NOT NULL)`); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *store.DB) (n int) {
	t.Helper()

	if err := db.Write().QueryRowContext(t.Context(), `SELECT count(*) FROM notes`).Scan(&n); err != nil {
		t.Fatal(err)
	}

	return n
}

const note = `INSERT INTO notes (id, text) VALUES ($1, $2)`

func TestWhatIsSentIsThereForWhatComesNext(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		notes(t, db)

		text := "then"

		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			var (
				n    int
				read string
			)

			err := store.Send(t.Context(), tx, note, 1, &text)
			text = "later"

			return errors.Join(err,
				store.Send(t.Context(), tx, note, 2, "two"),
				tx.QueryRowContext(t.Context(), `SELECT count(*) FROM notes`).Scan(&n),
				tx.QueryRowContext(store.Along(t.Context()), `SELECT text FROM notes WHERE id = $1`, 1).Scan(&read),
				wanted(n, 2), wanted(read, "then"),
				store.Send(t.Context(), tx, note, 3, "three"),
			)
		})
		if err != nil || count(t, db) != 3 {
			t.Errorf("got %v and %d notes, want 3", err, count(t, db))
		}

		// What an update says of its rows is of it, not of what it is sent along with.
		err = db.Tx(t.Context(), func(tx *sql.Tx) error {
			if err := store.Send(t.Context(), tx, note, 4, "four"); err != nil {
				return err
			}

			done, err := tx.ExecContext(t.Context(), `UPDATE notes SET text = $1 WHERE id <= $2`, "", 3)
			if err != nil {
				return err
			}

			n, err := done.RowsAffected()

			return errors.Join(err, wanted(n, 3))
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func wanted[T comparable](got, want T) error {
	if got != want {
		return fmt.Errorf("got %v, want %v", got, want)
	}

	return nil
}

func TestATransactionOfWhichSomethingSentFailsComesToNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()
		notes(t, db)

		twice := func(ctx context.Context, tx *sql.Tx) error {
			return errors.Join(store.Send(ctx, tx, note, 1, "once"), store.Send(ctx, tx, note, 1, "twice"))
		}

		for name, after := range map[string]func(tx *sql.Tx) error{
			"the commit": func(*sql.Tx) error { return nil },
			"a query": func(tx *sql.Tx) error {
				return tx.QueryRowContext(t.Context(), `SELECT id FROM notes WHERE id = $1`, 1).Scan(new(int))
			},
			"a query along with it": func(tx *sql.Tx) error {
				return tx.QueryRowContext(store.Along(t.Context()), `SELECT id FROM notes WHERE id = $1`, 1).Scan(new(int))
			},
			"a statement": func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), note, 2, "two")

				return err
			},
			"what has no arguments": func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), `DELETE FROM notes`)

				return err
			},
		} {
			err := db.Tx(t.Context(), func(tx *sql.Tx) error {
				err := twice(t.Context(), tx)
				if err == nil {
					err = after(tx)
				}

				return err
			})
			if !store.IsUnique(err) || errors.Is(err, store.ErrCommitUnknown) || count(t, db) != 0 {
				t.Errorf("%s: got %v and %d notes, want that one is there already, and none", name, err, count(t, db))
			}
		}

		gaveUp := errors.New("given up")

		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			return errors.Join(store.Send(t.Context(), tx, note, 1, "one"), gaveUp)
		})
		if !errors.Is(err, gaveUp) || count(t, db) != 0 {
			t.Errorf("got %v and %d notes, want none of who gave up", err, count(t, db))
		}
	})
}

// TestWhatIsReadAlongIsAsWhatIsReadAlone reads each type of a column that may come along, and some more.
func TestWhatIsReadAlongIsAsWhatIsReadAlone(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.PostgresURL(t))
	notes(t, db)

	const query = `SELECT true AS a, 1::smallint, 2::int, 3::bigint, 1.5::real, 2.5::float8, 'text', 'x'::varchar(3), '\x01'::bytea,
		timestamptz '2026-03-01 14:00:00.000001+02', date '2026-03-01', sum(4::bigint), NULL::text, $1::bigint WHERE true`

	read := func(along bool) (values []any, names []string) {
		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			if along {
				if err := store.Send(t.Context(), tx, `DELETE FROM notes WHERE id = $1`, 1); err != nil {
					return err
				}
			}

			rows, err := tx.QueryContext(store.Along(t.Context()), query, 7)
			if err != nil {
				return err
			}
			defer rows.Close()

			if names, err = rows.Columns(); err != nil || !rows.Next() {
				return errors.Join(err, rows.Err(), errors.New("there is no row"))
			}

			values = make([]any, len(names))

			into := make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}

			return errors.Join(rows.Scan(into...), wanted(rows.Next(), false), rows.Err())
		})
		if err != nil {
			t.Fatal(err)
		}

		return values, names
	}

	alone, names := read(false)
	along, named := read(true)

	if !reflect.DeepEqual(names, named) {
		t.Errorf("got the columns %v, want %v", named, names)
	}

	for i := range alone {
		if !reflect.DeepEqual(along[i], alone[i]) {
			t.Errorf("column %d: got %T %v, want %T %v", i, along[i], along[i], alone[i], alone[i])
		}
	}
}

// TestATransactionWaitsForWhatItHasTo counts how often PostgreSQL is sent something.
func TestATransactionWaitsForWhatItHasTo(t *testing.T) {
	t.Parallel()

	line, databaseURL := storetest.NewLine(t, storetest.PostgresURL(t))
	db := storetest.Open(t, databaseURL)
	notes(t, db)

	act := func(id int) (sent int) {
		before := line.Sent()

		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			var n int

			return errors.Join(
				store.Send(t.Context(), tx, note, id, "first"),
				tx.QueryRowContext(store.Along(t.Context()), `SELECT count(*) FROM notes WHERE id >= $1`, id).Scan(&n),
				store.Send(t.Context(), tx, note, id+1, "second"),
				store.Send(t.Context(), tx, note, id+2, "third"),
			)
		})
		if err != nil {
			t.Fatal(err)
		}

		return line.Sent() - before
	}

	act(1) // what it says is prepared then

	if sent := act(4); sent != 3 {
		t.Errorf("sent something %d times, want it to begin, for what is asked, and to commit", sent)
	}

	if n := count(t, db); n != 6 {
		t.Errorf("got %d notes, want 6", n)
	}
}

// TestStatementsGoAlongHoweverTheyAreSent has the URL say how, as for a pooler that keeps no prepared statements.
func TestStatementsGoAlongHoweverTheyAreSent(t *testing.T) {
	t.Parallel()

	for _, mode := range []string{"cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()

			databaseURL, err := url.Parse(storetest.PostgresURL(t))
			if err != nil {
				t.Fatal(err)
			}

			query := databaseURL.Query()
			query.Set("default_query_exec_mode", mode)
			databaseURL.RawQuery = query.Encode()

			db := storetest.Open(t, databaseURL.String())
			notes(t, db)

			for round := range 2 {
				err := db.Tx(t.Context(), func(tx *sql.Tx) error {
					var (
						text string
						n    int
						at   time.Time
						is   bool
					)

					return errors.Join(
						store.Send(t.Context(), tx, note, 2*round, "it's one"),
						tx.QueryRowContext(store.Along(t.Context()), `
							SELECT text, $2::bigint, timestamptz '2026-03-01 14:00:00Z', true FROM notes WHERE id = $1`, 2*round, 7).
							Scan(&text, &n, &at, &is),
						wanted(text, "it's one"), wanted(n, 7), wanted(at.Unix(), 1772373600), wanted(is, true),
						store.Send(t.Context(), tx, note, 2*round+1, "two"),
					)
				})
				if err != nil || count(t, db) != 2*round+2 {
					t.Errorf("got %v and %d notes, want %d", err, count(t, db), 2*round+2)
				}
			}

			err = db.Tx(t.Context(), func(tx *sql.Tx) error {
				return errors.Join(store.Send(t.Context(), tx, note, 10, "ten"), store.Send(t.Context(), tx, note, 0, "there already"))
			})
			if !store.IsUnique(err) || count(t, db) != 4 {
				t.Errorf("got %v and %d notes, want that one is there already, and 4", err, count(t, db))
			}
		})
	}
}
