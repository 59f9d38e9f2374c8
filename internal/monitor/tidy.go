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
	// tidyAtOnce is how much is reduced, or dropped, in one transaction: a save waits for no more.
	tidyAtOnce = 2 * time.Hour
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
		{span: 10 * time.Minute, prefix: len("2006-01-02T15:0"), rest: "0:00.000000Z", keep: keepSamples},
		{span: time.Hour, prefix: len("2006-01-02T15"), rest: ":00:00.000000Z", keep: keepHours},
	}
}

// Tidy reduces the samples of the hours that are over to the highest of each minute, ten minutes
// and hour, and drops what is kept no longer. What was reduced once comes out the same again,
// also beside another console. Until it has ended for the first time, lines are drawn from the
// samples themselves.
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

	m.reduced.Store(&until)

	return m.purge(ctx, now)
}

// unreduced is from when on samples are to be reduced, zero for none.
func (m *Monitor) unreduced(ctx context.Context) (time.Time, error) {
	var newest store.Time

	err := m.config.DB.Read().QueryRowContext(ctx, `SELECT max(at) FROM opsconsole_reduced_samples WHERE seconds = $1`,
		int64(time.Hour.Seconds())).Scan(&newest)
	if err != nil {
		return time.Time{}, fmt.Errorf("find what is reduced of the samples: %w", err)
	}

	return m.sampledFrom(ctx, newest.Add(-reduceAgain))
}

// sampledFrom is the hour of the first sample from a time on, zero where there is none.
func (m *Monitor) sampledFrom(ctx context.Context, from time.Time) (time.Time, error) {
	var first store.Time

	err := m.config.DB.Read().QueryRowContext(ctx, `SELECT min(at) FROM opsconsole_samples WHERE at >= $1`,
		from.UTC().Format(store.TimeLayout)).Scan(&first)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the first sample: %w", err)
	}

	return first.Truncate(time.Hour), nil
}

func reduce(ctx context.Context, tx *sql.Tx, from, until time.Time) error {
	for _, s := range sizes() {
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`
			INSERT INTO opsconsole_reduced_samples (series, seconds, at, value)
			SELECT series, %[1]d, substr(at, 1, %[2]d) || '%[3]s', max(value) FROM opsconsole_samples
			WHERE at >= $1 AND at < $2 GROUP BY series, substr(at, 1, %[2]d)
			ON CONFLICT (series, seconds, at) DO UPDATE SET value = excluded.value`, int64(s.span.Seconds()), s.prefix, s.rest),
			store.Time{Time: from}, store.Time{Time: until})
		if err != nil {
			return fmt.Errorf("reduce the samples: %w", err)
		}
	}

	return nil
}

// purge drops what is kept no longer: of the samples, which are many, no more than a little at once.
func (m *Monitor) purge(ctx context.Context, now time.Time) error {
	kept := now.Add(-keepRaw).Truncate(time.Hour)

	for {
		oldest, err := m.sampledFrom(ctx, time.Time{})
		if err != nil {
			return err
		}

		if oldest.IsZero() || !oldest.Before(kept) {
			break
		}

		before := earlier(oldest.Add(tidyAtOnce), kept)
		if err := m.drop(ctx, `DELETE FROM opsconsole_samples WHERE at < $1`, before); err != nil {
			return err
		}
	}

	for _, s := range sizes() {
		old := fmt.Sprintf(`DELETE FROM opsconsole_reduced_samples WHERE seconds = %d AND at < $1`, int64(s.span.Seconds()))
		if err := m.drop(ctx, old, now.Add(-s.keep)); err != nil {
			return err
		}
	}

	return m.drop(ctx, `DELETE FROM opsconsole_component_spans WHERE until < $1`, now.Add(-keepSpans))
}

func (m *Monitor) drop(ctx context.Context, statement string, before time.Time) error {
	return m.config.DB.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, statement, store.Time{Time: before}); err != nil {
			return fmt.Errorf("drop what is old: %w", err)
		}

		return nil
	})
}
