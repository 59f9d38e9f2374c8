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

// find returns the newest objects of the kind that have all words, those below a number, in the index alone.
func (x *Index) find(ctx context.Context, kind Kind, wanted []string, below int64, limit int) ([]int64, error) {
	if x.db.Dialect() == store.Postgres {
		return x.findInSpans(ctx, kind, wanted, below, limit)
	}

	keys, err := store.Numbers(ctx, x.db.Read(), fmt.Sprintf(`
		SELECT rowid FROM opsconsole_search WHERE opsconsole_search MATCH $1 AND rowid >= $2 AND rowid < $3
		ORDER BY rowid DESC LIMIT %d`, limit),
		`"`+strings.Join(wanted, `" AND "`)+`"`, kind.key(0), kind.key(below))
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}

	for i, key := range keys {
		_, keys[i] = parse(key)
	}

	return keys, nil
}
