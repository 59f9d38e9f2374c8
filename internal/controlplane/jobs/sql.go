package jobs

import (
	"context"
	"database/sql"

	"github.com/graph-olap/opsconsole/internal/store"
)

// query reads all rows of a query; fields names where the columns of one go.
func query[T any](ctx context.Context, q store.Querier, fields func(*T) []any, text string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	var all []T

	for rows.Next() {
		var one T
		if err := rows.Scan(fields(&one)...); err != nil {
			return nil, err
		}

		all = append(all, one)
	}

	return all, rows.Err()
}

// affected is how many rows a statement changed.
func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}

	return result.RowsAffected()
}
