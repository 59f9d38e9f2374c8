package audit

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Filter selects entries; what is zero does not restrict.
type Filter struct {
	// Text is words that its reason, actor, action, object or message begin with, or its number. What it selects is listed
	// by its number rather than by its time.
	Text string
	// Seq is the number of the one that is wanted, 0 for all.
	Seq     int64
	Actor   string
	Action  Action
	Object  string
	Outcome Outcome
	// From is inclusive, Until exclusive.
	From, Until time.Time
	// Before selects what comes after this entry in the list: the Next of the page before.
	Before int64
	// Limit is the most entries on a page; 0 means 50.
	Limit int
}

// Page is entries, newest first. Next is the Before of the next page, 0 on the last one.
type Page struct {
	Items []Entry
	Next  int64
	// Cut says that not all was looked at for what a text finds: Next is where to look on.
	Cut bool
}

const defaultLimit = 50

// List returns a page; RESOURCE_NOT_FOUND when there is no entry that it could begin after.
func (l *Log) List(ctx context.Context, filter Filter) (Page, error) {
	if filter.Limit <= 0 {
		filter.Limit = defaultLimit
	}

	if filter.Text != "" {
		return l.found(ctx, filter)
	}

	// A page begins where the one before ended, also when clocks were set meanwhile.
	var last store.Time

	if filter.Before > 0 {
		entry, ok, err := l.Get(ctx, filter.Before)
		if err != nil {
			return Page{}, err
		}

		if !ok {
			return Page{}, ops.NotFound("audit entry", filter.Before)
		}

		last.Time = entry.At
	}

	where, args := filter.where(last)

	return l.list(ctx, filter.Limit, where+" ORDER BY at DESC, seq DESC", args...)
}

// list returns a page of what the clause selects.
func (l *Log) list(ctx context.Context, limit int, clause string, args ...any) (Page, error) {
	return l.listFrom(ctx, "opsconsole_audit", limit, clause, args...)
}

