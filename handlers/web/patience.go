package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

const (
	// patience is how long all that a page reads may wait for the control plane: the rest of a
	// second is for what is read and drawn here.
	patience = 600 * time.Millisecond
	// patienceMost is the most that whoever asks may wait.
	patienceMost = 10 * time.Second
)

// Patience is how long what is read for the answer may wait for the control plane, in all: less
// than a second, unless whoever asks prefers to wait, with "Prefer: wait=10": RFC 7240, section 4.3.
func (p *Page) Patience() time.Duration {
	wait := p.prefersToWait()
	if wait == 0 {
		return patience
	}

	p.Response().Header().Set("Preference-Applied", "wait="+strconv.Itoa(int(wait/time.Second)))

	return wait
}

// prefersToWait is how long the client would rather wait, 0 when it does not say.
func (p *Page) prefersToWait() time.Duration {
	for _, line := range p.Request().Header.Values("Prefer") {
		for preference := range strings.SplitSeq(line, ",") {
			preference, _, _ = strings.Cut(preference, ";")
			name, value, _ := strings.Cut(preference, "=")

			seconds, err := strconv.Atoi(strings.Trim(strings.TrimSpace(value), `"`))
			if strings.EqualFold(strings.TrimSpace(name), "wait") && err == nil && seconds > 0 {
				return time.Duration(min(seconds, int(patienceMost/time.Second))) * time.Second
			}
		}
	}

	return 0
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

// hurry returns the service as one whose reads are waited for that long, all of them together.
func hurry(ctx context.Context, service ops.Service, wait time.Duration) ops.Service {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()

	until, _ := ctx.Deadline()

	return impatient{Service: service, until: until}
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
