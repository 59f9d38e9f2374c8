package handlerstest

import (
	"context"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Delay has the control plane answer each read of a section after that time.
func (l *Line) Delay(each time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.instead = delayed{l.Platform, each}
}

type delayed struct {
	ops.Platform

	each time.Duration
}

// As is the control plane as a caller uses it.
func (d delayed) As(caller ops.Caller) ops.Service {
	return late{d.Platform.As(caller), d.each}
}

type late struct {
	ops.Service

	each time.Duration
}

func after[T any](ctx context.Context, each time.Duration, read func(context.Context) (T, error)) (T, error) {
	select {
	case <-time.After(each):
		return read(ctx)
	case <-ctx.Done():
		var none T

		return none, ctx.Err()
	}
}

func (s late) GetLifecycleConfig(ctx context.Context) (ops.LifecycleConfig, error) {
	return after(ctx, s.each, s.Service.GetLifecycleConfig)
}

func (s late) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	return after(ctx, s.each, s.Service.GetConcurrencyConfig)
}

func (s late) GetMaintenanceMode(ctx context.Context) (ops.MaintenanceMode, error) {
	return after(ctx, s.each, s.Service.GetMaintenanceMode)
}

func (s late) GetExportConfig(ctx context.Context) (ops.ExportConfig, error) {
	return after(ctx, s.each, s.Service.GetExportConfig)
}
