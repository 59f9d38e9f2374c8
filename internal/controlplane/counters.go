package controlplane

import (
	"context"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/store"
)

// count is how many rows there are of a subject, in a status. The owner "" is everybody.
type count struct {
	subject, owner, status string

	n int
}

// counted selects counts. What is empty selects all; with ofOwner, those of the owner, of whom "" is everybody.
type counted struct {
	subject string
	ofOwner bool
	owner   string
	status  string
}

func (w counted) has(c count) bool {
	return (w.subject == "" || w.subject == c.subject) &&
		(!w.ofOwner || w.owner == c.owner) &&
		(w.status == "" || w.status == c.status)
}

func (w counted) where() (condition string, args []any) {
	conditions := []string{"n > 0"}

	add := func(column, value string) {
		args = append(args, value)
		conditions = append(conditions, column+" = "+placeholder(len(args)))
	}

	if w.subject != "" {
		add("subject", w.subject)
	}

	if w.ofOwner {
		add("owner_username", w.owner)
	}

	if w.status != "" {
		add("status", w.status)
	}

	return strings.Join(conditions, " AND "), args
}

// counters is the table of them that triggers keep, on tables that [Prepare] created:
// counting costs the same however many rows there are. On the tables of a platform
// that was there before there are none, a trigger on them would alter them: there the
// rows are counted, see [recount].
const counters = `opsconsole_counts`

// countedAfresh has the columns of the counters and counts the rows themselves.
const countedAfresh = `(
	SELECT 'instances' AS subject, '' AS owner_username, status, COUNT(*) AS n FROM instances GROUP BY status
	UNION ALL
	SELECT 'instances', owner_username, status, COUNT(*) FROM instances GROUP BY owner_username, status
	UNION ALL
	SELECT 'instances_without_pod', '', status, COUNT(*) FROM instances WHERE pod_name IS NULL GROUP BY status
	UNION ALL
	SELECT 'snapshots', '', status, COUNT(*) FROM snapshots GROUP BY status
	UNION ALL
	SELECT 'export_jobs', '', status, COUNT(*) FROM export_jobs GROUP BY status
) AS counted`

// hasTable reports whether the table, one of ours, is there. It asks over the connection that a start has already.
func hasTable(ctx context.Context, db *store.DB, name string) (there bool, err error) {
	query := `SELECT COUNT(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = $1`
	if db.Dialect() == store.Postgres {
		query = `SELECT to_regclass($1) IS NOT NULL`
	}

	if err := db.Write().QueryRowContext(ctx, query, name).Scan(&there); err != nil {
		return false, fmt.Errorf("look for the table %s: %w", name, err)
	}

	return there, nil
}

// eachCount calls fn for every count that is wanted and not 0, ordered by subject,
// owner and status.
func (cp *ControlPlane) eachCount(ctx context.Context, want counted, fn func(count)) error {
	var (
		all []count
		err error
	)

	if cp.recount == nil {
		all, err = cp.counted.Do(ctx, want, func(ctx context.Context) (found []count, err error) {
			err = readCounts(ctx, cp.db.Read(), counters, want, func(c count) { found = append(found, c) })

			return found, err
		})
	} else {
		all, err = cp.recount.get(ctx)
	}

	if err != nil {
		return err
	}

	for _, c := range all {
		if want.has(c) {
			fn(c)
		}
	}

	return nil
}

func readCounts(ctx context.Context, q store.Querier, from string, want counted, fn func(count)) error {
	where, args := want.where()

	rows, err := q.QueryContext(ctx, `SELECT subject, owner_username, status, n FROM `+from+` WHERE `+where+`
		ORDER BY subject, owner_username, status`, args...)
	if err != nil {
		return fmt.Errorf("read the counts: %w", err)
	}
	defer rows.Close()

	for rows.Next() {
		var c count
		if err := rows.Scan(&c.subject, &c.owner, &c.status, &c.n); err != nil {
			return fmt.Errorf("read a count: %w", err)
		}

		fn(c)
	}

	return rows.Err()
}
