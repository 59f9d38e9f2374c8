package jobqueue_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// crashURL names the environment variable that makes this test binary the process
// that is killed in TestCrash.
const crashURL = "OPSCONSOLE_TEST_CRASH_URL"

// databases are for tests that open one more than once.
func databases() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{"sqlite": prepared.SQLiteURL, "postgres": prepared.PostgresURL}
}

// TestCrash kills a process in the middle of a job, and sees that another one does it.
func TestCrash(t *testing.T) {
	t.Parallel()

	for name, newURL := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			databaseURL := newURL(t)
			db := storetest.Open(t, databaseURL)
			enqueuer := newEnqueuer(t, db)
			enqueue(t, db, enqueuer, "survives", time.Time{})

			//nolint:gosec // the program is this test itself
			process := exec.CommandContext(t.Context(), os.Args[0])
			process.Env = append(process.Environ(), crashURL+"="+databaseURL)
			process.Stderr = os.Stderr

			output, err := process.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}

			if err := process.Start(); err != nil {
				t.Fatal(err)
			}

			line, err := bufio.NewReader(output).ReadString('\n')
			if err != nil || line != "started survives\n" {
				t.Fatalf("the process said %q, %v", line, err)
			}

			if err := process.Process.Kill(); err != nil {
				t.Fatal(err)
			}

			if err := process.Wait(); err == nil {
				t.Fatal("the process ended in peace")
			}

			ran := make(chan string, 2)

			start(t, db, notes(func(_ context.Context, text string) error {
				ran <- text

				return nil
			}))

			if text := receive(t, ran, "the job of the killed process"); text != "survives" {
				t.Errorf("ran %q", text)
			}
		})
	}
}

// longAgo is by how much the clock of the process that is killed is behind: what it said last
// is as old then as if it had been silent since.
const longAgo = 11 * time.Second

// workUntilKilled is the process that TestCrash kills.
func workUntilKilled(databaseURL string) error {
	ctx := context.Background()

	db, err := store.Open(ctx, databaseURL)
	if err != nil {
		return err
	}

	behind := func() time.Time { return time.Now().Add(-longAgo) }
	db.AgreeOn(behind)

	engine, err := jobqueue.New(jobqueue.Config{DB: db, Now: behind, Logger: slog.New(slog.DiscardHandler)},
		notes(func(ctx context.Context, text string) error {
			fmt.Println("started " + text) //nolint:forbidigo // the test reads it

			<-ctx.Done()

			return ctx.Err()
		}))
	if err != nil {
		return err
	}

	return engine.Run(ctx)
}
