package monitor

import (
	"context"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// UsedSince returns the used capacity and its limit from that time on, the highest value
// of each step; steps without a sample are gaps. What is reduced already is read in the longest
// spans that a step holds.
func (m *Monitor) UsedSince(ctx context.Context, from time.Time, step time.Duration) (used, total Series, err error) {
	line := map[string]*reducer{seriesUsed: {from: from, step: step}, seriesTotal: {from: from, step: step}}

	reduced, err := m.reducedUntil(ctx)
	if err != nil {
		return nil, nil, err
	}

	if reduced.After(from) && step >= sizes()[0].span {
		s := longest(step)

		err := m.readLine(ctx, line, s.span, fmt.Sprintf(`
			SELECT series, at, value FROM opsconsole_reduced_samples
			WHERE series IN ($1, $2) AND seconds = %d AND at >= $3 AND at < $4 ORDER BY at`, int64(s.span.Seconds())),
			seriesUsed, seriesTotal, store.Time{Time: from}, store.Time{Time: reduced})
		if err != nil {
			return nil, nil, err
		}

		from = reduced
	}

	err = m.readLine(ctx, line, 0,
		`SELECT series, at, value FROM opsconsole_samples WHERE series IN ($1, $2) AND at >= $3 ORDER BY at`,
		seriesUsed, seriesTotal, store.Time{Time: from})

	return line[seriesUsed].out, line[seriesTotal].out, err
}

// longest is the longest size that the step holds.
func longest(step time.Duration) size {
	of := sizes()[0]

	for _, s := range sizes() {
		if s.span <= step {
			of = s
		}
	}

	return of
}

// readLine adds what the query selects, each for the span that begins then, to the lines by series.
func (m *Monitor) readLine(ctx context.Context, lines map[string]*reducer, span time.Duration, query string, args ...any) error {
	rows, err := m.config.DB.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read the samples: %w", err)
	}
	defer rows.Close()

	for rows.Next() {
		var (
			name  string
			at    store.Time
			value float64
		)

		if err := rows.Scan(&name, &at, &value); err != nil {
			return fmt.Errorf("read the samples: %w", err)
		}

		r := lines[name]
		if at.Sub(r.last) > GapAfter {
			r.add(Point{At: r.last})
		}

		r.add(Point{At: at.Time, Value: &value})
		r.last = at.Add(span)
	}

	return rows.Err()
}
