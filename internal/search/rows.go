package search

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/graph-olap/opsconsole/internal/store"
)

// put has the index know the objects by their words. Those of the numbers that are not among them are not found any more.
func (x *Index) put(ctx context.Context, tx *sql.Tx, kind Kind, ids []int64, objects []object) error {
	for _, id := range ids {
		if slices.ContainsFunc(objects, func(o object) bool { return o.id == id }) {
			continue
		}

		_, err := tx.ExecContext(ctx, fmt.Sprintf(`DELETE FROM opsconsole_search WHERE %s = $1`, x.keyColumn()), kind.key(id))
		if err != nil {
			return err
		}
	}

	statement := `INSERT INTO opsconsole_search (key, words) VALUES ($1, array_to_tsvector($2::text[]))
		ON CONFLICT (key) DO UPDATE SET words = excluded.words`
	if x.db.Dialect() == store.SQLite {
		statement = `INSERT OR REPLACE INTO opsconsole_search (rowid, words) VALUES ($1, $2)`
	}

	for _, o := range objects {
		var kept any = o.words
		if x.db.Dialect() == store.SQLite {
			kept = strings.Join(beginnings(o.words), " ")
		}

		if _, err := tx.ExecContext(ctx, statement, kind.key(o.id), kept); err != nil {
			return err
		}
	}

	return nil
}

// keyColumn is where the key of an object is: SQLite's index of words has it as the number of the row.
func (x *Index) keyColumn() string {
	if x.db.Dialect() == store.SQLite {
		return "rowid"
	}

	return "key"
}

// beginnings are those of all words: an index that has them need not gather the words that begin so.
func beginnings(words []string) []string {
	seen := map[string]bool{}

	var all []string

	for _, word := range words {
		for i, r := range word {
			if begin := word[:i+len(string(r))]; !seen[begin] {
				seen[begin] = true
				all = append(all, begin)
			}
		}
	}

	return all
}

// recent is how many objects of a kind PostgreSQL looks at before it asks the index: a word that many have is found there
// already, and the index would gather them all.
const recent = 4000

// find returns the newest objects of the kind that have all words, those below a number, in the index alone.
func (x *Index) find(ctx context.Context, kind Kind, wanted []string, below int64, limit int) ([]int64, error) {
	from, until := kind.key(0), kind.key(below)

	if x.db.Dialect() == store.SQLite {
		return x.ids(ctx, fmt.Sprintf(`
			SELECT rowid FROM opsconsole_search WHERE opsconsole_search MATCH $1 AND rowid >= $2 AND rowid < $3
			ORDER BY rowid DESC LIMIT %d`, limit),
			`"`+strings.Join(wanted, `" AND "`)+`"`, from, until)
	}

	query := `'` + strings.Join(wanted, `':* & '`) + `':*`

	found, err := x.ids(ctx, fmt.Sprintf(`
		SELECT key FROM (SELECT key, words FROM opsconsole_search WHERE key >= $2 AND key < $3 ORDER BY key DESC LIMIT %d) AS recent
		WHERE words @@ $1::tsquery ORDER BY key DESC LIMIT %d`, recent, limit), query, from, until)
	if err != nil || len(found) == limit {
		return found, err
	}

	// Of most kinds there is nothing else, and the index would gather what others have.
	rest, err := x.ids(ctx, fmt.Sprintf(`
		SELECT key FROM opsconsole_search WHERE key >= $1 AND key < $2 ORDER BY key DESC OFFSET %d LIMIT 1`, recent), from, until)
	if err != nil || len(rest) == 0 {
		return found, err
	}

	// They are gathered first, whatever the planner thinks of their number.
	older, err := x.ids(ctx, fmt.Sprintf(`
		WITH found AS MATERIALIZED (SELECT key FROM opsconsole_search WHERE words @@ $1::tsquery)
		SELECT key FROM found WHERE key >= $2 AND key <= $3 ORDER BY key DESC LIMIT %d`, limit-len(found)), query, from, kind.key(rest[0]))

	return append(found, older...), err
}

func (x *Index) ids(ctx context.Context, query string, args ...any) ([]int64, error) {
	rows, err := x.db.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	defer rows.Close()

	var ids []int64

	for rows.Next() {
		var key int64
		if err := rows.Scan(&key); err != nil {
			return nil, fmt.Errorf("search: %w", err)
		}

		_, id := parse(key)
		ids = append(ids, id)
	}

	return ids, rows.Err()
}
