package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
)

// left are the tables whose rows no copy has: a session that was ended since must not come back.
func left() []string { return []string{"opsconsole_sessions", "opsconsole_sign_ins"} }

// Write copies a SQLite database into a new file, and returns what it holds. The file appears
// when it is whole; at is when the copy began: whatever was acknowledged before is in it.
func Write(ctx context.Context, databaseURL, file string, at time.Time) (Contents, error) {
	if _, err := os.Lstat(file); !errors.Is(err, os.ErrNotExist) {
		return Contents{}, errors.Join(fmt.Errorf("%s already exists: give the name of a new file", file), err)
	}

	partial := file + partialSuffix

	// One that was cut short before.
	if err := removeAll(partial); err != nil {
		return Contents{}, err
	}

	contents, err := write(ctx, databaseURL, partial, at)

	failpoint.Reach(failpoint.BackupMade)

	if err == nil {
		err = os.Rename(partial, file)
	}

	failpoint.Reach(failpoint.BackupNamed)

	if err != nil {
		return Contents{}, errors.Join(noRoom(err, file), removeAll(partial))
	}

	return contents, syncFolder(file)
}

const partialSuffix = ".partial"

// noRoom says of an error that a file did not fit, where that is why.
func noRoom(err error, file string) error {
	full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)

	if trouble := store.TroubleOf(err); !full && (trouble == nil || !trouble.IsFull()) {
		return err
	}

	return fmt.Errorf("there is no room for %s: make room or name another place; no part of it was left behind: %w", file, err)
}

func write(ctx context.Context, databaseURL, file string, at time.Time) (Contents, error) {
	if err := store.CopySQLite(ctx, databaseURL, file); err != nil {
		return Contents{}, err
	}

	failpoint.Reach(failpoint.BackupCopied)

	if err := open(ctx, file, func(db *store.DB) error {
		if err := leaveOut(ctx, db); err != nil {
			return err
		}

		return db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `CREATE TABLE opsconsole_backup (made_at TEXT NOT NULL)`)
			if err != nil {
				return err
			}

			_, err = tx.ExecContext(ctx, `INSERT INTO opsconsole_backup (made_at) VALUES ($1)`, store.Time{Time: at.UTC()})

			return err
		})
	}); err != nil {
		return Contents{}, err
	}

	return Read(ctx, file)
}

// leaveOut deletes who is signed in, without a trace of their tokens.
func leaveOut(ctx context.Context, db *store.DB) error {
	return db.Tx(ctx, func(tx *sql.Tx) error {
		if db.Dialect() == store.SQLite {
			if _, err := tx.ExecContext(ctx, `PRAGMA secure_delete = ON`); err != nil {
				return err
			}
		}

		for _, table := range left() {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table); err != nil { //nolint:gosec // of our own names
				return fmt.Errorf("leave out those who were signed in: %w", err)
			}
		}

		return nil
	})
}

// open has something done with the database in a file, which is one file again afterwards.
func open(ctx context.Context, file string, do func(db *store.DB) error) (err error) {
	db, err := store.Open(ctx, "sqlite://"+file)
	if err != nil {
		return err
	}

	if err := do(db); err != nil {
		return errors.Join(err, db.Close())
	}

	if err := db.Close(); err != nil {
		return err
	}

	return syncFile(file)
}

func syncFile(path string) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()

	return file.Sync()
}

// syncFolder has a file's name outlive a crash.
func syncFolder(path string) error { return syncFile(filepath.Dir(path)) }

// removeAll removes a database's file and its companions.
func removeAll(path string) error {
	var errs []error

	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}

	return errors.Join(errs...)
}
