package monitor

import (
	"context"
	"errors"
	"sync"

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

// read asks for everything side by side; what fails keeps its old value. The replies are those
// of the calls that want a role: the metrics are given to everybody.
func (m *Monitor) read(ctx context.Context, service reader) (*Snapshot, *replies) {
	old := m.Snapshot()
	next := &Snapshot{}
	told := &replies{}

	var group sync.WaitGroup

	group.Go(func() { next.Health = part(ctx, m.config, told, "health", old.Health, service.GetClusterHealth) })
	group.Go(func() {
		next.Instances = part(ctx, m.config, told, "instances", old.Instances, service.GetClusterInstances)
	})

	counted := make(chan struct{})

	group.Go(func() {
		defer close(counted)

		next.State = part(ctx, m.config, told, "state", old.State, service.GetState)
	})
	group.Go(func() { next.Jobs = part(ctx, m.config, told, "jobs", old.Jobs, service.GetJobStatus) })
	group.Go(func() {
		next.Exports = part(ctx, m.config, told, "export jobs", old.Exports, func(ctx context.Context) (ExportJobs, error) {
			return readExports(ctx, service, func() Part[ops.State] {
				<-counted // It takes no longer than its own timeout.

				return next.State
			})
		})
	})
	group.Go(func() {
		next.Metrics = part(ctx, m.config, &replies{}, "metrics", old.Metrics, func(ctx context.Context) (Metrics, error) {
			raw, err := service.GetMetrics(ctx)
			if err != nil {
				return Metrics{}, err
			}

			return ParseMetrics(raw)
		})
	})
	group.Wait()

	next.At = m.config.Now()
	next.Results = results(old, next)

	next.stood = old.stood
	if !next.Metrics.Stale() {
		next.stood = next.Metrics.Value.counts(old.stood)
	}

	return next, told
}

func part[T any](
	ctx context.Context, config Config, told *replies, name string, old Part[T], read func(context.Context) (T, error),
) Part[T] {
	var value T

	begun := config.Now()

	err := within(ctx, config.Timeout, func(ctx context.Context) (err error) {
		value, err = read(ctx)

		return err
	})
	now := config.Now()
	told.add(now.Sub(begun), err)

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
