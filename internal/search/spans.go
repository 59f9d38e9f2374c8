package search

import (
	"context"
	"database/sql"
	"fmt"
)

// spanBits are how many bits of a key its span leaves out: PostgreSQL's index has each word with the span of its object, since
// it would gather all objects that have a word before the newest are known. Its function has this number too.
const spanBits = 14

// inNewestSpan finds the newest objects in the newest span that has any from one key up to below another. There is one row
// at least, which tells the span. What is gathered stays apart from what is asked of keys, for which there is an index too.
const inNewestSpan = `
	WITH span AS MATERIALIZED (
		SELECT max(key) >> %d AS n FROM opsconsole_search WHERE key >= $1 AND key < $2
	), found AS MATERIALIZED (
		SELECT key FROM opsconsole_search WHERE opsconsole_search_spanned(key, words) @@ (
			SELECT string_agg('''' || to_hex(n) || ' ' || word || ''':*', ' & ')::tsquery FROM span, unnest($3::text[]) AS word)
	)
	SELECT n, key FROM span LEFT JOIN found ON key >= $1 AND key < $2 ORDER BY key DESC NULLS LAST LIMIT %d`

// findInSpans finds in one span after the other, the newest first, until there are enough.
func (x *Index) findInSpans(ctx context.Context, kind Kind, wanted []string, below int64, limit int) (ids []int64, err error) {
	for until := kind.key(below); len(ids) < limit; {
		span, some, err := x.inNewestSpan(ctx, wanted, kind.key(0), until, limit-len(ids))
		if err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}

		if ids = append(ids, some...); !span.Valid {
			break
		}

		until = span.Int64 << spanBits
	}

	return ids, nil
}

func (x *Index) inNewestSpan(
	ctx context.Context, wanted []string, from, until int64, limit int,
) (span sql.NullInt64, ids []int64, err error) {
	rows, err := x.db.Read().QueryContext(ctx, fmt.Sprintf(inNewestSpan, spanBits, limit), from, until, wanted)
	if err != nil {
		return span, nil, err
	}
	defer rows.Close()

	for rows.Next() {
		var key sql.NullInt64
		if err := rows.Scan(&span, &key); err != nil {
			return span, nil, err
		}

		if key.Valid {
			_, id := parse(key.Int64)
			ids = append(ids, id)
		}
	}

	return span, ids, rows.Err()
}
