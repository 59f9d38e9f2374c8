package monitor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Sampled is what was kept of a series for a moment.
type Sampled struct {
	Value float64 `json:"value"`
	// At is when it was sampled, or when the span begins of which it is the highest sample.
	At time.Time `json:"at"`
	// Seconds is how long that span is, 0 of a sample as it was taken.
	Seconds int64 `json:"highest_of_seconds"`
}

// CapacityAt are the used capacity and its limit at a moment, nil where they were not recorded.
func (m *Monitor) CapacityAt(ctx context.Context, at time.Time) (used, total *Sampled, err error) {
	sampled, err := m.sampledAt(ctx, []string{Used, ClusterTotal}, at)
	if s, ok := sampled[Used]; ok {
		used = &s
	}

	if s, ok := sampled[ClusterTotal]; ok {
		total = &s
	}

	return used, total, err
}

// LatenciesAt are those of components in milliseconds; of what is not among them that was not recorded.
func (m *Monitor) LatenciesAt(ctx context.Context, components []string, at time.Time) (map[string]Sampled, error) {
	return named(ctx, m, latencyPrefix, components, at)
}

// ExportsAt counts the export jobs in each state at a moment; a state of which that was not recorded is not there.
func (m *Monitor) ExportsAt(ctx context.Context, at time.Time) (map[ops.ExportJobStatus]Sampled, error) {
	return named(ctx, m, exportsPrefix, ops.ExportJobStatuses(), at)
}

// named is what was sampled of the series that have a prefix before their names.
func named[T ~string](ctx context.Context, m *Monitor, prefix string, names []T, at time.Time) (map[T]Sampled, error) {
	series := make([]string, len(names))
	for i, name := range names {
		series[i] = prefix + string(name)
	}

	sampled, err := m.sampledAt(ctx, series, at)
	out := map[T]Sampled{}

	for name, s := range sampled {
		out[T(strings.TrimPrefix(name, prefix))] = s
	}

	return out, err
}

// sampledAt is the last sample of each series before a moment, of at most [GapAfter], or the highest of the shortest span that the moment
// lies in; what is not among them was not recorded.
func (m *Monitor) sampledAt(ctx context.Context, series []string, at time.Time) (map[string]Sampled, error) {
	out := map[string]Sampled{}

	in, args := oneOfSeries(series)
	args = append(args, store.Time{Time: at.Add(-GapAfter)}, store.Time{Time: at})

	err := m.readSampled(ctx, out, fmt.Sprintf(`SELECT series, value, at, 0 FROM opsconsole_samples
		WHERE series IN (%s) AND at > $%d AND at <= $%d ORDER BY at`, in, len(args)-1, len(args)), args...)
	if err != nil {
		return nil, err
	}

	missing := slices.DeleteFunc(slices.Clone(series), func(name string) bool {
		_, known := out[name]

		return known
	})
	if len(missing) == 0 {
		return out, nil
	}

	in, args = oneOfSeries(missing)

	var spans []string

	for _, size := range sizes() {
		args = append(args, store.Time{Time: at.UTC().Truncate(size.span)})
		spans = append(spans, fmt.Sprintf("seconds = %d AND at = $%d", int64(size.span.Seconds()), len(args)))
	}

	return out, m.readSampled(ctx, out, `SELECT series, value, at, seconds FROM opsconsole_reduced_samples
		WHERE series IN (`+in+`) AND (`+strings.Join(spans, " OR ")+`) ORDER BY seconds DESC`, args...)
}

// oneOfSeries are the marks of a statement for series, the first ones.
func oneOfSeries(series []string) (marks string, args []any) {
	all := make([]string, len(series))
	for i, name := range series {
		args = append(args, name)
		all[i] = fmt.Sprintf("$%d", len(args))
	}

	return strings.Join(all, ", "), args
}

// readSampled reads into out: of what is read twice, the last counts.
func (m *Monitor) readSampled(ctx context.Context, out map[string]Sampled, query string, args ...any) error {
	rows, err := m.config.DB.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read what was sampled: %w", err)
	}
	defer rows.Close()

	for rows.Next() {
		var (
			name  string
			s     Sampled
			taken store.Time
		)

		if err := rows.Scan(&name, &s.Value, &taken, &s.Seconds); err != nil {
			return fmt.Errorf("read what was sampled: %w", err)
		}

		s.At = taken.Time
		out[name] = s
	}

	return rows.Err()
}
