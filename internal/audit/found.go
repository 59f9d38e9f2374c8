package audit

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
)

// found is a page of what a text finds.
func (l *Log) found(ctx context.Context, filter Filter) (Page, error) {
	items, cut, err := search.LoadWithin(l.search.Found(ctx, l.query(filter)), filter.Limit+1, l.patience(),
		func(ids []int64) ([]Entry, error) {
			where, args := filter.among(ids)
			page, err := l.list(ctx, len(ids), where+" ORDER BY seq DESC", args...)

			return page.Items, err
		})
	if err != nil {
		return Page{}, err
	}

	var page Page

	page.Items, page.Next = store.Cut(items, filter.Limit, func(e Entry) int64 { return e.Seq })
	if page.Next == 0 && cut > 0 {
		page.Next, page.Cut = cut, true
	}

	return page, nil
}

// patience is how long is looked for what a text finds.
func (l *Log) patience() time.Duration { return cmp.Or(l.Patience, search.Patience) }

// countFound counts as far as [Log.Count] does.
func (l *Log) countFound(ctx context.Context, filter Filter) (n int, cut bool, err error) {
	all, stopped, err := search.LoadWithin(l.search.Counted(ctx, l.query(filter)), CountMost+1, l.patience(),
		func(ids []int64) ([]int64, error) {
			where, args := filter.among(ids)

			var n int

			err := l.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM opsconsole_audit `+where, args...).Scan(&n)
			if err != nil {
				return nil, fmt.Errorf("count the audit log: %w", err)
			}

			return ids[:n], nil
		})

	return len(all), stopped > 0, err
}

// query looks for the text, and for what else the filter wants that is written in entries.
func (l *Log) query(filter Filter) search.Query {
	q := search.Query{
		Kind: search.Audit, Text: filter.Text, Besides: []string{filter.Actor, string(filter.Action), filter.Object}, Below: filter.Before,
	}

	filter.Before = 0
	if clause, args := filter.where(store.Time{}); clause != "" {
		q.Selected = func(ctx context.Context, wanted int) ([]int64, error) {
			return store.Numbers(ctx, l.db.Read(), fmt.Sprintf(`SELECT seq FROM opsconsole_audit %s LIMIT %d`, clause, wanted), args...)
		}
	}

	return q
}

// among selects those of several entries that the rest of the filter does.
func (f Filter) among(ids []int64) (clause string, args []any) {
	f.Before = 0

	clause, args = f.where(store.Time{})
	if clause == "" {
		return "WHERE " + search.OneOf("seq", ids), nil
	}

	return clause + " AND " + search.OneOf("seq", ids), args
}
