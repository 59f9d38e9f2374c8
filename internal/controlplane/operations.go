package controlplane

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/common/expfmt"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// lookupTimeout is as long as the health of a component may take to find out.
const lookupTimeout = 2 * time.Second

// GetClusterHealth implements [ops.Service]. It answers also when the database does
// not, so only then a caller is let through who cannot be looked up.
func (s session) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	check := sync.OnceValues(func() (ops.Health, error) { return s.health.Check(ctx) })

	notOps := s.requireOps()
	if notOps == nil {
		// Beside the look-up: a database that hangs takes the time of both only once.
		go func() { _, _ = check() }()
	}

	err := s.lookUp(ctx)
	if code := ops.AsError(err); err != nil && code.Code != ops.CodeServiceUnavailable {
		return ops.Health{}, err
	}

	if notOps != nil {
		return ops.Health{}, notOps
	}

	return check()
}

// lookUp is allowAny for as long as [lookupTimeout]. It waits for no longer, as SQLite
// waits for another process's lock whatever its context says.
func (s session) lookUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()

	allowed := make(chan error, 1)

	go func() { allowed <- s.allowAny(ctx) }()

	select {
	case err := <-allowed:
		return err
	case <-ctx.Done():
		return databaseUnavailable(ctx.Err())
	}
}

// GetMetrics implements [ops.Service]. What could be gathered is answered even if
// something could not.
func (s session) GetMetrics(ctx context.Context) ([]byte, error) {
	s.refreshJobs(ctx)

	families, err := s.metrics.Gather()
	if err != nil {
		s.logger.WarnContext(ctx, "some metrics could not be gathered", "error", err)
	}

	var out bytes.Buffer

	encoder := expfmt.NewEncoder(&out, expfmt.NewFormat(expfmt.TypeTextPlain))
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			return nil, fmt.Errorf("write the metrics: %w", err)
		}
	}

	return out.Bytes(), nil
}

// refreshTimeout is how long metrics wait for what other replicas did: without it they are as this one knew last.
const refreshTimeout = time.Second

// refreshJobs has the metrics tell of runs that another replica has ended since this one looked last.
func (s session) refreshJobs(ctx context.Context) {
	if s.db.Dialect() != store.Postgres || s.db.CannotRead() != nil { // SQLite has one process
		return
	}

	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()

	_, err := s.refreshed.Do(ctx, struct{}{}, func(ctx context.Context) (struct{}, error) { return struct{}{}, s.jobs.Refresh(ctx) })
	if err != nil {
		s.logger.WarnContext(ctx, "what other replicas' jobs did could not be read for the metrics", "error", err)
	}
}

// TriggerJob implements [ops.Service].
func (s session) TriggerJob(ctx context.Context, trigger ops.JobTrigger) (ops.JobTriggered, error) {
	if err := s.allowOps(ctx); err != nil {
		return ops.JobTriggered{}, err
	}

	if err := trigger.Validate(); err != nil {
		return ops.JobTriggered{}, err
	}

	return s.jobs.Trigger(ctx, s.caller.Username, trigger)
}

// GetJobStatus implements [ops.Service].
func (s session) GetJobStatus(ctx context.Context) (ops.JobStatus, error) {
	if err := s.allowOps(ctx); err != nil {
		return ops.JobStatus{}, err
	}

	return s.statuses.Do(ctx, struct{}{}, s.jobs.Status)
}
