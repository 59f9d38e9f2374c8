package handlerstest

import (
	"context"

	"github.com/graph-olap/opsconsole/ops"
)

// unhurried is a control plane that does answer, and is waited for however busy the machine is: the
// patience of pages is for those that do not.
type unhurried struct{ ops.Service }

func wait[T any](ctx context.Context, read func(context.Context) (T, error)) (T, error) {
	return read(context.WithoutCancel(ctx))
}

func (s unhurried) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	return wait(ctx, s.Service.GetClusterHealth)
}

func (s unhurried) GetClusterInstances(ctx context.Context) (ops.ClusterInstances, error) {
	return wait(ctx, s.Service.GetClusterInstances)
}

func (s unhurried) GetMetrics(ctx context.Context) ([]byte, error) {
	return wait(ctx, s.Service.GetMetrics)
}

func (s unhurried) GetLifecycleConfig(ctx context.Context) (ops.LifecycleConfig, error) {
	return wait(ctx, s.Service.GetLifecycleConfig)
}

func (s unhurried) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	return wait(ctx, s.Service.GetConcurrencyConfig)
}

func (s unhurried) GetMaintenanceMode(ctx context.Context) (ops.MaintenanceMode, error) {
	return wait(ctx, s.Service.GetMaintenanceMode)
}

func (s unhurried) GetExportConfig(ctx context.Context) (ops.ExportConfig, error) {
	return wait(ctx, s.Service.GetExportConfig)
}

func (s unhurried) GetJobStatus(ctx context.Context) (ops.JobStatus, error) {
	return wait(ctx, s.Service.GetJobStatus)
}

func (s unhurried) GetState(ctx context.Context) (ops.State, error) {
	return wait(ctx, s.Service.GetState)
}

func (s unhurried) GetExportJobs(ctx context.Context, query ops.ExportJobsQuery) ([]ops.ExportJob, error) {
	return wait(ctx, func(ctx context.Context) ([]ops.ExportJob, error) { return s.Service.GetExportJobs(ctx, query) })
}
