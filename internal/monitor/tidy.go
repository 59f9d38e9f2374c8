package monitor

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

const (
	// keepRaw is how long samples stay as they were taken: a day more than they are shown.
	keepRaw = 48 * time.Hour
	// keepHours is how long the highest of each hour stays.
	keepHours = 400 * 24 * time.Hour
	// reduceAgain is what is reduced once more each time: samples that another console wrote late.
	reduceAgain = 3 * time.Hour
	// tidyAtOnce is how much is reduced, or dropped, in one transaction: a save waits for no more. It
	// ends where a span of that length does.
	tidyAtOnce = 10 * time.Minute
)

// size is a span of which the highest sample is kept, longer than the samples themselves.
type size struct {
	span time.Duration
	// prefix is how much of a moment in the store's layout names a span, and rest what makes a
	// moment of that.
	prefix int
	rest   string
	keep   time.Duration
}

// sizes are the shorter ones first.
func sizes() []size {
	return []size{
		{span: time.Minute, prefix: len("2006-01-02T15:04"), rest: ":00.000000Z", keep: keepSamples},
		{span: tidyAtOnce, prefix: len("2006-01-02T15:0"), rest: "0:00.000000Z", keep: keepSamples},
		{span: time.Hour, prefix: len("2006-01-02T15"), rest: ":00:00.000000Z", keep: keepHours},
	}
}

// Tidy reduces the samples of the hours that are over to the highest of each minute, ten minutes
// and hour, and drops what is kept no longer. What was reduced once comes out the same again,
// also beside another console.
func (m *Monitor) Tidy(ctx context.Context) error {
	now := m.config.Now().UTC()
	until := now.Truncate(time.Hour)

	from, err := m.unreduced(ctx)

	for err == nil && !from.IsZero() && from.Before(until) {
		end := earlier(from.Add(tidyAtOnce), until)

		if err = m.config.DB.Tx(ctx, func(tx *sql.Tx) error { return reduce(ctx, tx, from, end) }); err == nil {
			from, err = m.sampledFrom(ctx, end)
		}
	}

	if err != nil {
		return err
	}

	return m.purge(ctx, now)
}

// reducedUntil is until when what is over is reduced; zero when nothing is. All before it is, for it
// is reduced in its order. A clock that was ahead once left spans that are to come.
func (m *Monitor) reducedUntil(ctx context.Context) (time.Time, error) {
	var newest store.Time

	err := m.config.DB.Read().QueryRowContext(ctx, `SELECT max(at) FROM opsconsole_reduced_samples WHERE seconds = $1 AND at < $2`,
		int64(tidyAtOnce.Seconds()), store.Time{Time: m.config.Now().Truncate(time.Hour)}).Scan(&newest)
	if err != nil {
		return time.Time{}, fmt.Errorf("find what is reduced of the samples: %w", err)
	}

	if newest.IsZero() {
		return time.Time{}, nil
	}

	return newest.Add(tidyAtOnce), nil
}

// unreduced is from when on samples are to be reduced, zero for none.
func (m *Monitor) unreduced(ctx context.Context) (time.Time, error) {
	reduced, err := m.reducedUntil(ctx)
	if err != nil {
		return time.Time{}, err
	}

	return m.sampledFrom(ctx, reduced.Add(-reduceAgain))
}

// sampledFrom is the beginning of the ten minutes of the first sample from a time on, zero where there is none.
func (m *Monitor) sampledFrom(ctx context.Context, from time.Time) (time.Time, error) {
	first, err := m.oldest(ctx, samples(), from)

	return first.Truncate(tidyAtOnce), err
}

// reduce writes the highest of each span. That never falls: an hour is reduced by and by, and of one of
// which some samples are dropped already, the rest says less. In one order, so that two consoles do not lock each other out.
func reduce(ctx context.Context, tx *sql.Tx, from, until time.Time) error {
	for _, s := range sizes() {
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`
			INSERT INTO opsconsole_reduced_samples (series, seconds, at, value)
			SELECT series, %[1]d, substr(at, 1, %[2]d) || '%[3]s', max(value) FROM opsconsole_samples
			WHERE at >= $1 AND at < $2 GROUP BY series, substr(at, 1, %[2]d) ORDER BY series, substr(at, 1, %[2]d)
			ON CONFLICT (series, seconds, at) DO UPDATE SET value = excluded.value
			WHERE excluded.value > opsconsole_reduced_samples.value`, int64(s.span.Seconds()), s.prefix, s.rest),
			store.Time{Time: from}, store.Time{Time: until})
		if err != nil {
			return fmt.Errorf("reduce the samples: %w", err)
		}
	}

	return nil
}

// rows are some of a table, and the column by which they grow old.
type rows struct{ table, column, where string }

func samples() rows { return rows{"opsconsole_samples", "at", "true"} }

// purge drops what is kept no longer.
func (m *Monitor) purge(ctx context.Context, now time.Time) error {
	if err := m.drop(ctx, samples(), now.Add(-keepRaw)); err != nil {
		return err
	}

	for _, s := range sizes() {
		reduced := rows{"opsconsole_reduced_samples", "at", fmt.Sprintf("seconds = %d", int64(s.span.Seconds()))}
		if err := m.drop(ctx, reduced, now.Add(-s.keep)); err != nil {
			return err
		}
	}

	return m.drop(ctx, rows{"opsconsole_component_spans", "until", "true"}, now.Add(-keepSpans))
}

// drop drops the rows that are older, a little at once.
func (m *Monitor) drop(ctx context.Context, r rows, kept time.Time) error {
	for {
		oldest, err := m.oldest(ctx, r, time.Time{})
		if err != nil || oldest.IsZero() || !oldest.Before(kept) {
			return err
		}

		before := store.Time{Time: earlier(oldest.Add(tidyAtOnce), kept)}

		err = m.config.DB.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf(`DELETE FROM %s WHERE %s AND %s < $1`, r.table, r.where, r.column), before)

			return err
		})
		if err != nil {
			return fmt.Errorf("drop what is old of %s: %w", r.table, err)
		}
	}
}

// oldest is the oldest of the rows from a time on, zero where there is none.
func (m *Monitor) oldest(ctx context.Context, r rows, from time.Time) (time.Time, error) {
	var oldest store.Time

	query := fmt.Sprintf(`SELECT min(%[1]s) FROM %[2]s WHERE %[3]s AND %[1]s >= $1`, r.column, r.table, r.where)
	if err := m.config.DB.Read().QueryRowContext(ctx, query, from.UTC().Format(store.TimeLayout)).Scan(&oldest); err != nil {
		return time.Time{}, fmt.Errorf("find the oldest of %s: %w", r.table, err)
	}

	return oldest.Time, nil
}
