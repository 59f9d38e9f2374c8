package backup_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/backup"
)

func TestBackupsAreKept(t *testing.T) {
	t.Parallel()

	databaseURL, dir := migrated.SQLiteURL(t), filepath.Join(t.TempDir(), "backups")
	used(t, databaseURL)

	now := madeAt()
	keeper := backup.NewKeeper(databaseURL, backup.Schedule{Dir: dir, Every: time.Hour, Keep: 2}, func() time.Time { return now })

	at := func(after time.Duration, names ...string) {
		t.Helper()

		now = madeAt().Add(after)

		if err := keeper.Tick(t.Context()); err != nil {
			t.Error(err)
		}

		wantOnly(t, dir, names...)
	}

	const first, second, third = "opsconsole-20260301T120000Z.db", "opsconsole-20260301T130000Z.db", "opsconsole-20260301T140000Z.db"

	at(0, first)
	at(59*time.Minute, first)
	at(time.Hour, first, second)
	at(2*time.Hour, second, third)

	if status := keeper.Status(); status.LastAt == nil || !status.LastAt.Equal(now) || status.Error != "" {
		t.Errorf("got %+v, want the newest at %v", status, now)
	}

	// What is not a backup stays, whatever it is called.
	if err := os.WriteFile(filepath.Join(dir, "opsconsole-before-the-move.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}

	const other, fourth = "opsconsole-before-the-move.db", "opsconsole-20260301T150000Z.db"

	at(3*time.Hour, third, fourth, other)

	// Started again it goes on from those that are there; it is not due yet.
	keeper = backup.NewKeeper(databaseURL, backup.Schedule{Dir: dir, Every: time.Hour, Keep: 2}, func() time.Time { return now })
	at(3*time.Hour+time.Minute, third, fourth, other)

	if status := keeper.Status(); status.LastAt == nil || !status.LastAt.Equal(madeAt().Add(3*time.Hour)) {
		t.Errorf("got %+v, want the newest of the folder", status)
	}

	// The clock was an hour and a half ahead and is set back: nothing waits for it, and the new one stays.
	const back = "opsconsole-20260301T133000Z.db"

	at(90*time.Minute, back, fourth, other)
	at(91*time.Minute, back, fourth, other)
}

// TestWhatACrashLeftOfABackupIsRemoved has consoles killed while they copied.
func TestWhatACrashLeftOfABackupIsRemoved(t *testing.T) {
	t.Parallel()

	databaseURL, dir := migrated.SQLiteURL(t), t.TempDir()
	used(t, databaseURL)

	for _, name := range []string{"opsconsole-20260228T120000Z.db.partial", "opsconsole-20260228T130000Z.db.partial-wal", "mine.db.partial"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	keeper := backup.NewKeeper(databaseURL, backup.Schedule{Dir: dir, Every: time.Hour, Keep: 2}, madeAt)
	if err := keeper.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}

	wantOnly(t, dir, "mine.db.partial", "opsconsole-20260301T120000Z.db")
}

// TestABackupThatFailsIsToldAndTriedAgain has the database gone for a while.
func TestABackupThatFailsIsToldAndTriedAgain(t *testing.T) {
	t.Parallel()

	databaseURL, dir := migrated.SQLiteURL(t), t.TempDir()
	used(t, databaseURL)

	now, target := madeAt(), filepath.Join(dir, "backups")
	if err := os.WriteFile(target, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}

	keeper := backup.NewKeeper(databaseURL, backup.Schedule{Dir: target, Every: time.Hour, Keep: 2}, func() time.Time { return now })

	if err := keeper.Tick(t.Context()); err == nil || keeper.Status().Error == "" || keeper.Status().LastAt != nil {
		t.Errorf("got %v, %+v, want it told", err, keeper.Status())
	}

	if err := os.Remove(target); err != nil {
		t.Fatal(err)
	}

	now = now.Add(5 * time.Minute)

	if err := keeper.Tick(t.Context()); err != nil || keeper.Status().Error != "" || keeper.Status().LastAt == nil {
		t.Errorf("got %v, %+v, want it well again", err, keeper.Status())
	}
}
