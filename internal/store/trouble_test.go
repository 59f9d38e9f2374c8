package store_test

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// wantTrouble compares what an error says of the database; "" is nothing.
func wantTrouble(t *testing.T, err error, kind store.TroubleKind, words string) {
	t.Helper()

	var got store.TroubleError
	if trouble := store.TroubleOf(err); trouble != nil {
		got = *trouble
	}

	if got.Kind != kind || got.Words != words {
		t.Errorf("got %q: %q, want %q: %q, of: %v", got.Kind, got.Words, kind, words, err)
	}
}

func write(t *testing.T, db *store.DB) error {
	t.Helper()

	return db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE opsconsole_calendar SET version = version + 1`)

		return err
	})
}

func TestADatabaseThatIsReadOnly(t *testing.T) {
	t.Parallel()

	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLiteURL, "postgres": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			databaseURL := open(t)
			db := storetest.Open(t, databaseURL)
			writable := storetest.MakeReadOnly(t, db, databaseURL)

			if trouble := db.CannotWrite(); trouble != nil {
				t.Errorf("before anybody wrote: %v", trouble)
			}

			wantTrouble(t, write(t, db), store.Unwritable, "it is read-only")
			wantTrouble(t, db.CannotWrite(), store.Unwritable, "it is read-only")
			wantTrouble(t, db.ProbeWrite(t.Context()), store.Unwritable, "it is read-only")

			if err := db.ProbeRead(t.Context()); err != nil {
				t.Errorf("it cannot be read either: %v", err)
			}

			writable()

			// That a transaction which wrote is committed does not say that there is room.
			if err := write(t, db); err != nil || db.CannotWrite() == nil {
				t.Errorf("got %v and %v, want a write, and that nothing is known until a probe", err, db.CannotWrite())
			}

			if err := db.ProbeWrite(t.Context()); err != nil || db.CannotWrite() != nil {
				t.Errorf("got %v, %v, want it writable again", err, db.CannotWrite())
			}
		})
	}
}

func TestADiskThatIsFull(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	empty := storetest.FillDisk(t, db)

	wantTrouble(t, db.ProbeWrite(t.Context()), store.Unwritable, "its disk is full")
	wantTrouble(t, db.CannotWrite(), store.Unwritable, "its disk is full")

	empty()

	if err := db.ProbeWrite(t.Context()); err != nil || db.CannotWrite() != nil {
		t.Errorf("got %v, %v, want it writable again", err, db.CannotWrite())
	}
}

func TestADatabaseThatIsLocked(t *testing.T) {
	t.Parallel()

	path := strings.TrimPrefix(storetest.SQLiteURL(t), "sqlite://")
	db := storetest.Open(t, "sqlite://"+path+"")

	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()

	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it ends with its database

	if _, err := db.Write().ExecContext(t.Context(), `PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}

	wantTrouble(t, write(t, db), store.Unwritable, "another program has locked it")
}

func TestADatabaseThatIsDown(t *testing.T) {
	t.Parallel()

	databaseURL := storetest.PostgresURL(t)
	db := storetest.Open(t, databaseURL)

	tx, err := db.Write().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}

	start := storetest.Stop(t, db, databaseURL)

	_, err = tx.ExecContext(t.Context(), `SELECT 1`)
	wantTrouble(t, err, store.Unreadable, "it is starting up or shutting down")

	wantTrouble(t, db.ProbeRead(t.Context()), store.Unreadable, "it does not accept connections now")
	wantTrouble(t, db.CannotRead(), store.Unreadable, "it does not accept connections now")
	wantTrouble(t, write(t, db), store.Unreadable, "it does not accept connections now")

	if trouble := db.CannotWrite(); trouble != nil {
		t.Errorf("what cannot be reached is not said to be read-only: %v", trouble)
	}

	start()

	if err := errors.Join(db.ProbeRead(t.Context()), write(t, db)); err != nil || db.CannotRead() != nil {
		t.Errorf("got %v, %v, want it well again", err, db.CannotRead())
	}
}

// TestAServerWithoutConnectionsLeft refuses each new one, and later takes them again.
func TestAServerWithoutConnectionsLeft(t *testing.T) {
	t.Parallel()

	address, err := url.Parse(storetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}

	admin := storetest.Open(t, address.String()).Write()
	exec := func(statement string) {
		if _, err := admin.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
			t.Error(err)
		}
	}

	role := strings.TrimPrefix(address.Path, "/") // of a name that no other test has
	exec(`CREATE ROLE ` + role + ` LOGIN PASSWORD '` + role + `' IN ROLE pg_read_all_data, pg_write_all_data`)

	defer exec(`DROP ROLE ` + role)

	address.User = url.UserPassword(role, role)

	db, err := store.Open(t.Context(), address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	for _, pool := range []*sql.DB{db.Write(), db.Read()} {
		pool.SetMaxIdleConns(0)
	}

	exec(`ALTER ROLE ` + role + ` CONNECTION LIMIT 0`)
	wantTrouble(t, write(t, db), store.Unreadable, "it has no connection left")
	wantTrouble(t, db.Read().QueryRowContext(t.Context(), `SELECT 1`).Err(), store.Unreadable, "it has no connection left")

	_, err = store.Open(t.Context(), address.String())
	wantTrouble(t, err, store.Unreadable, "it has no connection left")

	exec(`ALTER ROLE ` + role + ` CONNECTION LIMIT -1`)

	if err := errors.Join(write(t, db), db.Read().QueryRowContext(t.Context(), `SELECT 1`).Err()); err != nil {
		t.Errorf("got %v, want it well again", err)
	}
}

// TestConnectionsThatAreNotMade has somebody else answer, or nobody.
func TestConnectionsThatAreNotMade(t *testing.T) {
	t.Parallel()

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	defer listener.Close()

	silent, gone := listener.Addr().String(), freeport.Address(t)

	for address, words := range map[string]string{
		silent + "/db?connect_timeout=1": "it does not answer",
		gone + "/db":                     "its host refuses the connection",
	} {
		begun := time.Now()
		_, err := store.Open(t.Context(), "postgres://nobody@"+address)

		wantTrouble(t, err, store.Unreadable, words)

		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%s: it took %v", address, took)
		}
	}

	left, leave := context.WithCancel(t.Context())
	leave()

	_, err = store.Open(left, "postgres://nobody@"+gone+"/db")
	wantTrouble(t, err, "", "")
}

func TestAFileThatIsNoDatabase(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("Dear Sir, ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}

	_, err := store.Open(t.Context(), "sqlite://"+path)
	wantTrouble(t, err, store.Unreadable, "its file is damaged")
}

func TestWhatIsNoTroubleOfTheDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		for name, statement := range map[string]string{
			"a table that is not there": `UPDATE nothing SET a = 1`,
			"no SQL":                    `WRITE IT DOWN`,
			"a row that is there":       `INSERT INTO opsconsole_calendar (id, version) SELECT id, version FROM opsconsole_calendar`,
		} {
			err := db.Tx(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), statement)

				return err
			})
			if err == nil || store.TroubleOf(err) != nil {
				t.Errorf("%s: got %v, want an error that says nothing of the database", name, err)
			}
		}

		left, leave := context.WithCancel(t.Context())
		leave()
		wantTrouble(t, db.ProbeRead(left), "", "")

		if db.CannotRead() != nil || db.CannotWrite() != nil {
			t.Errorf("got %v, %v, want nothing", db.CannotRead(), db.CannotWrite())
		}
	})
}
