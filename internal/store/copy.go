package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// SQLiteFile returns the path of the database's file; false when it is none of SQLite's.
func SQLiteFile(databaseURL string) (path string, ok bool) {
	path, ok = strings.CutPrefix(databaseURL, "sqlite://")

	return filepath.Clean(path), ok && path != ""
}

// CopySQLite writes the database as it is at one moment into a new file that is whole by itself,
// whoever reads and writes meanwhile, in this process or another; only this user may read it.
// Nobody waits for it: it reads, as any page does. What is deleted in the copy leaves no trace
// where secure_delete is set before.
func CopySQLite(ctx context.Context, databaseURL, to string) (err error) {
	path, ok := SQLiteFile(databaseURL)
	if !ok {
		return errors.New("that is not a SQLite database")
	}

	// SQLite would make an empty one.
	if _, err := os.Stat(path); err != nil {
		return err
	}

	db, err := Open(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}

	if err := file.Close(); err != nil {
		return err
	}

	// It fills a file that is there when that is empty: https://sqlite.org/lang_vacuum.html, section 4.
	if _, err := db.write.ExecContext(ctx, `VACUUM INTO $1`, to); err != nil {
		return errors.Join(fmt.Errorf("copy the database: %w", err), os.Remove(to))
	}

	return nil
}
