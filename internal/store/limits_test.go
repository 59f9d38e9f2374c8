package store_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// brief are limits that a test can wait for.
func brief() store.Limits {
	return store.Limits{IdleInTransaction: 900 * time.Millisecond, Lock: 400 * time.Millisecond, Statement: 5 * time.Second}
}

func openWithin(t *testing.T, databaseURL string, limits store.Limits) *store.DB {
	t.Helper()

	db, err := store.OpenWithin(t.Context(), databaseURL, limits)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})

	return db
}

func TestEverySessionHasItsLimits(t *testing.T) {
	t.Parallel()

	address := storetest.EmptyPostgresURL(t)

	given, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}

	query := given.Query()
	query.Set("lock_timeout", "1234")
	given.RawQuery = query.Encode()

	for name, test := range map[string]struct{ url, want string }{
		"of this program": {address, "10s 5s 30s 10 5 3 30000"},
		"of the URL":      {given.String(), "10s 1234ms 30s 10 5 3 30000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			db := openWithin(t, test.url, store.DefaultLimits())

			for pool, of := range map[string]*sql.DB{"reads": db.Read(), "writes": db.Write()} {
				var got string

				err := of.QueryRowContext(t.Context(), `SELECT concat_ws(' ', current_setting('idle_in_transaction_session_timeout'),
					current_setting('lock_timeout'), current_setting('statement_timeout'), current_setting('tcp_keepalives_idle'),
					current_setting('tcp_keepalives_interval'), current_setting('tcp_keepalives_count'),
					(SELECT setting FROM pg_settings WHERE name = 'tcp_user_timeout'))`).Scan(&got)
				if err != nil || got != test.want {
					t.Errorf("a session that %s has %q, %v, want %q", pool, got, err, test.want)
				}
			}
		})
	}
}

func TestMigrationsTakeTheirTime(t *testing.T) {
	t.Parallel()

	limits := brief()
	limits.Statement = 100 * time.Millisecond
	db := openWithin(t, storetest.EmptyPostgresURL(t), limits)

	err := db.Alone(t.Context(), func(ctx context.Context, pool *sql.DB) error {
		_, err := pool.ExecContext(ctx, `SELECT pg_sleep(1.2)`) // also longer than a transaction may idle

		return err
	})
	if err != nil {
		t.Errorf("a long migration ends with %v, want nil", err)
	}

	_, err = db.Read().ExecContext(t.Context(), `SELECT pg_sleep(1.2)`)
	if trouble := store.TroubleOf(err); trouble == nil || trouble.Words != "a statement took too long and was ended" {
		t.Errorf("a long statement ends with %v, want its words", err)
	}
}

// TestAReplicaThatStandsStillLosesItsTurn freezes one while it is alone.
func TestAReplicaThatStandsStillLosesItsTurn(t *testing.T) {
	t.Parallel()

	address := storetest.EmptyPostgresURL(t)
	line, way := storetest.NewLine(t, address)
	frozen, healthy := openWithin(t, way, brief()), openWithin(t, address, brief())

	lost := make(chan error, 1)
	begun := make(chan struct{})

	go func() {
		lost <- frozen.Alone(t.Context(), func(ctx context.Context, _ *sql.DB) error {
			close(begun)
			<-ctx.Done()

			return ctx.Err()
		})
	}()

	<-begun
	line.FreezeAfter(1)
	<-line.Frozen

	if err := healthy.Migrate(t.Context()); err != nil {
		t.Errorf("the other replica cannot begin: %v", err)
	}

	line.Thaw()

	if err := <-lost; err == nil || !strings.Contains(err.Error(), "this replica stood still") {
		t.Errorf("the one that stood still ends with %v, want to be told", err)
	}
}

// TestWritersThatWaitKeepNobodyFromReading has one replica stand still with a lock, and more
// writers wait for it than there are connections.
func TestWritersThatWaitKeepNobodyFromReading(t *testing.T) {
	t.Parallel()

	address := storetest.PostgresURL(t)
	line, way := storetest.NewLine(t, address)
	limits := store.Limits{IdleInTransaction: 5 * time.Second, Lock: 4500 * time.Millisecond, Statement: 15 * time.Second}
	frozen, healthy := openWithin(t, way, limits), openWithin(t, address, limits)

	take := func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `LOCK TABLE opsconsole_probes`)

		return err
	}

	ended := make(chan error, 1)

	go func() {
		ended <- frozen.Tx(t.Context(), func(tx *sql.Tx) error {
			if err := take(tx); err != nil {
				return err
			}

			line.FreezeAfter(1)

			return take(tx)
		})
	}()

	<-line.Frozen

	const writers = 30

	written := make(chan error, writers)
	for range writers {
		go func() { written <- healthy.Tx(t.Context(), take) }()
	}

	// Behind the writers it would be 5 s.
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()

	if _, err := healthy.Read().ExecContext(ctx, `SELECT 1`); err != nil {
		t.Errorf("nothing can be read meanwhile: %v", err)
	}

	for range writers {
		if err := <-written; err != nil {
			t.Errorf("a writer that waited: %v", err)
		}
	}

	line.Thaw()

	if err := <-ended; err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("the transaction of the one that stood still ends with %v, want an error of the database", err)
	}
}
