package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// Filter selects entries; what is zero does not restrict.
type Filter struct {
	Actor   string
	Action  Action
	Object  string
	Outcome Outcome
	// From is inclusive, Until exclusive.
	From, Until time.Time
	// Before selects entries older than this number: the Next of the page before.
	Before int64
	// Limit is the most entries on a page; 0 means 50.
	Limit int
}

// Page is entries, newest first. Next is the Before of the next page, 0 on the last one.
type Page struct {
	Items []Entry
	Next  int64
}

const defaultLimit = 50

// List returns a page.
func (l *Log) List(ctx context.Context, filter Filter) (Page, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultLimit
	}

	where, args := filter.where()

	rows, err := l.db.Read().QueryContext(ctx, fmt.Sprintf(
		`SELECT %s FROM opsconsole_audit %s ORDER BY seq DESC LIMIT %d`, columns, where, filter.Limit+1), args...)
	if err != nil {
		return Page{}, fmt.Errorf("list the audit log: %w", err)
	}
	defer rows.Close()

	var page Page

	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return Page{}, err
		}

		if len(page.Items) == filter.Limit {
			page.Next = page.Items[len(page.Items)-1].Seq

			break
		}

		page.Items = append(page.Items, e)
	}

	return page, rows.Err()
}

// All yields every entry that the filter selects, newest first, page by page, so
// that an export of any length holds only a page in memory.
func (l *Log) All(ctx context.Context, filter Filter) iter.Seq2[Entry, error] {
	const pageSize = 1000

	return func(yield func(Entry, error) bool) {
		filter.Limit = pageSize

		for {
			page, err := l.List(ctx, filter)
			if err != nil {
				yield(Entry{}, err)

				return
			}

			for _, e := range page.Items {
				if !yield(e, nil) {
					return
				}
			}

			if filter.Before = page.Next; page.Next == 0 {
				return
			}
		}
	}
}

// Get returns the entry of that number; ok is false when there is none.
func (l *Log) Get(ctx context.Context, seq int64) (entry Entry, ok bool, err error) {
	if seq < 1 || seq == math.MaxInt64 {
		return Entry{}, false, nil
	}

	page, err := l.List(ctx, Filter{Before: seq + 1, Limit: 1})
	if err != nil || len(page.Items) == 0 || page.Items[0].Seq != seq {
		return Entry{}, false, err
	}

	return page.Items[0], true, nil
}

// Last returns the newest entry of the action on the object with that outcome; ok is
// false when there is none.
func (l *Log) Last(ctx context.Context, action Action, object string, outcome Outcome) (entry Entry, ok bool, err error) {
	page, err := l.List(ctx, Filter{Action: action, Object: object, Outcome: outcome, Limit: 1})
	if err != nil || len(page.Items) == 0 {
		return Entry{}, false, err
	}

	return page.Items[0], true, nil
}

func (f Filter) where() (clause string, args []any) {
	var terms []string

	add := func(term string, value any) {
		args = append(args, value)
		terms = append(terms, fmt.Sprintf(term, len(args)))
	}

	if f.Actor != "" {
		add("actor = $%d", f.Actor)
	}

	if f.Action != "" {
		add("action = $%d", f.Action)
	}

	if f.Object != "" {
		add("object = $%d", f.Object)
	}

	if f.Outcome != "" {
		add("outcome = $%d", f.Outcome)
	}

	if !f.From.IsZero() {
		add("at >= $%d", store.Time{Time: f.From})
	}

	if !f.Until.IsZero() {
		add("at < $%d", store.Time{Time: f.Until})
	}

	if f.Before > 0 {
		add("seq < $%d", f.Before)
	}

	if len(terms) == 0 {
		return "", nil
	}

	return "WHERE " + strings.Join(terms, " AND "), args
}

// Count returns how many entries the filter selects, whatever its Before and Limit.
func (l *Log) Count(ctx context.Context, filter Filter) (int, error) {
	filter.Before = 0
	where, args := filter.where()

	var n int

	err := l.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM opsconsole_audit `+where, args...).Scan(&n)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("count the audit log: %w", err)
	}

	return n, nil
}
