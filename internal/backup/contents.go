package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Contents are what is told of a copy.
type Contents struct {
	// MadeAt is when the copy began; zero for a file that [Write] did not make.
	MadeAt time.Time `json:"made_at"`
	// Entries is the number of the newest audit entry, Head its hash.
	Entries int64  `json:"entries"`
	Head    string `json:"head"`
}

// Read checks that the file is a whole database of opsconsole, and returns what it holds.
func Read(ctx context.Context, file string) (contents Contents, err error) {
	err = open(ctx, file, func(db *store.DB) error {
		contents, err = read(ctx, db)

		return err
	})

	return contents, err
}

func read(ctx context.Context, db *store.DB) (contents Contents, err error) {
	if db.Dialect() == store.SQLite {
		if err := checkFile(ctx, db); err != nil {
			return Contents{}, err
		}

		if contents.MadeAt, err = madeAt(ctx, db); err != nil {
			return Contents{}, err
		}
	}

	err = db.Read().QueryRowContext(ctx, `SELECT seq, hash FROM opsconsole_audit_head WHERE id = 1`).
		Scan(&contents.Entries, &contents.Head)
	if err != nil {
		return Contents{}, fmt.Errorf("read the head of the audit log: %w", err)
	}

	return contents, nil
}

// madeAt is zero for a file that [Write] did not make.
func madeAt(ctx context.Context, db *store.DB) (time.Time, error) {
	made, err := columnExists(ctx, db, "opsconsole_backup", "made_at")
	if err != nil || !made {
		return time.Time{}, err
	}

	var at store.Time
	if err := db.Read().QueryRowContext(ctx, `SELECT made_at FROM opsconsole_backup`).Scan(&at); err != nil {
		return time.Time{}, fmt.Errorf("read when the backup was made: %w", err)
	}

	return at.Time, nil
}

// checkFile reads all of a SQLite database: https://sqlite.org/pragma.html#pragma_integrity_check.
func checkFile(ctx context.Context, db *store.DB) error {
	ours, err := columnExists(ctx, db, "opsconsole_audit_head", "seq")
	if err != nil {
		return err
	}

	if !ours {
		return errors.New("it is not a database of opsconsole: it has no audit log")
	}

	var found string
	if err := db.Read().QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found); err != nil {
		return fmt.Errorf("check the database: %w", err)
	}

	if found != "ok" {
		return fmt.Errorf("the database is damaged: %s", found)
	}

	var table string

	err = db.Read().QueryRowContext(ctx, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table)

	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("check the database: %w", err)
	default:
		return fmt.Errorf("the database is damaged: rows of %s refer to rows that are missing", table)
	}
}

func columnExists(ctx context.Context, db *store.DB, table, column string) (exists bool, err error) {
	err = db.Read().QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pragma_table_info($1) WHERE name = $2)`, table, column).Scan(&exists)
	if err != nil {
		return false, fmt.Errorf("look what the file holds: %w", err)
	}

	return exists, nil
}
