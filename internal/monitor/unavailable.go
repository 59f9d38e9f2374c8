package monitor

import (
	"context"

	"github.com/graph-olap/opsconsole/ops"
)

// unavailable answers what the monitor reads with the reason why there is nobody to ask as.
type unavailable struct{ err error }

func (u unavailable) GetClusterHealth(context.Context) (ops.Health, error) {
	return ops.Health{}, u.reason()
}

func (u unavailable) GetClusterInstances(context.Context) (ops.ClusterInstances, error) {
	return ops.ClusterInstances{}, u.reason()
}

func (u unavailable) GetMetrics(context.Context) ([]byte, error) { return nil, u.reason() }

func (u unavailable) GetJobStatus(context.Context) (ops.JobStatus, error) {
	return ops.JobStatus{}, u.reason()
}

func (u unavailable) GetState(context.Context) (ops.State, error) { return ops.State{}, u.reason() }

func (u unavailable) GetExportJobs(context.Context, ops.ExportJobsQuery) ([]ops.ExportJob, error) {
	return nil, u.reason()
}

func (u unavailable) reason() error {
	return ops.Unavailable(ops.ServiceControlPlane, u.err.Error()).Because(u.err)
}
