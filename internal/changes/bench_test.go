package changes_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// rareChanges are by another actor, of another field and from another source than all
// that came after them: whoever looks for them has to go back to the beginning.
const rareChanges = 3

// BenchmarkHistory reads a history of ever more changes in every way that its pages do.
// docs/performance.md has the numbers.
func BenchmarkHistory(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": worldtest.Prepared.SQLiteURL, "postgres": worldtest.Prepared.PostgresURL} {
		b.Run(name, func(b *testing.B) {
			sizes := []int{100, 1000, 100_000}
			histories := make([]*changes.Changes, len(sizes))

			for i, rows := range sizes {
				db := storetest.Open(b, url(b))
				fillHistory(b, db, rows)

				histories[i] = changes.New(db, nil, time.Now, nil, changes.Policy{})
			}

			for _, query := range historyQueries() {
				for i, rows := range sizes {
					b.Run(fmt.Sprintf("%s/changes=%d", query.name, rows), func(b *testing.B) {
						for b.Loop() {
							if err := query.ask(b, histories[i], rows); err != nil {
								b.Fatal(err)
							}
						}
					})
				}
			}
		})
	}
}

type historyQuery struct {
	name string
	ask  func(b *testing.B, c *changes.Changes, rows int) error
}

// historyQueries are the pages of the history and what other pages ask of it.
func historyQueries() []historyQuery {
	var out []historyQuery

	page := func(name string, filter func(rows int) changes.Filter) {
		out = append(out, historyQuery{name, func(b *testing.B, c *changes.Changes, rows int) error {
			b.Helper()

			_, err := c.History(b.Context(), filter(rows))

			return err
		}})
	}
	count := func(name string, filter changes.Filter) {
		out = append(out, historyQuery{"count_" + name, func(b *testing.B, c *changes.Changes, _ int) error {
			b.Helper()

			_, err := c.Count(b.Context(), filter)

			return err
		}})
	}

	for name, filter := range filters() {
		page(name, func(int) changes.Filter { return filter })
		count(name, filter)
	}

	page("deep", func(rows int) changes.Filter { return changes.Filter{Before: int64(rows / 2)} })
	page("section_deep", func(rows int) changes.Filter {
		return changes.Filter{Section: ops.SectionExport, Before: int64(rows / 2)}
	})
	page("an_hour", func(rows int) changes.Filter {
		middle := madeAt(rows / 2)

		return changes.Filter{From: middle.Add(-30 * time.Minute), Until: middle.Add(30 * time.Minute)}
	})
	page("an_hour_of_a_section", func(rows int) changes.Filter {
		middle := madeAt(rows / 2)

		return changes.Filter{Section: ops.SectionExport, From: middle.Add(-30 * time.Minute), Until: middle.Add(30 * time.Minute)}
	})

	return append(out, historyQuery{"unreviewed", func(b *testing.B, c *changes.Changes, _ int) error {
		b.Helper()

		_, err := c.Unreviewed(b.Context())

		return err
	}}, historyQuery{"restorable", func(b *testing.B, c *changes.Changes, _ int) error {
		b.Helper()

		known, err := c.Known(b.Context(), ops.SectionExport)
		if err != nil {
			return err
		}

		page, err := c.History(b.Context(), changes.Filter{Section: ops.SectionExport, Limit: 10})
		if err == nil {
			_, err = c.Restorable(b.Context(), known, page)
		}

		return err
	}})
}

// filters are those of the history's page, one by one and together; the rare ones
// select what lies at the very beginning alone.
func filters() map[string]changes.Filter {
	return map[string]changes.Filter{
		"all":            {},
		"section":        {Section: ops.SectionExport},
		"actor":          {Actor: "operator-7"},
		"actor_rare":     {Actor: "carol"},
		"field":          {Field: "per_analyst"},
		"field_rare":     {Field: "message"},
		"source":         {Source: changes.SourceAPI},
		"source_rare":    {Source: changes.SourceSchedule},
		"outcome":        {Outcome: changes.Failed},
		"since":          {From: madeAt(1)},
		"section_since":  {Section: ops.SectionExport, From: madeAt(1)},
		"field_since":    {Field: "per_analyst", From: madeAt(1)},
		"until":          {Until: madeAt(40)},
		"section_actor":  {Section: ops.SectionExport, Actor: "operator-7"},
		"actor_rare_api": {Actor: "operator-1", Source: changes.SourceSchedule},
	}
}

func madeAt(n int) time.Time {
	return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * 10 * time.Minute)
}

// fillHistory writes as many changes as rows, every ten minutes one. A fiftieth came from
// outside and was kept, and some failed.
func fillHistory(b *testing.B, db *store.DB, rows int) {
	b.Helper()

	fields := []struct {
		section ops.SectionName
		field   string
	}{
		{ops.SectionExport, "max_duration_seconds"},
		{ops.SectionConcurrency, "per_analyst"},
		{ops.SectionConcurrency, "cluster_total"},
		{ops.SectionMaintenance, "enabled"},
	}

	var made, touched [][]any

	for n := 1; n <= rows; n++ {
		kind := fields[n%len(fields)]
		actor, source, outcome := fmt.Sprintf("operator-%d", n%20), changes.SourceConsole, changes.Applied

		switch {
		case n <= rareChanges:
			actor, source = []string{"carol", "operator-1", "operator-2"}[n-1], changes.SourceSchedule
			kind.section, kind.field = ops.SectionMaintenance, "message"
		case n%50 == 0:
			source = changes.SourceExternal
		case n%5 == 0:
			source = changes.SourceAPI
		case n%33 == 0:
			outcome = changes.Failed
		}

		values := fmt.Sprintf(`{%q: %d}`, kind.field, n)
		made = append(made, []any{
			kind.section,
			store.Time{Time: madeAt(n)},
			actor, fmt.Sprintf("reason number %d", n), source, outcome,
			values, values, kind.field, "request",
			store.Time{Time: madeAt(n)},
			0,
		})
		touched = append(touched, []any{kind.field, n, store.Time{Time: madeAt(n)}})
	}

	storetest.Fill(b, db, `opsconsole_changes (section, at, actor, reason, source, outcome, before_json, after_json,
		fields, request_id, settled_at, intent)`, made)
	storetest.Fill(b, db, `opsconsole_change_fields (field, change_id, changed_at)`, touched)
}
