package search

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/store"
)

// piece is how many objects are put into the index at a time: others write in between.
const piece = 200

// notesTable has the keys of what is not in the index as it is now.
const notesTable = "opsconsole_search_noted"

// Index is what is found by its words.
type Index struct{ db *store.DB }

// New returns the index of a database.
func New(db *store.DB) *Index { return &Index{db} }

// CatchUp indexes what was noted, and what was there before there was an index, piece by piece until nothing is left. It does
// not mind that other processes do the same.
func (x *Index) CatchUp(ctx context.Context) error {
	for {
		behind, err := x.behind(ctx)
		if err != nil || !behind {
			return err
		}

		if err := x.db.Tx(x.db.Later(ctx), func(tx *sql.Tx) error { return x.advance(ctx, tx) }); err != nil {
			return fmt.Errorf("index what is searched: %w", err)
		}
	}
}

// behind reports whether there is anything to do.
func (x *Index) behind(ctx context.Context) (behind bool, err error) {
	err = x.db.Read().QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM opsconsole_search_noted WHERE key < $1)
			OR EXISTS (SELECT 1 FROM opsconsole_search_older WHERE below > 0 AND kind <= $2)`,
		(last + 1).key(0), last).Scan(&behind)

	return behind, err
}

// Complete reports whether a search looks at all that there is: what was there before there was an index may not be in it
// yet, and of what was noted since a search looks at the newest alone.
func (x *Index) Complete(ctx context.Context) (complete bool, err error) {
	err = x.db.Read().QueryRowContext(ctx, fmt.Sprintf(`
		SELECT NOT EXISTS (SELECT 1 FROM opsconsole_search_older WHERE below > 0 AND kind <= $2)
			AND NOT EXISTS (SELECT 1 FROM opsconsole_search_noted WHERE key < $1 ORDER BY id DESC LIMIT 1 OFFSET %d)`, piece),
		(last + 1).key(0), last).Scan(&complete)

	return complete, err
}

// advance indexes a piece: what was noted first.
func (x *Index) advance(ctx context.Context, tx *sql.Tx) error {
	older, err := x.lock(ctx, tx)
	if err != nil {
		return err
	}

	notes, keys, err := noted(ctx, tx, `ORDER BY id`)
	if err != nil {
		return err
	}

	for kind, ids := range byKind(keys) {
		objects, err := kind.read(ctx, tx, OneOf(kind.source().id, ids))
		if err != nil {
			return err
		}

		if err := x.put(ctx, tx, kind, ids, objects); err != nil {
			return err
		}
	}

	failpoint.Reach(failpoint.SearchIndexing)

	if len(notes) > 0 {
		_, err = tx.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %s WHERE %s`, notesTable, OneOf("id", notes)))
	} else {
		err = x.goBack(ctx, tx, older)
	}

	return err
}

// lock keeps others from indexing, and returns below which number of each kind objects are not indexed yet.
func (x *Index) lock(ctx context.Context, tx *sql.Tx) (map[Kind]int64, error) {
	query := `SELECT kind, below FROM opsconsole_search_older ORDER BY kind`
	if x.db.Dialect() == store.Postgres {
		query += ` FOR UPDATE`
	}

	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	older := map[Kind]int64{}

	for rows.Next() {
		var (
			kind  Kind
			below int64
		)

		if err := rows.Scan(&kind, &below); err != nil {
			return nil, err
		}

		older[kind] = below
	}

	return older, rows.Err()
}

// goBack indexes what is older than what is indexed, of the first kind of which there is some.
func (x *Index) goBack(ctx context.Context, tx *sql.Tx, older map[Kind]int64) error {
	for _, kind := range Kinds() {
		below := older[kind]
		if below <= 0 {
			continue
		}

		id := kind.source().id

		objects, err := kind.read(ctx, tx, fmt.Sprintf(`%s < %d ORDER BY %s DESC LIMIT %d`, id, below, id, piece))
		if err != nil {
			return err
		}

		ids := make([]int64, len(objects))
		for i, object := range objects {
			ids[i] = object.id
		}

		if err := x.put(ctx, tx, kind, ids, objects); err != nil {
			return err
		}

		next := int64(0)
		if len(ids) == piece {
			next = ids[piece-1]
		}

		_, err = tx.ExecContext(ctx, `UPDATE opsconsole_search_older SET below = $1 WHERE kind = $2`, next, kind)

		return err
	}

	return nil
}

// noted are the newest notes, or the oldest, and the keys of their objects. Those of kinds that a newer version has are left to it.
func noted(ctx context.Context, q store.Querier, order string) (notes, keys []int64, err error) {
	rows, err := q.QueryContext(ctx, fmt.Sprintf(
		`SELECT id, key FROM opsconsole_search_noted WHERE key < $1 %s LIMIT %d`, order, piece), (last + 1).key(0))
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()

	for rows.Next() {
		var note, key int64
		if err := rows.Scan(&note, &key); err != nil {
			return nil, nil, err
		}

		notes, keys = append(notes, note), append(keys, key)
	}

	return notes, keys, rows.Err()
}

func byKind(keys []int64) map[Kind][]int64 {
	ids := map[Kind][]int64{}

	for _, key := range keys {
		kind, id := parse(key)
		ids[kind] = append(ids[kind], id)
	}

	return ids
}

// OneOf is the condition that a column is one of several numbers.
func OneOf(column string, numbers []int64) string {
	marks := make([]string, len(numbers))
	for i, n := range numbers {
		marks[i] = strconv.FormatInt(n, 10)
	}

	return column + " IN (" + strings.Join(marks, ", ") + ")"
}

// object is one with its words.
type object struct {
	id    int64
	words []string
}

// read returns the objects that the condition selects.
func (k Kind) read(ctx context.Context, q store.Querier, condition string) ([]object, error) {
	s := k.source()

	columns := make([]string, len(s.columns))
	for i, name := range s.columns {
		columns[i] = "COALESCE(" + name + ", '')"
	}

	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT %s, %s FROM %s WHERE %s`, s.id, strings.Join(columns, ", "), s.table, condition))
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	var out []object

	for rows.Next() {
		var (
			id    int64
			texts = make([]string, len(columns))
			into  = []any{&id}
		)

		for i := range texts {
			into = append(into, &texts[i])
		}

		if err := rows.Scan(into...); err != nil {
			return nil, err
		}

		if texts = s.texts(texts); texts != nil {
			out = append(out, object{id, words(append(texts, strconv.FormatInt(id, 10))...)})
		}
	}

	return out, rows.Err()
}
