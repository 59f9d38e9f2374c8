package health

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// databaseProbe pings, and reads: a database that accepts connections may still
// answer nothing.
func databaseProbe(db *store.DB) probe {
	return func(ctx context.Context) error {
		err := db.Read().PingContext(ctx)
		if err == nil {
			var n int

			err = db.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM global_config`).Scan(&n)
		}

		if trouble := db.CannotWrite(); err == nil && trouble != nil {
			return &finding{ops.ComponentConnected, "the database can be read but not written: " + trouble.Words, trouble}
		}

		return databaseFinding(db, err)
	}
}

func databaseFinding(db *store.DB, err error) error {
	var (
		pg     *pgconn.PgError
		busy   = db.Read().Stats()
		isBusy = busy.MaxOpenConnections > 0 && busy.InUse >= busy.MaxOpenConnections
	)

	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded) && isBusy:
		return unreachable(err, "all %d connections to the database are in use: look for long transactions", busy.InUse)
	case errors.As(err, &pg):
		return unreachable(err, "the database refused the query: %s", postgresWords(pg.Code))
	}

	return netFinding(err, "the database", "--database-url")
}

// postgresWords says what an error code of PostgreSQL, appendix A of its manual, asks for.
func postgresWords(code string) string {
	switch {
	case strings.HasPrefix(code, "28"):
		return "check the user and the password in --database-url"
	case code == "3D000":
		return "there is no database with that name; check --database-url"
	case code == "42P01":
		return "the platform's tables are missing; check --database-url"
	case code == "42501":
		return "the user may not read the platform's tables"
	case strings.HasPrefix(code, "53"):
		return "it is out of connections, memory or disk (" + code + ")"
	case strings.HasPrefix(code, "57"):
		return "it is starting up or shutting down, or cancelled the query (" + code + ")"
	default:
		return "PostgreSQL error " + code
	}
}
