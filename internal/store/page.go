package store

import (
	"context"
)

// Cut is a page of at most limit of what was read, of which one more was asked for. Next is the cursor behind which the page after it
// begins, that of the page's last; the zero value where there is none.
func Cut[T, C any](read []T, limit int, cursor func(T) C) (page []T, next C) {
	if len(read) <= limit {
		return read, next
	}

	return read[:limit], cursor(read[limit-1])
}

// Numbers returns those that a query selects.
func Numbers(ctx context.Context, q Querier, query string, args ...any) ([]int64, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	var numbers []int64

	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}

		numbers = append(numbers, n)
	}

	return numbers, rows.Err()
}
