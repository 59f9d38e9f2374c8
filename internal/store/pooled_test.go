package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// turnURL names the environment variable that makes this test binary the process that is killed with its turn.
const turnURL = "OPSCONSOLE_TEST_TURN_URL"

func TestMain(m *testing.M) {
	if databaseURL := os.Getenv(turnURL); databaseURL != "" {
		if err := keepTurn(databaseURL); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}

	os.Exit(m.Run())
}

// keepTurn is the process that TestATurnLeftWithAPoolerEnds kills.
func keepTurn(databaseURL string) error {
	ctx := context.Background()

	db, err := store.Open(ctx, databaseURL)
	if err != nil {
		return err
	}

	return db.Alone(ctx, func(ctx context.Context, _ *sql.DB) error {
		fmt.Println("alone") //nolint:forbidigo // the test reads it

		<-ctx.Done()

		return ctx.Err()
	})
}

// TestAPoolerWithoutSessionsLeft calls that a protocol violation, which nobody can do anything about.
func TestAPoolerWithoutSessionsLeft(t *testing.T) {
	t.Parallel()

	pool, err := sql.Open("pgx", startPooler(t, storetest.EmptyPostgresURL(t), "session", "default_pool_size=1", "query_wait_timeout=1"))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()

	only, err := pool.Conn(t.Context())
	if err == nil {
		err = only.PingContext(t.Context())
	}

	if err != nil {
		t.Fatal(err)
	}

	defer only.Close()

	_, err = pool.ExecContext(t.Context(), `SELECT 1`)
	wantTrouble(t, err, store.Unreadable, "the pooler in front of it has no session free, or does not reach it")
}

// TestATurnLeftWithAPoolerEnds kills a process with its turn behind a pooler that keeps its sessions: the next start has it.
func TestATurnLeftWithAPoolerEnds(t *testing.T) {
	t.Parallel()

	pooled := startPooler(t, storetest.EmptyPostgresURL(t), "session", "default_pool_size=12")

	//nolint:gosec // the program is this test itself
	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env, process.Stderr = append(process.Environ(), turnURL+"="+pooled), os.Stderr

	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := process.Start(); err != nil {
		t.Fatal(err)
	}

	if line, err := bufio.NewReader(output).ReadString('\n'); line != "alone\n" {
		t.Fatalf("the process said %q, %v", line, err)
	}

	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}

	_ = process.Wait() // it was killed

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	if err := openWithin(t, pooled, store.DefaultLimits()).Migrate(ctx); err != nil {
		t.Errorf("the next start ends with %v", err)
	}
}

// TestAPoolerThatCannotServeIsNamed: what it lacks is another thing than the mode, and is said before anything is prepared.
func TestAPoolerThatCannotServeIsNamed(t *testing.T) {
	t.Parallel()

	for setting, want := range map[string]string{
		"default_pool_size=1": "default_pool_size", "default_pool_size=3": "default_pool_size",
		"default_pool_size=6": "gives this process 6 sessions, and it needs at least 10",
		"default_pool_size=9": "gives this process 9 sessions, and it needs at least 10",
		"server_reset_query=": "server_reset_query = DISCARD ALL",
	} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()

			db, err := store.Open(t.Context(), startPooler(t, storetest.PostgresURL(t), "session", setting))
			if err == nil {
				defer db.Close()

				err = db.CountSessions(t.Context())
			} else if strings.Contains(want, "needs 10") {
				t.Errorf("what serves nobody, as a command, got %v, want it served", err)
			}

			if got := fmt.Sprint(err); !strings.Contains(got, want) || strings.Contains(got, "pool_mode") {
				t.Errorf("got %s, want %s named and not the mode", got, want)
			}
		})
	}
}

// TestAPoolerWithFewSessionsServes has as many read and write as there are connections elsewhere: nobody asks for a session that
// the pooler does not have.
func TestAPoolerWithFewSessionsServes(t *testing.T) {
	t.Parallel()

	for size, want := range map[int]int{10: 10, 31: 0} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			t.Parallel()

			pooled := startPooler(t, storetest.EmptyPostgresURL(t), "session", fmt.Sprintf("default_pool_size=%d", size))

			db, err := store.Open(t.Context(), pooled)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()

			if err := db.CountSessions(t.Context()); err != nil {
				t.Fatal(err)
			}

			if got := db.FewSessions(); got != want {
				t.Errorf("%d sessions are few, want %d", got, want)
			}

			db.Warm(t.Context())

			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}

			var at errgroup.Group

			for range 10 {
				at.Go(func() error {
					return db.Tx(t.Context(), func(tx *sql.Tx) error {
						_, err := tx.ExecContext(t.Context(), `SELECT pg_sleep(0.2)`)

						return err
					})
				})
				at.Go(func() error {
					_, err := db.Read().ExecContext(t.Context(), `SELECT pg_sleep(0.2)`)

					return err
				})
			}

			if err := at.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSessionsThatAnotherProcessHadAreUsedOnceItIsGone: in an update the one before holds some while the next one counts.
func TestSessionsThatAnotherProcessHadAreUsedOnceItIsGone(t *testing.T) {
	t.Parallel()

	const size, held = 31, 19

	pooled := startPooler(t, storetest.EmptyPostgresURL(t), "session", fmt.Sprintf("default_pool_size=%d", size))

	before, err := sql.Open("pgx", pooled)
	if err != nil {
		t.Fatal(err)
	}

	conns := make([]*sql.Conn, held)
	for i := range conns {
		conn, err := before.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		conns[i] = conn

		if err := conn.PingContext(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	db, err := store.Open(t.Context(), pooled)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	if err := db.CountSessions(t.Context()); err != nil || db.FewSessions() != size-held {
		t.Fatalf("got %v and %d sessions, want %d", err, db.FewSessions(), size-held)
	}

	if db.CountAgain(t.Context()) {
		t.Error("all are there while the other process has them")
	}

	for _, conn := range conns {
		_ = conn.Close()
	}

	if err := before.Close(); err != nil {
		t.Fatal(err)
	}

	// The pooler resets what is given back.
	for range 10 {
		if db.CountAgain(t.Context()) {
			break
		}
	}

	if few, writers := db.FewSessions(), db.Write().Stats().MaxOpenConnections; few != 0 || writers != 10 {
		t.Errorf("%d sessions are few, and %d write, want none and 10", few, writers)
	}
}
