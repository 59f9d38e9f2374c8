package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/graph-olap/opsconsole/internal/store"
)

// tables is what the names of the console's tables begin with. It stands in no statement here, which would find itself.
const tables = "opsconsole_"

// nobodyRuns fails where a console is at work on a PostgreSQL database: it goes on from what it knows of the one before. Sessions
// tell it by what they did last, those of versions before as well, and of one that stands still; the role sees those of its own.
// It is to be asked before anything of these tables is.
func nobodyRuns(ctx context.Context, db *store.DB) error {
	var (
		pid  int
		from string
	)

	if err := errors.Join(ownSessions(ctx, db.Write()), ownSessions(ctx, db.Read())); err != nil {
		return fmt.Errorf("look for consoles that run: %w", err)
	}

	err := db.Read().QueryRowContext(ctx, `
		SELECT pid, COALESCE(host(client_addr), 'the server itself') FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
			AND strpos(query, $1) > 0 ORDER BY backend_start LIMIT 1`, tables).Scan(&pid, &from)

	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for consoles that run: %w", err)
	default:
		return fmt.Errorf("a console is using this database (session %d of PostgreSQL, from %s): "+
			"stop every console, then run this again; nothing was done", pid, from)
	}
}

// ownSessions has what this process read as it opened the database, on connections that lie idle since, not be taken for a console's.
func ownSessions(ctx context.Context, pool *sql.DB) (err error) {
	var held []*sql.Conn

	for range pool.Stats().Idle { // all at once: else it would be the same one each time
		conn, failed := pool.Conn(ctx)
		if failed != nil {
			err = errors.Join(err, failed)

			break
		}

		held = append(held, conn)
		_, failed = conn.ExecContext(ctx, "SELECT 1")
		err = errors.Join(err, failed)
	}

	for _, conn := range held {
		err = errors.Join(err, conn.Close())
	}

	return err
}
