package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/store"
)

// Backup copies a SQLite database, and says of PostgreSQL which command does.
func Backup(ctx context.Context, cfg config.Backup, out io.Writer) error {
	if _, ok := store.SQLiteFile(string(cfg.DatabaseURL)); !ok {
		return fmt.Errorf("nothing was copied: PostgreSQL has its own program for this; run\n\n  %s\n",
			backup.DumpCommand(string(cfg.DatabaseURL), cfg.File))
	}

	contents, err := backup.Write(ctx, string(cfg.DatabaseURL), cfg.File, now())
	if err != nil {
		return err
	}

	_, err = fmt.Fprintf(out, "%s has the database as of %s, with %d audit entries and nobody signed in.\n",
		cfg.File, contents.MadeAt.Format(time.RFC3339), contents.Entries)

	return err
}

// Restore makes a SQLite database of a backup, and checks what pg_restore made on PostgreSQL.
func Restore(ctx context.Context, cfg config.Restore, out io.Writer) error {
	databaseURL := string(cfg.DatabaseURL)
	restoration := backup.Restoration{
		DatabaseURL: databaseURL, Reason: cfg.Reason, Force: cfg.Force,
		Log: func(db *store.DB) *audit.Log {
			log := audit.New(db, now)
			log.Keys, log.KeyedFrom = cfg.Keys, cfg.KeyedFrom

			return log
		},
	}

	var (
		contents backup.Contents
		err      error
	)

	switch _, isFile := store.SQLiteFile(databaseURL); {
	case cfg.Loaded:
		contents, err = checkLoaded(ctx, restoration)
	case !isFile:
		return fmt.Errorf("nothing was restored: PostgreSQL has its own program for this; with an empty database run\n\n  %s\n\n"+
			"and then opsconsole restore --loaded, before you start a console", backup.LoadCommand(databaseURL, cfg.File))
	default:
		contents, err = backup.Restore(ctx, cfg.File, restoration)
	}

	if err != nil {
		return err
	}

	_, err = fmt.Fprintf(out, "The database is restored up to audit entry %d; the next entry records the restore. "+
		"Everybody must sign in again.\n", contents.Entries)

	return err
}

func checkLoaded(ctx context.Context, r backup.Restoration) (contents backup.Contents, err error) {
	db, err := store.Open(ctx, r.DatabaseURL)
	if err != nil {
		return backup.Contents{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	if db.Dialect() == store.SQLite {
		return backup.Contents{}, errors.New("--loaded is for PostgreSQL; give the backup file")
	}

	return backup.Check(ctx, db, r)
}

// runBackups copies the database again and again, if it is to, and returns what tells how that does;
// nil where it is not.
func (a *App) runBackups() func() backup.Status {
	if a.config.Backups == nil {
		return nil
	}

	keeper := backup.NewKeeper(string(a.config.DatabaseURL), backup.Schedule(*a.config.Backups), now)
	a.background = append(a.background, every(time.Minute, a.logger, "a backup of the database", keeper.Tick))

	return keeper.Status
}
