package store_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestWhatIsCommittedHasAnotherVersion writes from here and as another process would.
func TestWhatIsCommittedHasAnotherVersion(t *testing.T) {
	t.Parallel()

	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLiteURL, "postgres": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			address := url(t)
			db, other := storetest.Open(t, address), storetest.Open(t, address)

			for range 20 {
				for writer, writes := range map[string]*store.DB{"this process": db, "another": other} {
					before := versionOf(t, db)

					if err := commit(t.Context(), writes); err != nil {
						t.Fatal(err)
					}

					if after := versionOf(t, db); after == before {
						t.Errorf("got %q before and after a commit of %s", after, writer)
					}
				}
			}
		})
	}
}

// TestWhatNobodyWritesKeepsItsVersion is of SQLite: the transactions of a PostgreSQL server's other databases have versions, too.
func TestWhatNobodyWritesKeepsItsVersion(t *testing.T) {
	t.Parallel()

	db := storetest.Open(t, storetest.SQLiteURL(t))
	before := versionOf(t, db)

	undone := errors.New("undone")
	if err := db.Tx(t.Context(), func(tx *sql.Tx) error { return errors.Join(insertProbe(t.Context(), tx), undone) }); !errors.Is(err, undone) {
		t.Fatal(err)
	}

	if after := versionOf(t, db); after != before {
		t.Errorf("got %q, then %q, and nothing was committed", before, after)
	}
}

func versionOf(t *testing.T, db *store.DB) string {
	t.Helper()

	version, err := db.DataVersion(t.Context())
	if err != nil || version == "" {
		t.Fatalf("got %q, %v", version, err)
	}

	return version
}

func commit(ctx context.Context, db *store.DB) error {
	return db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM opsconsole_probes`); err != nil {
			return err
		}

		return insertProbe(ctx, tx)
	})
}

func insertProbe(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO opsconsole_probes (id, noise) VALUES ('one', '')`)

	return err
}
