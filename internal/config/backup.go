package config

import (
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
)

// Backups say when a running console copies its SQLite database.
type Backups struct {
	// Dir is the folder, Every at least a minute, Keep at least one.
	Dir   string
	Every time.Duration
	Keep  int
}

// Backup copies the database into a file.
type Backup struct {
	DatabaseURL Secret
	File        string
}

// Restore makes a database of such a file, or checks what pg_restore made.
type Restore struct {
	DatabaseURL Secret
	// File is empty when Loaded is set.
	File   string
	Loaded bool
	Reason string
	Force  bool
	// Keys are those of the audit log, of which the one that its newest entry has is used.
	Keys audit.Keys
	// KeyedFrom is the number of the first entry that has to be keyed, 0 where nobody says.
	KeyedFrom int64
}

func (Backup) isCommand()  {}
func (Restore) isCommand() {}

func (r *reader) backup(f *backupFlags) Backup {
	return Backup{DatabaseURL: r.databaseURL(f.DatabaseURL), File: f.File}
}

func (r *reader) restore(f *restoreFlags) Restore {
	loaded := r.parseBool(f.Loaded)
	if loaded == (f.File != "") {
		r.badf(f.Loaded.setting, "or a file is needed, not both; give the file, or --loaded after pg_restore")
	}

	keys := r.auditKeys(&f.auditKeyFlags)
	keys.Use = ""

	return Restore{
		Keys: keys, KeyedFrom: r.keyedFrom(&f.auditKeyFlags), DatabaseURL: r.databaseURL(f.DatabaseURL), File: f.File, Loaded: loaded,
		Reason: r.required(f.Reason, "say why it is restored, for the audit log"), Force: r.parseBool(f.Force),
	}
}

// backups is nil when none are made.
func (r *reader) backups(f *consoleFlags) *Backups {
	dir := strings.TrimSpace(f.BackupDir.text)
	if dir == "" {
		return nil
	}

	if strings.HasPrefix(f.DatabaseURL.text, "postgres") {
		r.badf(f.BackupDir, "is for SQLite; back up PostgreSQL with pg_dump, whose command opsconsole backup prints")
	}

	const most = 10_000

	keep := r.parseInt(f.BackupKeep)
	if keep < 1 || keep > most {
		r.badf(f.BackupKeep, "is %s; it must be a number from 1 to %d", f.BackupKeep.text, most)
	}

	return &Backups{Dir: dir, Every: r.parseDuration(f.BackupEvery, time.Minute), Keep: int(min(keep, most))}
}
