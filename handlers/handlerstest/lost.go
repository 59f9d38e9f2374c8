package handlerstest

import (
	"context"

	"github.com/graph-olap/opsconsole/ops"
)

// lost is a control plane that gives nobody anything.
type lost struct{ cause error }

func (l lost) As(ops.Caller) ops.Service { return nothing{cause: l.cause} }

type nothing struct {
	ops.Service

	cause error
}

func (n nothing) GetClusterHealth(context.Context) (ops.Health, error) {
	return ops.Health{}, n.cause
}

func (n nothing) GetClusterInstances(context.Context) (ops.ClusterInstances, error) {
	return ops.ClusterInstances{}, n.cause
}

func (n nothing) GetMetrics(context.Context) ([]byte, error) { return nil, n.cause }

func (n nothing) GetJobStatus(context.Context) (ops.JobStatus, error) {
	return ops.JobStatus{}, n.cause
}

func (n nothing) GetState(context.Context) (ops.State, error) { return ops.State{}, n.cause }

func (n nothing) GetExportJobs(context.Context, ops.ExportJobsQuery) ([]ops.ExportJob, error) {
	return nil, n.cause
}

func (n nothing) GetConcurrencyConfig(context.Context) (ops.ConcurrencyConfig, error) {
	return ops.ConcurrencyConfig{}, n.cause
}

func (n nothing) GetLifecycleConfig(context.Context) (ops.LifecycleConfig, error) {
	return ops.LifecycleConfig{}, n.cause
}

func (n nothing) GetMaintenanceMode(context.Context) (ops.MaintenanceMode, error) {
	return ops.MaintenanceMode{}, n.cause
}

func (n nothing) GetExportConfig(context.Context) (ops.ExportConfig, error) {
	return ops.ExportConfig{}, n.cause
}
