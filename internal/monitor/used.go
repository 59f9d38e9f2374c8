package monitor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
)

// The series of the cluster's capacity, as they are kept; that of a component's latency has
// [LatencyOf] for its name.
const (
	Used         = "used"
	ClusterTotal = "cluster_total"
)

// LatencyOf names the series of a component's latency.
func LatencyOf(component string) string { return latencyPrefix + component }

// stepsMost is how many steps a line has at most, but for the one that its time ends in.
const stepsMost = 240

// Step is how long the steps of a line are that begins then: no shorter than what is kept of that time.
func Step(from, until, now time.Time) time.Duration {
	least := max(until.Sub(from)/stepsMost, sampleEvery)

	switch age := now.Sub(from); {
	case age > Kept:
		least = max(least, time.Hour)
	case age > rawShown:
		least = max(least, time.Minute)
	}

	return RoundStep(least)
}

// RoundStep is the least step that is no shorter, and of which people would say that it is one. All begin at
// midnight UTC, so that a line stays as it is while its time moves on.
func RoundStep(least time.Duration) time.Duration {
	const day = 24 * time.Hour

	for _, step := range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, sampleEvery, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute,
		time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day,
	} {
		if step >= least {
			return step
		}
	}

	return (least + day - 1).Truncate(day)
}

// Lines returns series of samples between two times by their names, the highest value of each step;
// steps without a sample are gaps. What is reduced already is read in the longest spans that a step holds.
func (m *Monitor) Lines(ctx context.Context, from, until time.Time, step time.Duration, names ...string) (map[string]Series, error) {
	lines := map[string]*reducer{}
	out := map[string]Series{}

	for _, name := range names {
		lines[name] = &reducer{from: from, step: step}
	}

	reduced, err := m.reducedUntil(ctx)
	if err != nil {
		return nil, err
	}

	if reduced.After(from) && step >= sizes()[0].span {
		s := longest(step)

		table := fmt.Sprintf("opsconsole_reduced_samples WHERE seconds = %d AND", int64(s.span.Seconds()))

		err := m.readLines(ctx, lines, names, s.span, table, from, earlier(reduced, until))
		if err != nil {
			return nil, err
		}

		from = reduced
	}

	if from.Before(until) {
		err = m.readLines(ctx, lines, names, 0, "opsconsole_samples WHERE", from, until)
	}

	for name, line := range lines {
		out[name] = line.out
	}

	return out, err
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

// readLines adds what a table has, each for the span that begins then, to the lines by series.
func (m *Monitor) readLines(
	ctx context.Context, lines map[string]*reducer, names []string, span time.Duration, table string, from, until time.Time,
) error {
	args := []any{store.Time{Time: from}, store.Time{Time: until}}
	marks := make([]string, len(names))

	for i, name := range names {
		args = append(args, name)
		marks[i] = fmt.Sprintf("$%d", len(args))
	}

	rows, err := m.config.DB.Read().QueryContext(ctx, fmt.Sprintf(
		`SELECT series, at, value FROM %s series IN (%s) AND at >= $1 AND at < $2 ORDER BY at`, table, strings.Join(marks, ", ")), args...)
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
