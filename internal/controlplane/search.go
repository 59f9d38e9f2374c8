package controlplane

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/ops"
)

// searchIndexFrom is the length, in characters, from which an index finds a text:
// both databases' index what stands in threes.
const searchIndexFrom = 3

// searchIndex is SQLite's, a table of its own.
const searchIndex = `opsconsole_instance_search`

// searched fills the page with what has the text in its name or description. It costs
// as much as it finds, as all of that is counted, but not as much as there is.
func (cp *ControlPlane) searched(ctx context.Context, query ops.InstancesQuery, page *ops.InstancesPage) error {
	found, args := cp.found(query)

	var err error

	page.Instances, err = cp.readInstances(ctx, found+`SELECT `+instanceColumns+`, (SELECT COUNT(*) FROM found) FROM instances
		WHERE id IN (SELECT id FROM found ORDER BY id DESC`+fmt.Sprintf(` LIMIT %d OFFSET %d`, query.Limit, query.Offset)+`)
		ORDER BY id DESC`, args, &page.Total)
	if err != nil || len(page.Instances) > 0 || query.Offset == 0 {
		return err
	}

	if err := cp.db.Read().QueryRowContext(ctx, found+`SELECT COUNT(*) FROM found`, args...).Scan(&page.Total); err != nil {
		return fmt.Errorf("count what was found: %w", err)
	}

	return nil
}

// found is the ids of what a search selects, as a table of that name, and its arguments.
func (cp *ControlPlane) found(query ops.InstancesQuery) (with string, args []any) {
	where, _, args := instancesWhere(query)
	text := placeholder(len(args) + 1)

	if cp.searchIndexed && utf8.RuneCountInString(query.Search) >= searchIndexFrom {
		from := searchIndex + ` AS s`
		if where != "" {
			from += ` CROSS JOIN instances ON instances.id = s.rowid` // which SQLite keeps in this order
		}

		return `WITH found AS NOT MATERIALIZED (SELECT s.rowid AS id FROM ` + from + and(where, `s.`+searchIndex+` MATCH `+text) + `) `,
			append(args, `"`+strings.ReplaceAll(query.Search, `"`, `""`)+`"`)
	}

	like := fmt.Sprintf(`(LOWER(name) LIKE LOWER(%[1]s) ESCAPE '\' OR LOWER(description) LIKE LOWER(%[1]s) ESCAPE '\')`, text)

	// PostgreSQL sees for itself whether there is an index. Materialized, as it may else
	// think that it finds fifty soon by going back through all rows.
	return `WITH found AS MATERIALIZED (SELECT id FROM instances` + and(where, like) + `) `, append(args, "%"+escapeLike(query.Search)+"%")
}

func and(where, condition string) string {
	if where == "" {
		return " WHERE " + condition
	}

	return " " + where + " AND " + condition
}

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

func placeholder(n int) string { return fmt.Sprintf("$%d", n) }
