package changes

import (
	"context"
	"fmt"
	"strings"

	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
)

// found is a page of what a text finds.
func (c *Changes) found(ctx context.Context, filter Filter) (Page, error) {
	items, err := search.Load(c.search.Found(ctx, search.Change, filter.Text, filter.Before), filter.Limit+1,
		func(ids []int64) ([]Change, error) {
			clause, args := filter.among(ids)
			_, id := filter.order()

			return c.list(ctx, clause+` ORDER BY `+id+` DESC`, args...)
		})
	if err != nil {
		return Page{}, err
	}

	return c.page(ctx, items, filter.Limit)
}

// countFound counts as far as [Changes.Count] does.
func (c *Changes) countFound(ctx context.Context, filter Filter) (int, error) {
	all, err := search.Load(c.search.Counted(ctx, search.Change, filter.Text), CountMost+1, func(ids []int64) ([]int64, error) {
		clause, args := filter.among(ids)

		var n int

		err := c.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM opsconsole_changes `+clause, args...).Scan(&n)
		if err != nil {
			return nil, fmt.Errorf("count changes: %w", err)
		}

		return ids[:n], nil
	})

	return len(all), err
}

// among selects those of several changes that the rest of the filter does.
func (f Filter) among(ids []int64) (clause string, args []any) {
	f.Before = 0
	clause, args = f.clause(store.Time{})
	_, id := f.order()

	word := ` WHERE `
	if strings.Contains(clause, "WHERE ") {
		word = ` AND `
	}

	return clause + word + search.OneOf(id, ids), args
}
