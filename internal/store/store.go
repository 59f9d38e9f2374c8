package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Dialect says which database it is.
type Dialect string

// The two databases.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an open database.
type DB struct {
	dialect Dialect
	write   *sql.DB
	read    *sql.DB
	// probe is one connection for [DB.ProbeRead] alone: a pool that is full is no outage.
	probe *sql.DB
	// versions is nil for PostgreSQL.
	versions *versions
	// patient opens a pool whose statements may take their time; nil for SQLite.
	patient func() *sql.DB
	limits  Limits
	// pooled is that there is a pooler in between, few how many sessions that gives, 0 for enough.
	pooled bool
	few    int
	// onWait is told whom is waited for; nil for nobody.
	onWait func(ctx context.Context, words string)
	// agreed is the clock of a test, nil for the database's.
	agreed func() time.Time

	reads, writes failing
	// wrote says that a transaction was committed since [DB.Wrote] was asked last.
	wrote atomic.Bool
}

// Querier is what *sql.DB and *sql.Tx have in common.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Open opens sqlite:///path/to/file (two slashes and a relative path work too) or
// postgres://… and checks that it answers. It does not migrate.
func Open(ctx context.Context, databaseURL string) (*DB, error) {
	return OpenWithin(ctx, databaseURL, DefaultLimits())
}

// OpenWithin is [Open] with limits for the sessions of PostgreSQL.
func OpenWithin(ctx context.Context, databaseURL string, limits Limits) (*DB, error) {
	var (
		db  *DB
		err error
	)

	switch scheme, rest, _ := strings.Cut(databaseURL, "://"); scheme {
	case "sqlite":
		db, err = openSQLite(rest)
	case "postgres", "postgresql":
		db, err = openPostgres(databaseURL, limits)
	default:
		return nil, errors.New("a database URL begins with sqlite:// or postgres://")
	}

	if err != nil {
		return nil, err
	}

	if err := db.write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("the %s database does not answer: %w", db.dialect, err), db.Close())
	}

	if db.dialect == Postgres {
		if err := db.checkSessions(ctx); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}

	return db, nil
}

// Warm opens the connections that a start is about to need, at the same time: on PostgreSQL each is a process of the
// server, and on SQLite each reads the whole schema for itself. One that cannot be had is for whoever needs it to report.
func (db *DB) Warm(ctx context.Context) {
	query := `SELECT 1`
	if db.dialect == SQLite {
		query = `SELECT COUNT(*) FROM sqlite_master` // which needs the schema
	}

	for _, pool := range []*sql.DB{db.read, db.probe} {
		go func() {
			var ignored int

			_ = pool.QueryRowContext(ctx, query).Scan(&ignored)
		}()
	}
}

func openSQLite(path string) (*DB, error) {
	if path == "" {
		return nil, errors.New("sqlite:// needs a path: sqlite:///var/lib/opsconsole/opsconsole.db")
	}

	// sqlite:////var, as other tools write an absolute path, would name a host to SQLite.
	path = filepath.Clean(path)

	if err := makeFolder(path); err != nil {
		return nil, err
	}

	// It holds sessions and the history: nobody else reads it. SQLite gives its
	// companion files the mode of the database.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create the database: %w", err)
	}

	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("create the database: %w", err)
	}

	// Settings are in the DSN, so that every connection of the pool has them.
	pool := func(settings url.Values, connections int) (*sql.DB, error) {
		connector, err := sqlite.NewConnector("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + settings.Encode())
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}

		pool := sql.OpenDB(preparing{connector})
		pool.SetMaxOpenConns(connections)
		pool.SetMaxIdleConns(connections)

		return pool, nil
	}

	// A checkpoint waits for the disk three times: it comes after 16 MB, about what the first block of the log's index finds,
	// rather than 4.
	write, err := pool(url.Values{"_txlock": {"immediate"}, "_pragma": {
		"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)", "foreign_keys(ON)", "wal_autocheckpoint(4000)",
	}}, 1)
	if err != nil {
		return nil, err
	}

	// The log is the file's, and the rest is of writes. To ask for either would have a connection read the whole schema when it is made.
	queryOnly := url.Values{"_pragma": {"busy_timeout(5000)", "query_only(ON)"}}

	read, err := pool(queryOnly, 2*runtime.GOMAXPROCS(0))
	if err != nil {
		return nil, err
	}

	probe, err := pool(queryOnly, 1)
	if err != nil {
		return nil, err
	}

	version, err := pool(queryOnly, 1)
	if err != nil {
		return nil, err
	}

	return &DB{dialect: SQLite, write: write, read: read, probe: probe, versions: &versions{pool: version}}, nil
}

