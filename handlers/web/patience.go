package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// patience is how long all that a page reads may wait for the control plane: the rest of a
// second is for what is read and drawn here.
const patience = 700 * time.Millisecond

// WaitHeader is sent by a page that waits: the control plane answers again, and the page can wait
// for what it was drawn without.
const WaitHeader = "Opsconsole-Wait"

// isPatient reports whether the answer may take as long as the control plane does: data has to
// be right, and an act to be done, but a page can be drawn with what is known.
func (p *Page) isPatient() bool {
	return !p.IsRead() && !p.preview || p.WantsJSON() || p.Request().Header.Get(WaitHeader) != ""
}

// Instances is the users' side of the control plane as the user sees it, as [Page.Service] is the operators'.
func (p *Page) Instances(platform ops.InstancesPlatform) ops.Instances {
	service := platform.InstancesAs(p.Who.Caller())
	if p.isPatient() {
		return service
	}

	return impatientInstances{Instances: service, impatient: impatient{until: p.patientUntil()}}
}

// IsUnanswered reports whether it failed because the control plane did not answer.
func IsUnanswered(err error) bool {
	e := ops.AsError(err)

	return e != nil && e.Code == ops.CodeServiceUnavailable && e.Details["service"] == ops.ServiceControlPlane
}

// Waits reports whether the answer to err is that the page waits for the control plane.
func (p *Page) Waits(err error) bool {
	return p.Request().Method == http.MethodGet && !p.WantsJSON() && IsUnanswered(err)
}

// impatient is a control plane whose reads end with the patience of who asks.
type impatient struct {
	ops.Service

	until time.Time
}

func read[T any](ctx context.Context, s impatient, call func(context.Context) (T, error)) (T, error) {
	within, cancel := context.WithDeadline(ctx, s.until)
	defer cancel()

	value, err := call(within)
	if err != nil && errors.Is(within.Err(), context.DeadlineExceeded) && ctx.Err() == nil && !IsUnanswered(err) {
		return value, ops.Unavailable(ops.ServiceControlPlane, "The control plane did not answer in time").Because(err)
	}

	return value, err
}

// GetClusterHealth implements [ops.Service], as do those that follow.
func (s impatient) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	return read(ctx, s, s.Service.GetClusterHealth)
}

func (s impatient) GetClusterInstances(ctx context.Context) (ops.ClusterInstances, error) {
	return read(ctx, s, s.Service.GetClusterInstances)
}

func (s impatient) GetMetrics(ctx context.Context) ([]byte, error) {
	return read(ctx, s, s.Service.GetMetrics)
}

func (s impatient) GetLifecycleConfig(ctx context.Context) (ops.LifecycleConfig, error) {
	return read(ctx, s, s.Service.GetLifecycleConfig)
}

func (s impatient) GetConcurrencyConfig(ctx context.Context) (ops.ConcurrencyConfig, error) {
	return read(ctx, s, s.Service.GetConcurrencyConfig)
}

func (s impatient) GetMaintenanceMode(ctx context.Context) (ops.MaintenanceMode, error) {
	return read(ctx, s, s.Service.GetMaintenanceMode)
}

func (s impatient) GetExportConfig(ctx context.Context) (ops.ExportConfig, error) {
	return read(ctx, s, s.Service.GetExportConfig)
}

func (s impatient) GetJobStatus(ctx context.Context) (ops.JobStatus, error) {
	return read(ctx, s, s.Service.GetJobStatus)
}

func (s impatient) GetState(ctx context.Context) (ops.State, error) {
	return read(ctx, s, s.Service.GetState)
}

func (s impatient) GetExportJobs(ctx context.Context, query ops.ExportJobsQuery) ([]ops.ExportJob, error) {
	return read(ctx, s, func(ctx context.Context) ([]ops.ExportJob, error) { return s.Service.GetExportJobs(ctx, query) })
}

// impatientInstances is the users' side of it.
type impatientInstances struct {
	ops.Instances

	impatient impatient
}

func (s impatientInstances) ListInstances(ctx context.Context, query ops.InstancesQuery) (ops.InstancesPage, error) {
	return read(ctx, s.impatient, func(ctx context.Context) (ops.InstancesPage, error) { return s.Instances.ListInstances(ctx, query) })
}

func (s impatientInstances) GetInstance(ctx context.Context, id int64) (ops.Instance, error) {
	return read(ctx, s.impatient, func(ctx context.Context) (ops.Instance, error) { return s.Instances.GetInstance(ctx, id) })
}

func (s impatientInstances) GetInstanceEvents(ctx context.Context, id int64, query ops.InstanceEventsQuery) ([]ops.InstanceEvent, error) {
	return read(ctx, s.impatient, func(ctx context.Context) ([]ops.InstanceEvent, error) {
		return s.Instances.GetInstanceEvents(ctx, id, query)
	})
}
