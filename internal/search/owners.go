package search

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// seenEvery is how often it is written down that somebody still owns instances.
const seenEvery = time.Hour

// Owners keeps who was seen to own instances and when last, so that they are found also when they have none any more.
type Owners struct {
	index *Index
	// seen is when it was written down.
	seen map[string]time.Time
}

// Owners returns those of the index.
func (x *Index) Owners() *Owners { return &Owners{x, map[string]time.Time{}} }

// See notes those who own instances at a time, each once an hour. It is not for several at a time.
func (o *Owners) See(ctx context.Context, names []string, at time.Time) error {
	unseen := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return at.Sub(o.seen[name]) < seenEvery })

	slices.Sort(unseen) // in one order, so that of several processes none waits for another that waits for it

	for some := range slices.Chunk(unseen, piece) {
		marks, args := make([]string, len(some)), []any{store.Time{Time: at}}
		for i, name := range some {
			args = append(args, name)
			marks[i] = fmt.Sprintf("($%d, $1)", len(args))
		}

		err := o.index.db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf(`
				INSERT INTO opsconsole_owners (username, last_seen_at) VALUES %s ON CONFLICT (username) DO UPDATE
				SET last_seen_at = excluded.last_seen_at WHERE COALESCE(opsconsole_owners.last_seen_at, '') < excluded.last_seen_at`,
				strings.Join(marks, ", ")), args...)

			return err
		})
		if err != nil {
			return fmt.Errorf("keep who owns instances: %w", err)
		}

		for _, name := range some {
			o.seen[name] = at
		}
	}

	return nil
}

// SeenOwner is somebody who was seen to own instances.
type SeenOwner struct {
	Username string
	// Last is when, to the hour; zero where that is not known.
	Last time.Time
}

// FindOwners returns at most as many owners as are wanted whose names a text finds.
func (x *Index) FindOwners(ctx context.Context, text string, wanted int) ([]SeenOwner, error) {
	return Load(x.Found(ctx, Query{Kind: Owner, Text: text}), wanted, func(ids []int64) ([]SeenOwner, error) {
		rows, err := x.db.Read().QueryContext(ctx, fmt.Sprintf(
			`SELECT username, last_seen_at FROM opsconsole_owners WHERE %s ORDER BY id DESC`, OneOf("id", ids)))
		if err != nil {
			return nil, err
		}
		defer rows.Close()

		var owners []SeenOwner

		for rows.Next() {
			var (
				owner SeenOwner
				last  store.Time
			)

			if err := rows.Scan(&owner.Username, &last); err != nil {
				return nil, err
			}

			owner.Last = last.Time
			owners = append(owners, owner)
		}

		return owners, rows.Err()
	})
}
