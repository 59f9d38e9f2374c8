package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// TroubleKind is what a database in trouble cannot do.
type TroubleKind string

// The kinds.
const (
	// Unreadable databases cannot be reached or do not answer: they cannot be written either.
	Unreadable TroubleKind = "unreadable"
	// Unwritable databases can be read: they are read-only, full, or locked by somebody else.
	Unwritable TroubleKind = "unwritable"
)

const (
	diskFull = "its disk is full"
	readOnly = "it is read-only"
)

// IsFull reports whether it is its disk that is full.
func (t *TroubleError) IsFull() bool { return t.Words == diskFull }

// TakesNoWrites reports whether nobody can write, rather than that somebody else was waited for in vain.
func (t *TroubleError) TakesNoWrites() bool { return t.IsFull() || t.Words == readOnly }

// TroubleError is what is wrong with the database itself, rather than with what it was asked.
type TroubleError struct {
	Kind TroubleKind
	// Words say why, to follow a colon: "its disk is full". They name no host and no user.
	Words string
	Cause error
}

// Error returns the words and the cause.
func (t *TroubleError) Error() string {
	if t.Cause == nil {
		return t.Words
	}

	return t.Words + ": " + t.Cause.Error()
}

// Unwrap returns the cause.
func (t *TroubleError) Unwrap() error { return t.Cause }

// TroubleOf returns what an error says of the database itself, nil when it says nothing of
// it: a statement that was refused, a row that is there already, somebody who hung up.
func TroubleOf(err error) *TroubleError {
	var (
		known   *TroubleError
		pg      *pgconn.PgError
		refused *pgconn.ConnectError
		broken  *connError
		lite    *sqlite.Error
	)

	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.As(err, &refused):
		return connectTrouble(err)
	case errors.As(err, &pg):
		return postgresTrouble(err, pg.Code)
	case errors.As(err, &lite):
		return sqliteTrouble(err, lite.Code())
	case errors.As(err, &broken), errors.Is(err, driver.ErrBadConn), errors.Is(err, pgconn.ErrConnClosed), errors.Is(err, sql.ErrConnDone):
		return &TroubleError{Unreadable, "the connection to it broke", err}
	default:
		return nil
	}
}

// connectTrouble is why there is no connection, nil when whoever asked for it left first.
func connectTrouble(err error) *TroubleError {
	var (
		pg   *pgconn.PgError
		dns  *net.DNSError
		wait interface{ Timeout() bool }
	)

	trouble := &TroubleError{Unreadable, "it cannot be reached", err}

	switch {
	case errors.Is(err, context.Canceled):
		return nil
	case errors.As(err, &pg):
		trouble.Words = connectWords(pg.Code)
	case errors.Is(err, syscall.ECONNREFUSED):
		trouble.Words = "its host refuses the connection"
	case errors.As(err, &dns):
		trouble.Words = "the name of its host cannot be resolved"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &wait) && wait.Timeout():
		trouble.Words = "it does not answer"
	}

	return trouble
}

// The classes and codes of PostgreSQL's errors, appendix A of its manual. PgBouncer
// answers with class 08 what it cannot pass on: with pgProtocolViolation also where it has no session free.
const (
	pgConnectionClass        = "08"
	pgProtocolViolation      = "08P01"
	pgNoPrivilege            = "42501"
	pgLockTimeout            = "55P03"
	pgStatementTimeout       = "57014" // also of whom an administrator cancels
	pgIdleTransactionTimeout = "25P03"
	pgAuthorizationClass     = "28"
	pgReadOnlyTransaction    = "25006"
	pgNoSuchDatabase         = "3D000"
	pgDiskFull               = "53100"
	pgOutOfMemory            = "53200"
	pgTooManyConnections     = "53300"
	pgNotNow                 = "55000"
	pgAdminShutdown          = "57P01"
	pgCrashShutdown          = "57P02"
	pgCannotConnectNow       = "57P03"
	pgDatabaseDropped        = "57P04"
	pgIdleSessionTimeout     = "57P05"
	pgDiskError              = "58030"
	pgInsufficientResource   = "53000"
)

func connectWords(code string) string {
	switch {
	case strings.HasPrefix(code, pgAuthorizationClass):
		return "it refuses the user or password in --database-url"
	case code == pgNoSuchDatabase:
		return "there is no database with that name"
	case code == pgNotNow:
		return "it does not accept connections now"
	}

	if trouble := postgresTrouble(nil, code); trouble != nil {
		return trouble.Words
	}

	return "it refuses the connection (" + code + ")"
}

func postgresTrouble(err error, code string) *TroubleError {
	switch code {
	case pgReadOnlyTransaction:
		return &TroubleError{Unwritable, readOnly, err}
	case pgNoPrivilege:
		return &TroubleError{ofAttempt(err), "its user lacks a privilege", err}
	case pgLockTimeout:
		return &TroubleError{ofAttempt(err), "another session held a lock for too long", err}
	case pgStatementTimeout:
		return &TroubleError{ofAttempt(err), "a statement took too long and was ended", err}
	case pgDiskFull:
		return &TroubleError{Unwritable, diskFull, err}
	case pgProtocolViolation:
		return &TroubleError{Unreadable, "the pooler in front of it has no session free, or does not reach it", err}
	case pgTooManyConnections:
		return &TroubleError{Unreadable, "it has no connection left", err}
	case pgOutOfMemory, pgInsufficientResource:
		return &TroubleError{Unreadable, "it is out of memory or another resource", err}
	case pgAdminShutdown, pgCrashShutdown, pgCannotConnectNow:
		return &TroubleError{Unreadable, "it is starting up or shutting down", err}
	case pgDatabaseDropped:
		return &TroubleError{Unreadable, "it was dropped", err}
	case pgIdleSessionTimeout, pgIdleTransactionTimeout:
		return &TroubleError{Unreadable, "it ended the connection", err}
	case pgDiskError:
		return &TroubleError{Unreadable, "its disk fails", err}
	}

	if strings.HasPrefix(code, pgConnectionClass) {
		return &TroubleError{Unreadable, "the connection to it broke", err}
	}

	return nil
}

// ofAttempt is the kind of what keeps from the one thing that was tried, to write or to read.
func ofAttempt(err error) TroubleKind {
	if _, ok := errors.AsType[*writeError](err); ok {
		return Unwritable
	}

	return Unreadable
}

func isReadOnly(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)

	return ok && pg.Code == pgReadOnlyTransaction
}

// primaryCode masks what an extended result code of SQLite adds.
const primaryCode = 0xff

func sqliteTrouble(err error, code int) *TroubleError {
	switch code & primaryCode {
	case sqlite3.SQLITE_READONLY:
		return &TroubleError{Unwritable, readOnly, err}
	case sqlite3.SQLITE_FULL:
		return &TroubleError{Unwritable, diskFull, err}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &TroubleError{ofAttempt(err), "another program has locked it", err}
	case sqlite3.SQLITE_IOERR:
		return ioTrouble(err, code)
	case sqlite3.SQLITE_CANTOPEN:
		return &TroubleError{Unreadable, "its file cannot be opened", err}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &TroubleError{Unreadable, "its file is damaged", err}
	default:
		return nil
	}
}

// ioTrouble tells a disk that cannot be written from one that cannot be read.
func ioTrouble(err error, code int) *TroubleError {
	switch code {
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE,
		sqlite3.SQLITE_IOERR_DELETE, sqlite3.SQLITE_IOERR_LOCK:
		return &TroubleError{Unwritable, "its disk cannot be written", err}
	default:
		return &TroubleError{Unreadable, "its disk cannot be read", err}
	}
}
