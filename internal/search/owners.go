package search

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Owners keeps who was seen to own instances, so that they are found also when they have none any more.
type Owners struct {
	index *Index
	seen  map[string]bool
}

// Owners returns those of the index.
func (x *Index) Owners() *Owners { return &Owners{x, map[string]bool{}} }

// See notes those who were not seen yet. It is not for several at a time.
func (o *Owners) See(ctx context.Context, names []string) error {
	unseen := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return o.seen[name] })

	for some := range slices.Chunk(unseen, piece) {
		marks, args := make([]string, len(some)), make([]any, len(some))
		for i, name := range some {
			marks[i], args[i] = fmt.Sprintf("($%d)", i+1), name
		}

		err := o.index.db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf(
				`INSERT INTO opsconsole_owners (username) VALUES %s ON CONFLICT (username) DO NOTHING`, strings.Join(marks, ", ")), args...)

			return err
		})
		if err != nil {
			return fmt.Errorf("keep who owns instances: %w", err)
		}

		for _, name := range some {
			o.seen[name] = true
		}
	}

	return nil
}

// OwnerNames returns at most as many owners as are wanted whose names a text finds.
func (x *Index) OwnerNames(ctx context.Context, text string, wanted int) ([]string, error) {
	return Load(x.Found(ctx, Owner, text, 0), wanted, func(ids []int64) ([]string, error) {
		objects, err := x.db.Read().QueryContext(ctx, fmt.Sprintf(
			`SELECT username FROM opsconsole_owners WHERE %s ORDER BY id DESC`, OneOf("id", ids)))
		if err != nil {
			return nil, err
		}
		defer objects.Close()

		var names []string

		for objects.Next() {
			var name string
			if err := objects.Scan(&name); err != nil {
				return nil, err
			}

			names = append(names, name)
		}

		return names, objects.Err()
	})
}
