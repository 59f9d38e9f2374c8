package durability_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// slowFor is how long a slow control plane takes for a change: longer than a silent process is waited for, and
// less than a call may take.
const slowFor = 12 * time.Second

// slowly is the control plane at an address, which takes its time for what it is sent.
func slowly(t *testing.T, address string) string {
	t.Helper()

	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}

	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			<-time.After(slowFor)
		}

		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)

	return server.URL
}

// TestDurabilityOfTheFirstStart kills the program while it makes its tables: the next start makes the rest.
func TestDurabilityOfTheFirstStart(t *testing.T) {
	t.Parallel()

	for name, empty := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "o.db") }, //nolint:thelper // it is no helper
		"postgres": func(t *testing.T) string { return storetest.EmptyPostgresURL(t) },                    //nolint:thelper // likewise
	} {
		worldtest.Seeds(t, name, func(t *testing.T, seed uint64) {
			t.Helper()

			w := prepareWorld(t, empty(t), seed)
			migrations := 1 + w.random.IntN(20)

			for _, order := range []string{
				at("kill", failpoint.MigrationDone, migrations), at("kill", failpoint.MigrationDone, 1), at("kill", failpoint.PlatformMade, 1),
			} {
				if w.begin(order) {
					t.Fatalf("it did not come to %s", order)
				}
			}

			w.open()
			w.begin("")
			w.subscribe()
			w.save()
			w.rest()
		})
	}
}

// TestDurabilityOfABackup kills the program that copies a database in use: what is there under the name of a backup is whole.
func TestDurabilityOfABackup(t *testing.T) {
	t.Parallel()
	worldtest.Seeds(t, "sqlite", func(t *testing.T, seed uint64) {
		t.Helper()

		w := newWorld(t, worldtest.Prepared.SQLiteURL(t), seed)
		w.save()

		for _, name := range []failpoint.Name{failpoint.BackupCopied, failpoint.BackupMade, failpoint.BackupNamed} {
			file := filepath.Join(t.TempDir(), "b.db")
			p := start(t, at("kill", name, 1), "backup", file, "--database-url", w.databaseURL)
			<-p.ended

			if !p.killed() {
				t.Fatalf("it did not come to %s: %s", name, p.log.String())
			}

			_, err := os.Stat(file)
			if there := err == nil; there != (name == failpoint.BackupNamed) {
				t.Errorf("killed at %s it is there: %t", name, there)
			}

			if err != nil {
				run(t, "backup", file, "--database-url", w.databaseURL)
			}

			restored := "sqlite://" + filepath.Join(t.TempDir(), "restored.db")
			run(t, "restore", file, "--database-url", restored, "--reason", "A drill")
			run(t, "audit", "verify", "--database-url", restored)
		}

		w.rest()
	})
}

// run runs the program to its good end.
func run(t *testing.T, args ...string) {
	t.Helper()

	p := start(t, "", args...)

	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		t.Fatalf("%v does not end", args)
	}

	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("%v ends with %d:\n%s", args, code, p.log.String())
	}
}

// open opens the database, once there are tables.
func (w *world) open() {
	w.t.Helper()
	run(w.t, "audit", "verify", "--database-url", w.databaseURL)
	w.db = storetest.Open(w.t, w.databaseURL)
}

// TestTheProgramHasFailpoints is what shows that the test of one that has none, in e2e, can fail.
func TestTheProgramHasFailpoints(t *testing.T) {
	t.Parallel()

	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}

	for _, want := range []string{"internal/failpoint.Reach", string(failpoint.AuditHeadTaken)} {
		if !bytes.Contains(content, []byte(want)) {
			t.Errorf("it has no %s", want)
		}
	}
}
