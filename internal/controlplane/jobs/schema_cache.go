package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
)

// Catalog reads what can be queried, from Starburst or Trino.
type Catalog interface {
	// Catalogs names the catalogs.
	Catalogs(ctx context.Context) ([]string, error)
	// Entries lists the schemas, tables and columns of a catalog, and the schemas of
	// which it could not read all. A [*trino.QueryError] is about this catalog alone.
	Entries(ctx context.Context, catalog string) ([]trino.Entry, []trino.Unread, error)
}

func entityTypes() []string { return []string{"catalog", "schema", "table", "column"} }

func entityType(e trino.Entry) string {
	switch {
	case e.Column != "":
		return "column"
	case e.Table != "":
		return "table"
	case e.Schema != "":
		return "schema"
	default:
		return "catalog"
	}
}

// catalogFor is how long a catalog may take, so that one which hangs leaves time for
// the others.
const catalogFor = 3 * time.Minute

// schemaCache reads every catalog and writes it beside what is cached, then switches to
// what was read, in one step. What cannot be read stays as it was and is said; the run
// fails if that is everything, or when Trino itself fails.
func schemaCache(catalog Catalog) job {
	if catalog == nil {
		return func(context.Context, *pass) error { return skipped("no Starburst or Trino is configured") }
	}

	return func(ctx context.Context, p *pass) error {
		names, err := catalog.Catalogs(ctx)
		if err != nil {
			return fmt.Errorf("list the catalogs: %w", err)
		}

		next, err := newGeneration(ctx, p)
		if err != nil {
			return err
		}

		var left []string

		for _, name := range names {
			unread, err := refresh(ctx, next, catalog, name)

			switch {
			case err == nil:
			case catalogFails(ctx, err):
				p.found[countCatalogsFailed]++

				unread = []string{fmt.Sprintf("catalog %s: %v", name, err)}
			default:
				return fmt.Errorf("catalog %s: %w", name, err)
			}

			left = append(left, unread...)
		}

		if len(names) > 0 && len(next.catalogs) == 0 {
			return fmt.Errorf("no catalog could be read: %s", strings.Join(left, "; "))
		}

		if err := next.use(ctx, names); err != nil {
			return fmt.Errorf("switch the schema cache: %w", err)
		}

		if len(left) > 0 {
			return incomplete("these were not updated: " + strings.Join(left, "; "))
		}

		return nil
	}
}

// catalogFails tells what is wrong with one catalog from what is wrong with Trino, the
// database or the run.
func catalogFails(ctx context.Context, err error) bool {
	var failed *trino.QueryError

	return errors.As(err, &failed) || errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil
}

// refresh writes what a catalog has now; what could not be read of it is written as it
// is cached, and returned.
func refresh(ctx context.Context, next *generation, catalog Catalog, name string) (left []string, err error) {
	reading, cancel := context.WithTimeout(ctx, catalogFor)
	defer cancel()

	entries, unread, err := catalog.Entries(reading, name)
	if err != nil {
		return nil, err
	}

	for _, u := range unread {
		cached, err := cachedSchema(ctx, next.p.db.Read(), name, u.Schema)
		if err != nil {
			return nil, err
		}

		entries = append(entries, cached...)
		left = append(left, fmt.Sprintf("schema %s.%s: %v", name, u.Schema, u.Err))
	}

	next.p.found[countSchemasFailed] += len(unread)

	return left, next.write(ctx, name, entries)
}
