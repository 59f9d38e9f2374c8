package backup_test

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestPostgresIsDumpedAndRestored does what the commands say with PostgreSQL's own programs.
func TestPostgresIsDumpedAndRestored(t *testing.T) {
	t.Parallel()

	for _, program := range []string{"pg_dump", "pg_restore"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("needs " + program)
		}
	}

	databaseURL, restoredURL := migrated.PostgresURL(t), storetest.EmptyPostgresURL(t)
	file := filepath.Join(t.TempDir(), "it's b.dump")

	used(t, databaseURL)
	run(t, databaseURL, backup.DumpCommand(databaseURL, file))
	run(t, restoredURL, backup.LoadCommand(restoredURL, file))

	// A console is at work there, and stops.
	running, err := store.Open(t.Context(), restoredURL)
	if err != nil {
		t.Fatal(err)
	}

	if _, err := running.Read().ExecContext(t.Context(), `SELECT count(*) FROM opsconsole_audit`); err != nil {
		t.Fatal(err)
	}

	db := storetest.Open(t, restoredURL)

	_, err = backup.Check(t.Context(), db, backup.Restoration{Reason: "The disk was lost", Log: log})
	if err == nil || !strings.Contains(err.Error(), "a console is using this database") {
		t.Errorf("got %v, want it refused beside a console", err)
	}

	if err := running.Close(); err != nil {
		t.Fatal(err)
	}

	var contents backup.Contents

	worldtest.Eventually(t, "its sessions are over", func() bool {
		contents, err = backup.Check(t.Context(), db, backup.Restoration{Reason: "The disk was lost", Log: log})

		return err == nil || !strings.Contains(err.Error(), "a console is using this database")
	})

	if err != nil || contents.Entries != 3 {
		t.Fatalf("got %+v, %v, want 3 entries", contents, err)
	}

	wantWhole(t, db)

	page, err := log(db).List(t.Context(), audit.Filter{Action: audit.DatabaseRestore})
	if err != nil || len(page.Items) != 1 || page.Items[0].Seq != 4 {
		t.Errorf("got %+v, %v, want entry 4 to tell of it", page.Items, err)
	}

	var sessions int
	if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM opsconsole_sessions`).Scan(&sessions); err != nil || sessions != 0 {
		t.Errorf("got %d sessions, %v, want none", sessions, err)
	}
}

func run(t *testing.T, databaseURL, command string) {
	t.Helper()

	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}

	password, _ := u.User.Password()

	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)

	cmd.Env = append(os.Environ(), "PGPASSWORD="+password)

	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

func TestCommandsHoldNoPassword(t *testing.T) {
	t.Parallel()

	const databaseURL = "postgres://console:hunter2@db.example.com/console?sslmode=verify-full&pool_max_conns=9&password=hunter2"

	want := "pg_dump --format=custom --no-owner '--exclude-table-data=*.opsconsole_sessions' '--exclude-table-data=*.opsconsole_sign_ins' " +
		"--file=b.dump '--dbname=postgres://console@db.example.com/console?sslmode=verify-full'"
	if got := backup.DumpCommand(databaseURL, "b.dump"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}

	if got := backup.LoadCommand(databaseURL, "it's.dump"); strings.Contains(got, "hunter2") || !strings.HasSuffix(got, `'it'\''s.dump'`) {
		t.Errorf("got %s, want no password, and the name in quotes", got)
	}
}
