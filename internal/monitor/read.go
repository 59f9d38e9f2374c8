package monitor

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/timeout"
	"github.com/graph-olap/opsconsole/ops"
)

// reader is the part of ops.Service that the monitor reads.
type reader interface {
	GetClusterHealth(ctx context.Context) (ops.Health, error)
	GetClusterInstances(ctx context.Context) (ops.ClusterInstances, error)
	GetMetrics(ctx context.Context) ([]byte, error)
	GetJobStatus(ctx context.Context) (ops.JobStatus, error)
	GetState(ctx context.Context) (ops.State, error)
	GetExportJobs(ctx context.Context, query ops.ExportJobsQuery) ([]ops.ExportJob, error)
}

// The names of the parts.
const (
	partHealth    = "health"
	partInstances = "instances"
	partState     = "state"
	partJobs      = "jobs"
	partExports   = "export jobs"
	partMetrics   = "metrics"
)

// read asks for everything side by side; what fails keeps its old value.
func (m *Monitor) read(ctx context.Context, service reader, begun time.Time) (*Snapshot, *replies) {
	old := m.Snapshot()
	next := &Snapshot{}
	told := newReplies(old.ControlPlane.Status)

	var group sync.WaitGroup

	group.Go(func() { next.Health = part(ctx, m.config, told, partHealth, old.Health, service.GetClusterHealth) })
	group.Go(func() {
		next.Instances = part(ctx, m.config, told, partInstances, old.Instances, service.GetClusterInstances)
	})

	counted := make(chan struct{})

	group.Go(func() {
		defer close(counted)

		next.State = part(ctx, m.config, told, partState, old.State, service.GetState)
	})
	group.Go(func() { next.Jobs = part(ctx, m.config, told, partJobs, old.Jobs, service.GetJobStatus) })
	group.Go(func() {
		next.Exports = part(ctx, m.config, told, partExports, old.Exports, func(ctx context.Context) (ExportJobs, error) {
			return readExports(ctx, service, func() Part[ops.State] {
				<-counted // It takes no longer than its own timeout.

				return next.State
			})
		})
	})
	group.Go(func() {
		next.Metrics = part(ctx, m.config, told, partMetrics, old.Metrics, func(ctx context.Context) (Metrics, error) {
			raw, err := service.GetMetrics(ctx)
			if err != nil {
				return Metrics{}, err
			}

			return ParseMetrics(raw)
		})
	})

	m.await(group.Wait, told, begun)

	next.At = m.config.Now().Round(0) // its age is told by the clock, also after a sleep
	next.Results = results(old, next)
	next.paces = paces(old, next)
	next.JobStates = m.jobStates(ctx, old, next)

	next.stood = old.stood
	if !next.Metrics.Stale() {
		next.stood = next.Metrics.Value.counts(old.stood)
	}

	return next, told
}

// await waits for the parts, and tells when they are overdue.
func (m *Monitor) await(wait func(), told *replies, begun time.Time) {
	done := make(chan struct{})

	go func() {
		defer close(done)

		wait()
	}()

	after := m.usual.overdue()
	overdue := time.NewTimer(after)

	defer overdue.Stop()

	select {
	case <-done:
		return
	case <-overdue.C:
		m.tellOverdue(told, after, begun)
	}

	<-done
}

func part[T any](
	ctx context.Context, config Config, told *replies, name string, old Part[T], read func(context.Context) (T, error),
) Part[T] {
	var value T

	begun := config.Now()

	err := timeout.Do(ctx, config.Timeout, func(ctx context.Context) (err error) {
		value, err = read(ctx)

		return err
	})
	now := config.Now()
	took := max(0, now.Sub(begun))
	now = now.Round(0)

	told.add(name, took, err)

	if err == nil {
		return Part[T]{Value: value, AsOf: now, TriedAt: now}
	}

	if ctx.Err() == nil && old.Err == "" {
		config.Logger.WarnContext(ctx, "the control plane could not be read", "part", name, "error", err)
	}

	old.Err, old.TriedAt = sentence(err), now

	return old
}

// sentence says what went wrong without giving away a cause.
func sentence(err error) string {
	var e *ops.Error

	switch {
	case errors.As(err, &e) && e.Code != ops.CodeInternal:
		return e.Message
	case errors.Is(err, context.DeadlineExceeded):
		return "The control plane did not answer in time."
	default:
		return "The control plane answered with an error of its own."
	}
}