func makeFolder(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("create the folder of the database: %w", err)
	}

	return nil
}

// Close closes every connection.
func (db *DB) Close() error {
	err := errors.Join(db.probe.Close(), db.write.Close())
	if db.read != db.write {
		err = errors.Join(err, db.read.Close())
	}

	if db.versions != nil {
		err = errors.Join(err, db.versions.close())
	}

	return err
}

// Dialect says which database it is.
func (db *DB) Dialect() Dialect { return db.dialect }

// Read is for queries outside a transaction.
func (db *DB) Read() *sql.DB { return db.read }

// Write is the pool that may write; with SQLite it has one connection. It is there
// for River and goose: everything else writes through [DB.Tx].
func (db *DB) Write() *sql.DB { return db.write }

const (
	txAttempts = 5
	// lockAttempts outlast a replica that stands still with a lock: [Limits.IdleInTransaction]
	// takes the lock from it.
	lockAttempts = 3
)

// Tx runs fn in a write transaction, read committed on PostgreSQL: committed when fn
// returns nil, else rolled back. PostgreSQL's serialization failures, deadlocks and waits for a
// lock that take too long are tried again, and so is what points at a row that another
// transaction deleted since fn read it: the next time fn finds it gone. So fn must have no effect
// besides its transaction.
func (db *DB) Tx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	err := db.TxInPlace(ctx, fn)
	if err == nil {
		db.wrote.Store(true)
	}

	return err
}

// TxInPlace is [DB.Tx] for what needs no room, such as a sign of life: that it succeeds says
// nothing of whether anything else can be written.
func (db *DB) TxInPlace(ctx context.Context, fn func(tx *sql.Tx) error) error {
	var err error

	for attempt := range txAttempts {
		err = db.tx(ctx, fn)
		if !retryable(err, attempt+1) {
			break
		}
	}

	db.noteWrite(err)

	return err
}

// Exec is [DB.TxInPlace] of one statement. It saves the begin and the commit, which on PostgreSQL are
// statements, too.
func (db *DB) Exec(ctx context.Context, statement string, args ...any) (result sql.Result, err error) {
	for attempt := range txAttempts {
		result, err = db.write.ExecContext(ctx, statement, args...)
		if !retryable(err, attempt+1) {
			break
		}
	}

	if TroubleOf(err) != nil {
		err = &writeError{cause: err} // a connection that cannot be had says nothing of writes
	}

	db.noteWrite(err)

	return result, err
}

func (db *DB) tx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, end, err := db.begin(ctx)
	if err != nil {
		return &writeError{cause: fmt.Errorf("begin: %w", err)}
	}
	defer end()         //nolint:errcheck // the connection is given up then
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back

	if err := fn(tx); err != nil {
		if TroubleOf(err) != nil {
			err = &writeError{cause: err, begun: true}
		}

		return err
	}

	if err := tx.Commit(); err != nil {
		return &writeError{cause: commitError(err), begun: true}
	}

	return nil
}

// PostgreSQL error codes, appendix A of its manual.
const (
	pgForeignKeyViolation  = "23503"
	pgUniqueViolation      = "23505"
	pgSerializationFailure = "40001"
	pgDeadlockDetected     = "40P01"
)

// retryable reports whether a transaction that failed at its nth attempt is worth another.
func retryable(err error, n int) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false
	}

	switch pg.Code {
	case pgSerializationFailure, pgDeadlockDetected, pgForeignKeyViolation:
		return true
	case pgLockTimeout:
		return n < lockAttempts
	default:
		return false
	}
}

// IsUnique reports whether err says that a row like it is there already.
func IsUnique(err error) bool {
	var (
		pg   *pgconn.PgError
		lite *sqlite.Error
	)

	switch {
	case errors.As(err, &pg):
		return pg.Code == pgUniqueViolation
	case errors.As(err, &lite):
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	default:
		return false
	}
}
