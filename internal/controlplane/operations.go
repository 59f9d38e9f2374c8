package controlplane

import (
	"bytes"
	"context"
	"fmt"

	"github.com/prometheus/common/expfmt"

	"github.com/graph-olap/opsconsole/ops"
)

// GetClusterHealth implements [ops.Service]. It answers also when the database does
// not, so only then a caller is let through who cannot be looked up.
func (s session) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	err := s.allowAny(ctx)
	if code := ops.AsError(err); err != nil && code.Code != ops.CodeServiceUnavailable {
		return ops.Health{}, err
	}

	if err := s.requireOps(); err != nil {
		return ops.Health{}, err
	}

	return s.health.Check(ctx)
}

// GetMetrics implements [ops.Service]. What could be gathered is answered even if
// something could not.
func (s session) GetMetrics(ctx context.Context) ([]byte, error) {
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

// TriggerJob implements [ops.Service].
func (s session) TriggerJob(ctx context.Context, trigger ops.JobTrigger) (ops.JobTriggered, error) {
	if err := s.allowOps(ctx); err != nil {
		return ops.JobTriggered{}, err
	}

	if err := trigger.Validate(); err != nil {
		return ops.JobTriggered{}, err
	}

	if err := ops.Invalid(checkText(nil, "body.reason", trigger.Reason, ops.ReasonMax)); err != nil {
		return ops.JobTriggered{}, err
	}

	return s.jobs.Trigger(ctx, s.caller.Username, trigger)
}

// GetJobStatus implements [ops.Service].
func (s session) GetJobStatus(ctx context.Context) (ops.JobStatus, error) {
	if err := s.allowOps(ctx); err != nil {
		return ops.JobStatus{}, err
	}

	return s.jobs.Status(ctx)
}
