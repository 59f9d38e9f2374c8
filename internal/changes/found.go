package changes

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
)

// found is a page of what a text finds.
func (c *Changes) found(ctx context.Context, filter Filter) (Page, error) {
	items, cut, err := search.LoadWithin(c.search.Found(ctx, c.query(filter)), filter.Limit+1, c.patience(),
		func(ids []int64) ([]Change, error) {
			clause, args := filter.among(ids)
			_, id := filter.order()

			return selectChanges(ctx, c.db.Read(), clause+` ORDER BY `+id+` DESC`, args...)
		})
	if err != nil {
		return Page{}, err
	}

	page, err := c.page(ctx, items, filter.Limit)
	if page.Next == 0 && cut > 0 {
		page.Next, page.Cut = cut, true
	}

	return page, err
}

// patience is how long is looked for what a text finds.
func (c *Changes) patience() time.Duration { return cmp.Or(c.Patience, search.Patience) }

// countFound counts as far as [Changes.Count] does.
func (c *Changes) countFound(ctx context.Context, filter Filter) (n int, cut bool, err error) {
	all, stopped, err := search.LoadWithin(c.search.Counted(ctx, c.query(filter)), CountMost+1, c.patience(),
		func(ids []int64) ([]int64, error) {
			clause, args := filter.among(ids)

			var n int

			err := c.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM opsconsole_changes `+clause, args...).Scan(&n)
			if err != nil {
				return nil, fmt.Errorf("count changes: %w", err)
			}

			return ids[:n], nil
		})

	return len(all), stopped > 0, err
}

// query looks for the text, and for what else the filter wants that is written in changes.
func (c *Changes) query(filter Filter) search.Query {
	q := search.Query{
		Kind: search.Change, Text: filter.Text, Besides: []string{string(filter.Section), filter.Actor, filter.Field}, Below: filter.Before,
	}

	filter.Before = 0
	if clause, args := filter.clause(store.Time{}); clause != "" {
		_, id := filter.order()
		q.Selected = func(ctx context.Context, wanted int) ([]int64, error) {
			query := fmt.Sprintf(`SELECT %s FROM opsconsole_changes %s LIMIT %d`, id, clause, wanted)

			return store.Numbers(ctx, c.db.Read(), query, args...)
		}
	}

	return q
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
