package monitor

import (
	"context"

	"github.com/graph-olap/opsconsole/internal/timeout"
	"github.com/graph-olap/opsconsole/ops"
)

// Poll reads everything once, publishes the snapshot, and has the watchers look.
func (m *Monitor) Poll(ctx context.Context) {
	if service := m.poll(ctx); service != nil {
		m.watch(ctx, service)
	}
}

// poll returns whom the watchers may ask, nil for nobody.
func (m *Monitor) poll(ctx context.Context) ops.Service {
	caller, err := m.config.Caller()

	var (
		service ops.Service
		source  reader = unavailable{err}
	)

	if err == nil {
		service = m.config.Platform.As(caller)
		source = service
	}

	begun := m.config.Now()

	next, told := m.read(ctx, source, begun)
	if ctx.Err() != nil {
		return nil
	}

	if service == nil {
		next.ControlPlane = Own{Status: NotAsked, Err: err.Error()}
	} else {
		next.ControlPlane = told.judge()
		m.usual.add(next.ControlPlane)
	}

	if m.config.Database != nil {
		next.sights, next.Database.LatencyMS = m.config.Database()
		if n := len(next.sights); n > 0 {
			next.Database.Status = next.sights[n-1].Status
		}
	}

	due := m.see(next, begun)
	m.publish(func(Snapshot) Snapshot { return *next })

	if err := timeout.Do(ctx, m.config.Timeout, func(ctx context.Context) error { return m.keep(ctx, due) }); err != nil {
		m.config.Logger.ErrorContext(ctx, "samples could not be stored", "error", err)
	}

	// Watchers ask several times more, and whoever does not answer has just been waited for.
	if next.ControlPlane.Status == NotAnswering {
		return nil
	}

	return service
}

func (m *Monitor) watch(ctx context.Context, service ops.Service) {
	for _, watch := range m.config.Watchers {
		err := timeout.Do(ctx, watcherTimeouts*m.config.Timeout, func(ctx context.Context) error { return watch(ctx, service) })
		if err != nil && ctx.Err() == nil {
			m.config.Logger.WarnContext(ctx, "the control plane could not be watched", "error", err)
		}
	}
}
