package maintenance_test

import (
	"context"
	"database/sql"
	"sync"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// line is the way to a control plane. A fault decides about each call: an error before
// keeps it from being made, one after loses its answer.
type line struct {
	ops.Service

	mu     sync.Mutex
	before func(write bool) error
	after  func(write bool) error
	health ops.HealthStatus
	calls  int
}

func (l *line) fail(before, after func(write bool) error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.before, l.after = before, after
}

func (l *line) feel(status ops.HealthStatus) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.health = status
}

func always(err error) func(bool) error { return func(bool) error { return err } }

func writes(err error) func(bool) error {
	return func(write bool) error {
		if write {
			return err
		}

		return nil
	}
}

func (l *line) faults() (before, after func(bool) error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.calls++
	before, after = l.before, l.after

	if before == nil {
		before = always(nil)
	}

	if after == nil {
		after = always(nil)
	}

	return before, after
}

func over[T any](l *line, write bool, call func() (T, error)) (T, error) {
	var none T

	before, after := l.faults()
	if err := before(write); err != nil {
		return none, err
	}

	answer, err := call()

	if lost := after(write); lost != nil {
		return none, lost
	}

	return answer, err
}

func (l *line) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	return over(l, false, func() (ops.Health, error) {
		l.mu.Lock()
		status := l.health
		l.mu.Unlock()

		if status == "" {
			return l.Service.GetClusterHealth(ctx)
		}

		return ops.Health{Status: status, Components: map[string]ops.Component{
			ops.ComponentDatabase:   {Status: ops.ComponentConnected},
			ops.ComponentKubernetes: {Status: ops.ComponentUnreachable},
		}}, nil
	})
}

func (l *line) GetLifecycleConfig(ctx context.Context) (ops.LifecycleConfig, error) {
	return over(l, false, func() (ops.LifecycleConfig, error) { return l.Service.GetLifecycleConfig(ctx) })
}

func (l *line) UpdateLifecycleConfig(ctx context.Context, u ops.LifecycleUpdate) (ops.LifecycleUpdated, error) {
	return over(l, true, func() (ops.LifecycleUpdated, error) { return l.Service.UpdateLifecycleConfig(ctx, u) })
}

func (l *line) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	return over(l, false, func() (ops.ConcurrencyConfig, error) { return l.Service.GetConcurrencyConfig(ctx) })
}

func (l *line) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	return over(l, true, func() (ops.ConcurrencyConfig, error) { return l.Service.UpdateConcurrencyConfig(ctx, u) })
}

func (l *line) GetMaintenanceMode(ctx context.Context) (ops.MaintenanceMode, error) {
	return over(l, false, func() (ops.MaintenanceMode, error) { return l.Service.GetMaintenanceMode(ctx) })
}

func (l *line) SetMaintenanceMode(ctx context.Context, u ops.MaintenanceUpdate) (ops.MaintenanceMode, error) {
	return over(l, true, func() (ops.MaintenanceMode, error) { return l.Service.SetMaintenanceMode(ctx, u) })
}

func (l *line) GetExportConfig(ctx context.Context) (ops.ExportConfig, error) {
	return over(l, false, func() (ops.ExportConfig, error) { return l.Service.GetExportConfig(ctx) })
}

func (l *line) UpdateExportConfig(ctx context.Context, u ops.ExportUpdate) (ops.ExportConfig, error) {
	return over(l, true, func() (ops.ExportConfig, error) { return l.Service.UpdateExportConfig(ctx, u) })
}

// heard is a subscriber that hears within the transaction.
type heard struct {
	mu   sync.Mutex
	list []maintenance.Event
	err  error
	// fault is called within the transaction; it may kill the console.
	fault func()
}

func (h *heard) Notify(_ context.Context, _ *sql.Tx, event maintenance.Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()

	if h.fault != nil {
		h.fault()
	}

	if h.err == nil {
		h.list = append(h.list, event)
	}

	return h.err
}
