package monitor

import (
	"context"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// FailedExports is that more export jobs were seen failed than before.
type FailedExports struct {
	At   time.Time `json:"at"`
	From float64   `json:"from"`
	To   float64   `json:"to"`
	// Seconds is how long the span is that begins at At and in which they failed: samples are read in spans. Since is until when
	// fewer were seen, where nobody looked between then and At.
	Seconds int64      `json:"within_seconds"`
	Since   *time.Time `json:"since,omitempty"`
}

// Full is that all instances of the cluster that its limit allows were in use.
type Full struct {
	At time.Time `json:"at"`
	// Until is the end of the last span in which it was, in Seconds.
	Until   time.Time `json:"until"`
	Used    float64   `json:"used"`
	Total   float64   `json:"cluster_total"`
	Seconds int64     `json:"within_seconds"`
	// Before says that it was full when the time that was asked for began, Still that it was when that ended.
	Before bool `json:"full_before"`
	Still  bool `json:"still_full"`
}

// FailedExportsBetween are when more export jobs failed, oldest first, as the samples tell. It costs the same however long the time is:
// the longer, the longer are the spans that it names. What failed within one of them counts once.
func (m *Monitor) FailedExportsBetween(ctx context.Context, from, until time.Time) ([]FailedExports, error) {
	name := exportsPrefix + string(ops.ExportFailed)

	lines, step, err := m.noted(ctx, from, until, name)
	if err != nil {
		return nil, err
	}

	var (
		found []FailedExports
		was   *float64
		seen  time.Time // the end of the last span with a sample
	)

	for _, p := range lines[name] {
		if p.Value == nil {
			continue
		}

		if at := p.At.Add(step); was != nil && *p.Value > *was && at.After(from) {
			f := FailedExports{At: later(p.At, from), From: *was, To: *p.Value, Seconds: int64(step.Seconds())}
			if p.At.After(seen) {
				f.Since = new(seen)
			}

			found = append(found, f)
		}

		was, seen = p.Value, p.At.Add(step)
	}

	return found, nil
}

// FullBetween are the times in which the cluster was full, oldest first, as [Monitor.FailedExportsBetween]. In a span counts the
// most that was used against the highest limit: it was full then, and may have been without being counted where the limit was
// lowered.
func (m *Monitor) FullBetween(ctx context.Context, from, until time.Time) ([]Full, error) {
	lines, step, err := m.noted(ctx, from, until, Used, ClusterTotal)
	if err != nil {
		return nil, err
	}

	totals := map[int64]float64{}

	for _, p := range lines[ClusterTotal] {
		if p.Value != nil {
			totals[p.At.UnixMicro()] = *p.Value
		}
	}

	var (
		found []Full
		open  *Full
	)

	end := func() {
		if open != nil && open.Until.After(from) {
			open.At, open.Until = later(open.At, from), earlier(open.Until, until)
			found = append(found, *open)
		}

		open = nil
	}

	for _, p := range lines[Used] {
		total, known := 0.0, false
		if p.Value != nil {
			total, known = totals[p.At.UnixMicro()]
		}

		if !known || *p.Value < total {
			end()

			continue
		}

		if open == nil {
			open = &Full{At: p.At, Used: *p.Value, Total: total, Seconds: int64(step.Seconds()), Before: !p.At.After(from.Add(-step))}
		}

		open.Until, open.Still = p.At.Add(step), !p.At.Add(step).Before(until)
	}

	// The last step may have begun without a sample yet.
	if open != nil && !open.Still && until.Sub(open.Until) <= GapAfter {
		open.Until, open.Still = until, true
	}

	end()

	return found, nil
}

// noted reads the highest of each step of series, from the step before the one in which a time begins: what was is told by what came next.
func (m *Monitor) noted(ctx context.Context, from, until time.Time, names ...string) (map[string]Series, time.Duration, error) {
	now := m.config.Now()
	if first := now.Add(-keepHours); from.Before(first) {
		from = first
	}

	if !from.Before(until) {
		return nil, 0, nil
	}

	step := Step(from, until, now)
	lines, err := m.Lines(ctx, from.UTC().Truncate(step).Add(-step), until, step, names...)

	return lines, step, err
}
