package platform

import (
	"context"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/timerange"
)

// lines are series over a time.
type lines struct {
	from, until time.Time
	// step is 0 for samples as they were taken.
	step   time.Duration
	series map[string]monitor.Series
}

// lastHour is how much of its series a snapshot has.
const lastHour = time.Hour

// lines returns series of samples over a time. What the snapshot has is not asked for again.
func (h *Handlers) lines(
	ctx context.Context, r timerange.Range, now time.Time, inMemory map[string]monitor.Series,
) (lines, error) {
	l := lines{series: map[string]monitor.Series{}}
	l.from, l.until = r.Times(now)

	if now.Sub(l.from) <= lastHour {
		for name, series := range inMemory {
			l.series[name] = series.Between(l.from, l.until)
		}

		return l, nil
	}

	var (
		err   error
		names []string
	)

	for name := range inMemory {
		names = append(names, name)
	}

	l.step = monitor.Step(l.from, l.until, now)
	if len(names) > 0 {
		l.series, err = h.Monitor.Lines(ctx, l.from.Truncate(l.step), l.until, l.step, names...)
	}

	return l, err
}

// seconds is how long a step is, in whole ones.
func (l lines) seconds() int { return int(l.step / time.Second) }
