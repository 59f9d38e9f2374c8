package backup_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// cutFile and cutURL have the test's program restore the file into the database, and be killed half-way.
const cutFile, cutURL = "OPSCONSOLE_TEST_CUT_FILE", "OPSCONSOLE_TEST_CUT_URL"

func TestMain(m *testing.M) {
	if file := os.Getenv(cutFile); file != "" {
		_, err := backup.Restore(context.Background(), file, backup.Restoration{
			DatabaseURL: os.Getenv(cutURL), Reason: "The disk was lost",
			Log: func(*store.DB) *audit.Log {
				syscall.Kill(os.Getpid(), syscall.SIGKILL) //nolint:errcheck // nothing comes after it

				select {}
			},
		})
		fmt.Fprintln(os.Stderr, "it was not killed:", err)
		os.Exit(1)
	}

	os.Exit(m.Run())
}

// TestARestoreThatIsKilledIsNotTakenForWhole kills one when all is copied and nothing is checked: no console starts
// on what it left, and the next restore makes the whole of it.
func TestARestoreThatIsKilledIsNotTakenForWhole(t *testing.T) {
	t.Parallel()

	databaseURL := migrated.SQLiteURL(t)
	used(t, databaseURL)

	file, r := filepath.Join(t.TempDir(), "backup.db"), restoration(t)

	made, err := backup.Write(t.Context(), databaseURL, file, madeAt())
	if err != nil {
		t.Fatal(err)
	}

	if err := backup.Unfinished(r.DatabaseURL); err != nil {
		t.Errorf("nothing was begun, and it says %v", err)
	}

	process := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // the program is this test itself
	process.Env = append(process.Environ(), cutFile+"="+file, cutURL+"="+r.DatabaseURL)

	if out, err := process.CombinedOutput(); err == nil || process.ProcessState.ExitCode() != -1 {
		t.Fatalf("it ended with %v, want it killed\n%s", err, out)
	}

	wantRefused(t, backup.Unfinished(r.DatabaseURL), "a restore into it was cut short: run the restore again")

	contents, err := backup.Restore(t.Context(), file, r)
	if err != nil || contents.Entries != made.Entries {
		t.Errorf("restored up to %d, %v; want %d", contents.Entries, err, made.Entries)
	}

	if err := backup.Unfinished(r.DatabaseURL); err != nil {
		t.Errorf("it is whole, and it says %v", err)
	}

	wantWhole(t, storetest.Open(t, r.DatabaseURL))
}
