package controlplane

import (
	"context"

	"github.com/graph-olap/opsconsole/ops"
)

// Jobs runs the background jobs. The caller's role was checked already.
type Jobs interface {
	// Trigger queues a run now, for the user by. It validates the trigger, and
	// answers RATE_LIMIT_EXCEEDED within a minute of the last accepted one.
	Trigger(ctx context.Context, by string, trigger ops.JobTrigger) (ops.JobTriggered, error)
	Status(ctx context.Context) (ops.JobStatus, error)
	// Refresh brings the metrics up to date with what other replicas did.
	Refresh(ctx context.Context) error
}
