package maintenance_test

import (
	"archive/zip"
	"context"
	"database/sql"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// rulesOf is a database of a release in which zones have the rules of those files of Go's own,
// which is older than British Columbia's new ones.
func rulesOf(t *testing.T, release string, files map[string]string) *zoneinfo.Database {
	t.Helper()

	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}

	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()

	dir := t.TempDir()
	write := func(name string, data []byte) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}

	write("+VERSION", []byte(release))

	for zone, from := range files {
		file, err := archive.Open(from)
		if err != nil {
			t.Fatal(err)
		}

		data, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}

		write(zone, data)
	}

	db, err := zoneinfo.Folder(dir)
	if err != nil {
		t.Fatal(err)
	}

	return db
}

const vancouver = "America/Vancouver"

// goRules are those that Go 1.26.8 carries, and what a replica of it resolved by.
func goRules(t *testing.T) *zoneinfo.Database {
	t.Helper()

	return rulesOf(t, "2025c", map[string]string{vancouver: vancouver, "Europe/Berlin": "Europe/Berlin"})
}

// nextRules are a release after the embedded one, by which Vancouver has winter time after all.
func nextRules(t *testing.T) *zoneinfo.Database {
	t.Helper()

	return rulesOf(t, "2027a", map[string]string{vancouver: vancouver, "Europe/Berlin": "Europe/Berlin"})
}

// replica is another console on the same database, with those rules.
func (w *world) replica(zones *zoneinfo.Database) *world {
	other := *w
	other.begin()
	other.Zones = zones

	return &other
}

// noon is a window for 12:00 in Vancouver on 20 December 2026 as a console with Go's rules
// announces it: for 20:00 UTC, which is 13:00 there.
func noon() maintenance.Draft {
	draft := patching()
	draft.TimeZone = vancouver
	draft.StartsAt = time.Date(2026, 12, 20, 20, 0, 0, 0, time.UTC)
	draft.EndsAt = draft.StartsAt.Add(2 * time.Hour)

	return draft
}

func (w *world) follow(t *testing.T) {
	t.Helper()

	if err := w.FollowRules(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// notifier is an outbox.
type notifier func() error

// Notify implements [maintenance.Notifier].
func (n notifier) Notify(context.Context, *sql.Tx, maintenance.Event) error { return n() }

// kindsOf are the kinds of events as [world.kinds] has them.
func kindsOf(kinds ...string) string { return strings.Join(kinds, " ") + " " }
