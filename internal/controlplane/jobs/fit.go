package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math"

	"github.com/graph-olap/opsconsole/internal/store"
)

// fit is a number as a column of the platform's takes it: NULL where it is too large, as bytes may be
// for the 32 bits of a platform's own tables. That is counted, and the log has it once.
func (p *pass) fit(ctx context.Context, table, column string, n int64) (sql.NullInt64, error) {
	most, err := mostOf(ctx, p.db, table, column)
	if err != nil || n <= most {
		return sql.NullInt64{Int64: n, Valid: err == nil}, err
	}

	p.found[countTooLarge]++

	if _, said := p.said.LoadOrStore(table+"."+column, true); !said {
		p.logger.WarnContext(ctx, "a number is too large for its column in the platform's database, and its tables are not changed: "+
			"such values are left empty; everything else continues",
			slog.String("column", table+"."+column), slog.Int64("number", n), slog.Int64("largest", most))
	}

	return sql.NullInt64{}, nil
}

// mostOf is the largest number that a column takes.
func mostOf(ctx context.Context, db *store.DB, table, column string) (int64, error) {
	if db.Dialect() != store.Postgres {
		return math.MaxInt64, nil
	}

	var narrow bool

	err := db.Read().QueryRowContext(ctx, `SELECT COALESCE(bool_or(atttypid = 'integer'::regtype), false) FROM pg_attribute
		WHERE attrelid = to_regclass($1) AND attname = $2`, table, column).Scan(&narrow)

	switch {
	case err != nil:
		return 0, fmt.Errorf("look how large %s.%s may be: %w", table, column, err)
	case narrow:
		return math.MaxInt32, nil
	default:
		return math.MaxInt64, nil
	}
}