// listFrom returns a page of what the clause selects of entries.
func (l *Log) listFrom(ctx context.Context, entries string, limit int, clause string, args ...any) (Page, error) {
	rows, err := l.db.Read().QueryContext(ctx, fmt.Sprintf(
		`SELECT %s FROM %s %s LIMIT %d`, columns, entries, clause, limit+1), args...)
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

		if len(page.Items) == limit {
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
	return l.one(ctx, `WHERE seq = $1`, seq)
}

// Last returns the newest entry of the action on the object with that outcome, by its time; ok is
// false when there is none. In the order of an index, so that no plan walks through the whole log.
func (l *Log) Last(ctx context.Context, action Action, object string, outcome Outcome) (entry Entry, ok bool, err error) {
	return l.one(ctx, `WHERE action = $1 AND object = $2 AND outcome = $3 ORDER BY at DESC, seq DESC`, action, object, outcome)
}

// Ending returns the entry that says how the act of an intent ended; ok is false when it is
// not known.
func (l *Log) Ending(ctx context.Context, intent int64) (entry Entry, ok bool, err error) {
	return l.one(ctx, `WHERE seq > $1 AND intent = $1 ORDER BY seq`, intent)
}

// Newest returns the entry that says last how the act of an intent ended: what was unknown at first
// may be known by then. ok is false when nothing is.
func (l *Log) Newest(ctx context.Context, intent int64) (entry Entry, ok bool, err error) {
	return l.one(ctx, `WHERE seq > $1 AND intent = $1 ORDER BY seq DESC`, intent)
}

// Endings returns the entries that say how the parts of an act ended, each on its object, oldest first.
func (l *Log) Endings(ctx context.Context, intent Entry, objects []string) ([]Entry, error) {
	const perObject = 10 // far more than there are

	args, in := []any{intent.Seq, intent.Action}, make([]string, len(objects))
	for i, object := range objects {
		args = append(args, object)
		in[i] = fmt.Sprintf("$%d", len(args))
	}

	page, err := l.list(ctx, perObject*len(objects),
		`WHERE object IN (`+strings.Join(in, ", ")+`) AND action = $2 AND seq > $1 AND intent = $1 ORDER BY seq`, args...)

	return page.Items, err
}

// Intents returns those that entries settle and that are not among them.
func (l *Log) Intents(ctx context.Context, entries []Entry) ([]Entry, error) {
	var (
		terms []string
		args  []any
	)

	for _, e := range entries {
		there := func(other Entry) bool { return other.Seq == e.Intent }
		if e.Intent == 0 || slices.Contains(args, any(e.Intent)) || slices.ContainsFunc(entries, there) {
			continue
		}

		args = append(args, e.Intent)
		terms = append(terms, fmt.Sprintf("$%d", len(args)))
	}

	if len(args) == 0 {
		return nil, nil
	}

	page, err := l.list(ctx, len(args), "WHERE seq IN ("+strings.Join(terms, ", ")+")", args...)

	return page.Items, err
}

// one returns the first entry that the clause selects.
func (l *Log) one(ctx context.Context, clause string, args ...any) (entry Entry, ok bool, err error) {
	page, err := l.list(ctx, 1, clause, args...)
	if err != nil || len(page.Items) == 0 {
		return Entry{}, false, err
	}

	return page.Items[0], true, nil
}

// where selects entries; last is when the one named by Before was written.
func (f Filter) where(last store.Time) (clause string, args []any) {
	var terms []string

	add := func(term string, value any) {
		args = append(args, value)
		terms = append(terms, fmt.Sprintf(term, len(args)))
	}

	if f.Seq != 0 {
		add("seq = $%d", f.Seq)
	}

	if f.Actor != "" {
		add("actor = $%d", f.Actor)
	}

	// There are far more entries of one action than of another. What stands in the query
	// itself a database can plan for; planning for any value, it would look through them all.
	either := func(column, value string, known bool) {
		switch {
		case known:
			terms = append(terms, column+" = '"+value+"'")
		case value != "":
			add(column+" = $%d", value)
		}
	}

	either("action", string(f.Action), slices.Contains(Actions(), f.Action))
	either("outcome", string(f.Outcome), slices.Contains(Outcomes(), f.Outcome))

	if f.Object != "" {
		add("object = $%d", f.Object)
	}

	if !f.From.IsZero() {
		add("at >= $%d", store.Time{Time: f.From})
	}

	if !f.Until.IsZero() {
		add("at < $%d", store.Time{Time: f.Until})
	}

	if f.Before > 0 {
		args = append(args, last, f.Before)
		terms = append(terms, fmt.Sprintf("(at, seq) < ($%d, $%d)", len(args)-1, len(args)))
	}

	if len(terms) == 0 {
		return "", nil
	}

	return "WHERE " + strings.Join(terms, " AND "), args
}

// CountMost is as far as [Log.Count] counts.
const CountMost = 1000

// Count returns how many entries the filter selects, whatever its Before and Limit;
// above [CountMost] it stops and returns one more than that, so that a long log costs
// no more than a short one.
func (l *Log) Count(ctx context.Context, filter Filter) (int, error) {
	n, _, err := l.CountWithin(ctx, filter)

	return n, err
}

// CountWithin is [Log.Count]; cut says that not all was looked at for what a text finds, so that there may be more.
func (l *Log) CountWithin(ctx context.Context, filter Filter) (n int, cut bool, err error) {
	filter.Before = 0

	if filter.Text != "" {
		return l.countFound(ctx, filter)
	}

	where, args := filter.where(store.Time{})

	err = l.db.Read().QueryRowContext(ctx, fmt.Sprintf(
		`SELECT count(*) FROM (SELECT 1 FROM opsconsole_audit %s LIMIT %d) AS found`, where, CountMost+1), args...).Scan(&n)
	if err != nil {
		return 0, false, fmt.Errorf("count the audit log: %w", err)
	}

	return n, false, nil
}
