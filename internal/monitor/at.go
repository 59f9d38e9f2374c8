package monitor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
	if used, err = m.sampledAt(ctx, Used, at); err != nil {
		return nil, nil, err
	}

	total, err = m.sampledAt(ctx, ClusterTotal, at)

	return used, total, err
}

// LatencyAt is that of a component in milliseconds, nil where it was not recorded.
func (m *Monitor) LatencyAt(ctx context.Context, component string, at time.Time) (*Sampled, error) {
	return m.sampledAt(ctx, latencyPrefix+component, at)
}

// ExportsAt counts the export jobs in each state at a moment; a state of which that was not recorded is not there.
func (m *Monitor) ExportsAt(ctx context.Context, at time.Time) (map[ops.ExportJobStatus]Sampled, error) {
	counted := map[ops.ExportJobStatus]Sampled{}

	for _, status := range ops.ExportJobStatuses() {
		s, err := m.sampledAt(ctx, exportsPrefix+string(status), at)
		if err != nil {
			return nil, err
		}

		if s != nil {
			counted[status] = *s
		}
	}

	return counted, nil
}

// sampledAt is the last sample before a moment, of at most [GapAfter], or the highest of the shortest span that it lies in;
// nil where nothing was recorded.
func (m *Monitor) sampledAt(ctx context.Context, series string, at time.Time) (*Sampled, error) {
	var (
		s     Sampled
		taken store.Time
	)

	err := m.config.DB.Read().QueryRowContext(ctx, `
		SELECT value, at FROM opsconsole_samples WHERE series = $1 AND at > $2 AND at <= $3 ORDER BY at DESC LIMIT 1`,
		series, store.Time{Time: at.Add(-GapAfter)}, store.Time{Time: at}).Scan(&s.Value, &taken)
	if errors.Is(err, sql.ErrNoRows) {
		spans, args := make([]string, 0, len(sizes())), []any{series}

		for _, size := range sizes() {
			args = append(args, store.Time{Time: at.UTC().Truncate(size.span)})
			spans = append(spans, fmt.Sprintf("seconds = %d AND at = $%d", int64(size.span.Seconds()), len(args)))
		}

		err = m.config.DB.Read().QueryRowContext(ctx, `SELECT value, at, seconds FROM opsconsole_reduced_samples
			WHERE series = $1 AND (`+strings.Join(spans, " OR ")+`) ORDER BY seconds LIMIT 1`, args...).Scan(&s.Value, &taken, &s.Seconds)
	}

	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil //nolint:nilnil // nothing was recorded
	case err != nil:
		return nil, fmt.Errorf("read what was sampled of %s: %w", series, err)
	}

	s.At = taken.Time

	return &s, nil
}
