package backup

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
)

// Restoration says how a database is made of a copy.
type Restoration struct {
	// DatabaseURL is where it is made. For SQLite there must be nothing yet; on PostgreSQL it is what
	// pg_restore has made already.
	DatabaseURL string
	// Reason is why, for the audit log.
	Reason string
	// Force takes a file that [Write] did not make, and one whose audit log does not hold together.
	Force bool
	// Log returns the audit log of a database.
	Log func(db *store.DB) *audit.Log
}

// Restore makes a SQLite database of a copy. It appears when it is whole and checked, its audit log
// too, with an entry that says of which moment it is: who looks later can tell it from a log that was cut.
func Restore(ctx context.Context, file string, r Restoration) (Contents, error) {
	path, ok := store.SQLiteFile(r.DatabaseURL)
	if !ok {
		return Contents{}, errors.New("a backup is restored into a SQLite database; for PostgreSQL use pg_restore")
	}

	unlock, err := store.LockSQLite(ctx, r.DatabaseURL)
	if err != nil {
		return Contents{}, err
	}

	contents, err := r.restore(ctx, file, path)

	return contents, errors.Join(err, unlock())
}

func (r Restoration) restore(ctx context.Context, file, path string) (Contents, error) {
	if err := mustBeEmpty(path); err != nil {
		return Contents{}, err
	}

	if info, err := os.Stat(file + "-wal"); err == nil && info.Size() > 0 {
		return Contents{}, fmt.Errorf("%s is a database that was not closed: its newest changes are in %s-wal; "+
			"start opsconsole on both files, or restore a file that opsconsole backup made", file, file)
	}

	partial := path + partialSuffix

	err := errors.Join(removeAll(partial), copyFile(file, partial))
	if err != nil {
		return Contents{}, errors.Join(noRoom(err, path), removeAll(partial))
	}

	contents, err := r.settle(ctx, partial)
	if err == nil {
		err = os.Rename(partial, path)
	}

	if err != nil {
		return Contents{}, errors.Join(fmt.Errorf("%s: %w", file, noRoom(err, path)), removeAll(partial))
	}

	return contents, syncFolder(path)
}

func mustBeEmpty(path string) error {
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)

		switch {
		case errors.Is(err, os.ErrNotExist):
		case err != nil:
			return err
		case info.Size() > 0:
			return fmt.Errorf("%s already exists: move it away, or restore to another place; nothing was changed", name)
		}
	}

	return nil
}

func (r Restoration) settle(ctx context.Context, file string) (contents Contents, err error) {
	err = open(ctx, file, func(db *store.DB) error {
		if contents, err = read(ctx, db); err != nil {
			return err
		}

		if contents.MadeAt.IsZero() && !r.Force {
			return errors.New("it was not made by opsconsole backup: a plain copy of the database's file lacks the newest changes, " +
				"which are in its -wal file; --force restores it anyway")
		}

		if err := r.check(ctx, db); err != nil {
			return err
		}

		if err := db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `DROP TABLE IF EXISTS opsconsole_backup`)

			return err
		}); err != nil {
			return err
		}

		return r.note(ctx, db, contents)
	})

	return contents, err
}

// Check checks a PostgreSQL database that pg_restore has made, ends who was signed in, and writes
// to its audit log that it was restored. It fails where a console is at work there.
func Check(ctx context.Context, db *store.DB, r Restoration) (Contents, error) {
	if err := nobodyRuns(ctx, db); err != nil {
		return Contents{}, err
	}

	contents, err := read(ctx, db)
	if err != nil {
		return Contents{}, err
	}

	if err := r.check(ctx, db); err != nil {
		return Contents{}, err
	}

	return contents, r.note(ctx, db, contents)
}

// check brings the database to this version and verifies its audit log.
func (r Restoration) check(ctx context.Context, db *store.DB) error {
	err := db.Migrate(ctx)
	if _, newer := errors.AsType[*store.NewerError](err); newer {
		return errors.New("a newer version of opsconsole made it: restore it with that version")
	}

	if err != nil {
		return err
	}

	log := r.Log(db)

	fault, err := log.Check(ctx, audit.NewChecker(log.Keys, log.KeyedFrom))
	if err != nil {
		return err
	}

	if fault != "" && !r.Force {
		return fmt.Errorf("its audit log is not intact: %s; --force restores it anyway, and records that", fault)
	}

	return nil
}

func (r Restoration) note(ctx context.Context, db *store.DB, contents Contents) error {
	if err := leaveOut(ctx, db); err != nil {
		return err
	}

	after, err := json.Marshal(contents)
	if err != nil {
		return err
	}

	from := "a backup made at " + contents.MadeAt.UTC().Format(time.RFC3339)
	if contents.MadeAt.IsZero() {
		from = "a copy"
	}

	message := fmt.Sprintf("Restored from %s, which ends with entry %d. Nothing recorded later is in it.", from, contents.Entries)
	if r.Force {
		message += " It was restored with --force, despite what was found."
	}

	_, err = r.Log(db).Record(ctx, audit.Actor{}, audit.Entry{
		Action: audit.DatabaseRestore, Object: "database", Outcome: audit.Done, Reason: r.Reason, After: after, Message: message,
	})

	return err
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()

	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()

	_, err = io.Copy(target, source)

	return err
}

// Unfinished is an error where [Restore] was cut short before there was a database: who starts there would begin a
// new one.
func Unfinished(databaseURL string) error {
	path, ok := store.SQLiteFile(databaseURL)
	if !ok {
		return nil
	}

	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return nil // What is there is opened.
	}

	if _, err := os.Stat(path + partialSuffix); err != nil {
		return nil //nolint:nilerr // nothing was left
	}

	return fmt.Errorf("%s is missing, and a restore into it was cut short: run the restore again, or remove %s to start over",
		path, path+partialSuffix)
}
