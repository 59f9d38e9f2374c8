package changes

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/store"
)

// marked are changes by their ids, to be asked about: marks stand for the ids in a query.
type marked struct {
	byID  map[int64]*Change
	marks string
	args  []any
}

// toMark returns those of the list to which something applies.
func toMark(list []Change, applies func(c *Change) bool) marked {
	m := marked{byID: make(map[int64]*Change, len(list)), args: make([]any, 0, len(list))}

	var marks strings.Builder

	for i := range list {
		if c := &list[i]; applies(c) {
			m.byID[c.ID] = c
			m.args = append(m.args, c.ID)

			if len(m.args) > 1 {
				marks.WriteString(", ")
			}

			fmt.Fprintf(&marks, "$%d", len(m.args))
		}
	}

	m.marks = marks.String()

	return m
}

// query asks about them, and has each row read.
func (m marked) query(ctx context.Context, q store.Querier, query string, read func(rows *sql.Rows) error) error {
	if len(m.args) == 0 {
		return nil
	}

	rows, err := q.QueryContext(ctx, fmt.Sprintf(query, m.marks), m.args...)
	if err != nil {
		return err
	}
	defer rows.Close()

	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}

	return rows.Err()
}

// markKept fills in Kept: nobody decides about others than those from outside.
func markKept(ctx context.Context, q store.Querier, list []Change) error {
	outside := toMark(list, func(c *Change) bool { return c.Source == SourceExternal })

	err := outside.query(ctx, q, `SELECT change_id, actor, reason, at FROM opsconsole_kept_changes WHERE change_id IN (%s)`,
		func(rows *sql.Rows) error {
			var (
				id   int64
				kept Kept
				at   store.Time
			)

			if err := rows.Scan(&id, &kept.Actor, &kept.Reason, &at); err != nil {
				return err
			}

			kept.At = at.Time
			outside.byID[id].Kept = &kept

			return nil
		})
	if err != nil {
		return fmt.Errorf("find who kept changes: %w", err)
	}

	return nil
}

// restoresOf are the restores of changes, which say that they are.
const restoresOf = `SELECT 'restore', id, restores, restores_part, outcome FROM opsconsole_changes WHERE restores IN (%[1]s)`

// markRestored fills in RestoredBy and RestoredInPartBy.
func (c *Changes) markRestored(ctx context.Context, list []Change) error {
	_, err := c.markBy(ctx, list, restoresOf+` ORDER BY 3, 2`)

	return err
}

// mark fills in RestoredBy, RestoredInPartBy, Lease and Scheduled. That nothing belongs to the changes, as is the rule, is
// seen at one look.
func (c *Changes) mark(ctx context.Context, list []Change) error {
	others, err := c.markBy(ctx, list, restoresOf+`
		UNION ALL SELECT 'lease', 0, change_id, 0, '' FROM opsconsole_leases WHERE change_id IN (%[1]s)
		UNION ALL SELECT 'scheduled', 0, change_id, 0, '' FROM opsconsole_scheduled_changes WHERE change_id IN (%[1]s)
		ORDER BY 3, 2`)

	if err == nil && others["scheduled"] {
		err = c.markScheduled(ctx, list)
	}

	if err == nil && others["lease"] {
		err = c.markTemporary(ctx, list)
	}

	return err
}

// markBy fills in the restores that are found, and returns which kinds of others are.
func (c *Changes) markBy(ctx context.Context, list []Change, query string) (others map[string]bool, err error) {
	all := toMark(list, func(*Change) bool { return true })
	others = map[string]bool{}

	err = all.query(ctx, c.db.Read(), query, func(rows *sql.Rows) error {
		var (
			kind    string
			id, of  int64
			part    bool
			outcome Outcome
		)

		if err := rows.Scan(&kind, &id, &of, nullFlag{&part}, &outcome); err != nil {
			return err
		}

		change := all.byID[of]

		switch {
		case kind != "restore":
			others[kind] = true
		case outcome != Applied: // Asked of the database, it would look through all that was.
		case part:
			change.RestoredInPartBy = append(change.RestoredInPartBy, id)
		default:
			change.RestoredBy = append(change.RestoredBy, id)
		}

		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find what belongs to changes: %w", err)
	}

	return others, nil
}
