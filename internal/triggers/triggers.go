// Package triggers runs the control plane's background jobs on an operator's word, and
// sees to it that the audit log knows who asked and why, also when it was refused.
package triggers

import (
	"context"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

// Cooldown is the time in which a job takes no second trigger: the contract's one a minute.
const Cooldown = time.Minute

// Triggers triggers jobs.
type Triggers struct {
	log *audit.Log
}

// New returns the triggers that the log keeps.
func New(log *audit.Log) *Triggers { return &Triggers{log: log} }

// Trigger writes the intent, asks the control plane, and writes how that ended. When
// the intent cannot be written nobody is asked. Errors are those of trigger_job.
func (t *Triggers) Trigger(
	ctx context.Context, service ops.Service, actor audit.Actor, trigger ops.JobTrigger,
) (ops.JobTriggered, error) {
	entry := audit.Entry{Action: audit.JobTrigger, Object: object(trigger.JobName), Reason: trigger.Reason}

	if err := trigger.Validate(); err != nil {
		entry.Outcome, entry.Reason = audit.Refused, clip(trigger.Reason)
		entry.Message = ops.FieldErrors(err)[0].Message

		if _, logErr := t.log.Record(ctx, actor, entry); logErr != nil {
			return ops.JobTriggered{}, fmt.Errorf("log the refused trigger: %w", logErr)
		}

		return ops.JobTriggered{}, err
	}

	entry.Outcome = audit.Intent

	intent, err := t.log.Record(ctx, actor, entry)
	if err != nil {
		return ops.JobTriggered{}, fmt.Errorf("write down the trigger first: %w", err)
	}

	triggered, err := service.TriggerJob(ctx, trigger)
	entry.Intent = intent.Seq

	switch {
	case err == nil:
		entry.Outcome = audit.Done
	case ops.NotDone(err):
		entry.Outcome, entry.Message = audit.Refused, ops.AsError(err).Message
	default:
		entry.Outcome, entry.Message = audit.Unknown, ops.AsError(err).Message
	}

	// The browser may be gone; what happened is written all the same.
	if _, logErr := t.log.Record(context.WithoutCancel(ctx), actor, entry); logErr != nil {
		return triggered, fmt.Errorf("log how the trigger ended: %w", logErr)
	}

	return triggered, err
}

// Last returns the newest trigger of the job that was accepted; ok is false when this
// console knows of none.
func (t *Triggers) Last(ctx context.Context, job ops.JobName) (entry audit.Entry, ok bool, err error) {
	return t.log.Last(ctx, audit.JobTrigger, object(job), audit.Done)
}

func object(job ops.JobName) string { return "jobs/" + clip(string(job)) }

const clipAt = 200

// clip bounds what is logged of a text that was refused.
func clip(s string) string {
	if len(s) <= clipAt {
		return s
	}

	return s[:clipAt] + "…"
}
