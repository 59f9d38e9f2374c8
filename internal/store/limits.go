package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Limits bound how long a session of this program can keep others waiting on PostgreSQL, also
// when its process stands still or its host is gone. A SQLite file has one process.
type Limits struct {
	// IdleInTransaction ends a session that leaves a transaction alone for so long, and with it
	// the locks that the transaction holds.
	IdleInTransaction time.Duration
	// Lock gives up waiting for a lock.
	Lock time.Duration
	// Statement ends a statement, the waiting included. Migrations are spared of both.
	Statement time.Duration
}

const (
	defaultIdleInTransaction = 10 * time.Second
	defaultLock              = 5 * time.Second
	defaultStatement         = 30 * time.Second
)

// DefaultLimits are those of [Open].
func DefaultLimits() Limits {
	return Limits{IdleInTransaction: defaultIdleInTransaction, Lock: defaultLock, Statement: defaultStatement}
}

// patient are the limits for what may take its time: who stands still is ended as ever.
func (l Limits) patient() Limits { return Limits{IdleInTransaction: l.IdleInTransaction} }

// apply sets the limits of a session, 0 for none, and has the server look whether this host is
// still there. Parameters are those of PostgreSQL's manual, sections 20.3.2 and 20.11.1; what the
// URL says itself stays. They are set by a statement, since poolers refuse parameters at the start
// of a session that they do not know.
func (l Limits) apply(ctx context.Context, conn *pgx.Conn) error {
	given := conn.Config().RuntimeParams
	milliseconds := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }

	var sets []string

	for _, parameter := range []struct{ name, value string }{
		{"idle_in_transaction_session_timeout", milliseconds(l.IdleInTransaction)},
		{"lock_timeout", milliseconds(l.Lock)},
		{"statement_timeout", milliseconds(l.Statement)},
		{"tcp_keepalives_idle", seconds(keepAlive.Idle)},
		{"tcp_keepalives_interval", seconds(keepAlive.Interval)},
		{"tcp_keepalives_count", strconv.Itoa(keepAlive.Count)},
		{"tcp_user_timeout", milliseconds(unacknowledged)},
	} {
		if _, ok := given[parameter.name]; !ok {
			sets = append(sets, fmt.Sprintf("set_config('%s', '%s', false)", parameter.name, parameter.value))
		}
	}

	if len(sets) == 0 {
		return nil
	}

	_, err := conn.Exec(ctx, "SELECT "+strings.Join(sets, ", "), pgx.QueryExecModeSimpleProtocol)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", errNoSession, err)
	}

	if err != nil {
		return fmt.Errorf("set the limits of a session: %w", err)
	}

	return nil
}
