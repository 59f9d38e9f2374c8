package metrics

import (
	"context"
	"errors"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

const (
	// LookEvery is the time between two calls of [Metrics.Look].
	LookEvery = 15 * time.Second
	// lookTimeout is how long one may take.
	lookTimeout = 5 * time.Second
	// oldAfter is when nobody has looked for too long.
	oldAfter = 4 * LookEvery
)

// figures is what waited in the database at the last look.
type figures struct {
	at             time.Time
	leases         []lease.Lease
	scheduled      []scheduled.Change
	open, troubled []maintenance.Window
	unknown        []changes.Change
	deliveries     webhooks.Waiting
}

// Look reads what waits in the database: six small queries, whatever the history is.
func (m *Metrics) Look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()

	f := &figures{at: m.config.Now()}

	var errs [6]error

	f.leases, errs[0] = m.config.Changes.Leases(ctx)
	f.open, errs[1] = m.config.Windows.Open(ctx)
	f.troubled, errs[2] = m.config.Windows.Troubled(ctx)
	f.deliveries, errs[3] = m.config.Webhooks.Waiting(ctx)

	f.unknown, errs[4] = m.unknown(ctx)
	f.scheduled, errs[5] = m.config.Changes.Scheduled(ctx)

	if err := errors.Join(errs[:]...); err != nil {
		m.figures.Store(nil)

		return err
	}

	m.figures.Store(f)

	return nil
}

// unknown are the changes of which nobody knows what came of them, newest first; mostly there are none.
func (m *Metrics) unknown(ctx context.Context) (all []changes.Change, err error) {
	for filter := (changes.Filter{Outcome: changes.Unknown}); ; {
		page, err := m.config.Changes.History(ctx, filter)
		if err != nil {
			return nil, err
		}

		if all = append(all, page.Items...); page.Next == 0 {
			return all, nil
		}

		filter.Before = page.Next
	}
}

// waiting tells what was found at the last look, if that is not long ago.
func (m *Metrics) waiting(out sink, now time.Time) {
	f := m.figures.Load()
	if f == nil || now.Sub(f.at) > oldAfter {
		return
	}

	out.moment("last_look_timestamp_seconds", "When the figures on pending work were last read from the database.", f.at)
	m.leases(out, f, now)
	m.scheduled(out, f, now)
	m.windows(out, f, now)

	out.gauge("webhook_deliveries_waiting", "Webhook deliveries waiting to be sent or retried.", float64(f.deliveries.Count))
	out.moment("webhook_delivery_oldest_timestamp_seconds", "Since when the oldest of them has been waiting.", f.deliveries.Since)
	out.gauge("changes_unknown", "Changes whose outcome is unknown.", float64(len(f.unknown)))

	var oldest time.Time

	for _, change := range f.unknown {
		if oldest.IsZero() || change.At.Before(oldest) {
			oldest = change.At
		}
	}

	out.moment("change_unknown_oldest_timestamp_seconds", "When the oldest of them was made.", oldest)
}

func (m *Metrics) leases(out sink, f *figures, now time.Time) {
	counts := map[lease.State]int{}

	var lag time.Duration

	for _, l := range f.leases {
		if l.Kind != lease.ByHolder { // a window ends its own
			l = l.Remembered(now)
		}

		if counts[l.State]++; l.State == lease.Overdue && l.Kind != lease.ByHolder {
			lag = max(lag, now.Sub(l.EndsAt))
		}
	}

	for _, state := range []lease.State{lease.Pending, lease.Active, lease.Overdue, lease.Held} {
		out.gauge("leases", "Temporary changes that are not over, by state.", float64(counts[state]), "state", string(state))
	}

	out.gauge("lease_lag_seconds", "How long the most overdue temporary change has been overdue; 0 if none is.", lag.Seconds())
}

func (m *Metrics) scheduled(out sink, f *figures, now time.Time) {
	counts := map[scheduled.State]int{}

	var lag time.Duration

	for _, s := range f.scheduled {
		s = s.Remembered(now)

		if counts[s.State]++; s.State == scheduled.Overdue {
			lag = max(lag, now.Sub(s.At))
		}
	}

	for _, state := range []scheduled.State{scheduled.Scheduled, scheduled.Overdue, scheduled.Held} {
		out.gauge("scheduled_changes", "Scheduled changes that have not been applied yet, by state.",
			float64(counts[state]), "state", string(state))
	}

	out.gauge("scheduled_change_lag_seconds", "How long the most overdue scheduled change has been overdue; 0 if none is.", lag.Seconds())
}

func (m *Metrics) windows(out sink, f *figures, now time.Time) {
	counts := map[maintenance.Phase]int{}
	for _, w := range f.open {
		counts[w.Phase]++
	}

	for _, phase := range maintenance.Phases() {
		if !phase.Final() {
			out.gauge("windows", "Maintenance windows that are not over, by phase.", float64(counts[phase]), "phase", string(phase))
		}
	}

	var (
		overdue int
		lag     time.Duration
	)

	for _, w := range f.troubled {
		if w.Overdue {
			overdue++
			lag = max(lag, w.Lag(now))
		}
	}

	out.gauge("windows_overdue", "Maintenance windows whose start or end is overdue.", float64(overdue))
	out.gauge("window_lag_seconds", "How long the most overdue start or end of a window has been overdue; 0 if none is.", lag.Seconds())
}
