// Package triggers runs the control plane's background jobs on an operator's word, and
// sees to it that the audit log knows who asked and why, also when it was refused.
package triggers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/ops"
)

// Cooldown is the time in which a job takes no second trigger: the contract's one a minute.
const Cooldown = time.Minute

// Triggers triggers jobs.
type Triggers struct {
	// OnChange, when not nil, is called whenever a trigger that was begun was written down. It is
	// set before the first use, and must not wait.
	OnChange func()

	log *audit.Log
	// settled is the number of an intent before which all have endings.
	settled atomic.Int64
	// seen is since when intents without an ending are known here.
	seen map[int64]time.Time
}

// New returns the triggers that the log keeps.
func New(log *audit.Log) *Triggers { return &Triggers{log: log} }

// callTimeout bounds the call once its intent is written.
const callTimeout = 30 * time.Second

// Counters are how often a job has ended, nil where it has not been counted yet.
type Counters struct {
	Success *float64 `json:"success"`
	Failed  *float64 `json:"failed"`
}

// Run is a trigger that was accepted. Before is nil when the counters were not known.
type Run struct {
	ops.JobTriggered

	// Entry is the number of its entry in the audit log.
	Entry  int64
	Before *Counters
	// Begun is when the control plane was about to be asked, Accepted when its answer was written down.
	Begun, Accepted time.Time
}

// Trigger writes the intent, asks the control plane, and writes how that ended, with the
// counters before it. When the intent cannot be written nobody is asked. Errors are those
// of trigger_job.
func (t *Triggers) Trigger(
	ctx context.Context, service ops.Service, actor audit.Actor, trigger ops.JobTrigger, before *Counters,
) (Run, error) {
	if err := trigger.Validate(); err != nil {
		return Run{}, errors.Join(err, t.Refuse(ctx, actor, trigger, err))
	}

	counters, err := json.Marshal(before)
	if err != nil {
		return Run{}, fmt.Errorf("write down the counters: %w", err)
	}

	entry := audit.Entry{
		Action: audit.JobTrigger, Object: object(trigger.JobName), Outcome: audit.Intent, Reason: trigger.Reason, Before: counters,
	}

	intent, err := t.write(ctx, actor, entry)
	if err != nil {
		return Run{}, fmt.Errorf("write down the trigger first: %w", err)
	}

	failpoint.Reach(failpoint.TriggerIntended)

	// The browser may be gone; what was begun goes on, and what happened is written.
	ctx = context.WithoutCancel(ctx)
	triggered, err := call(ctx, service, trigger)
	entry.Intent = intent.Seq

	failpoint.Reach(failpoint.TriggerCalled)

	switch {
	case err == nil:
		entry.Outcome = audit.Done
	case ops.NotDone(err):
		entry.Outcome, entry.Message = audit.Refused, ops.AsError(err).Message
		entry.After = kept(err)
	default:
		entry.Outcome, entry.Message = audit.Unknown, ops.AsError(err).Message

		if errors.Is(err, ops.ErrOutcomeUnknown) {
			err = unknown(err)
		}
	}

	if ops.ForNow(err) {
		actor.Claim.Refused(intent.Seq)
	}

	end, logErr := t.record(ctx, actor, entry)

	failpoint.Reach(failpoint.TriggerRecorded)

	if logErr != nil {
		if entry.Outcome == audit.Done { // The job may run: that nothing was done is not to be said of it.
			logErr = errors.Join(logErr, ops.ErrOutcomeUnknown)
		}

		err = errors.Join(err, fmt.Errorf("log how the trigger ended: %w", logErr))
	}

	return Run{JobTriggered: triggered, Entry: end.Seq, Before: before, Begun: intent.At, Accepted: end.At}, err
}

func (t *Triggers) record(ctx context.Context, actor audit.Actor, entry audit.Entry) (audit.Entry, error) {
	entry, err := t.write(ctx, actor, entry)
	if err == nil && t.OnChange != nil {
		t.OnChange()
	}

	return entry, err
}

// write dates an entry by the clock that replicas share: its run is looked for by it. Where that cannot be asked, this one's own
// does: how a trigger ended is written as long as anything can be.
func (t *Triggers) write(ctx context.Context, actor audit.Actor, entry audit.Entry) (audit.Entry, error) {
	if at, err := t.log.Shared(ctx); err == nil {
		entry.At = at
	}

	return t.log.Record(ctx, actor, entry)
}

func call(ctx context.Context, service ops.Service, trigger ops.JobTrigger) (ops.JobTriggered, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()

	return service.TriggerJob(ctx, trigger)
}

// Refuse logs a trigger that was refused before the control plane was asked.
func (t *Triggers) Refuse(ctx context.Context, actor audit.Actor, trigger ops.JobTrigger, cause error) error {
	e := ops.AsError(cause)
	if e.Code == ops.CodeInternal {
		return nil
	}

	_, err := t.log.Record(context.WithoutCancel(ctx), actor, audit.Entry{ // of which no page tells
		Action: audit.JobTrigger, Object: object(trigger.JobName), Outcome: audit.Refused,
		Reason: ops.Clip(trigger.Reason), Message: e.Message + ops.FieldText(cause),
	})
	if err != nil {
		return fmt.Errorf("log the refused trigger: %w", err)
	}

	return nil
}

// Again returns what came of the trigger of an intent, as [Triggers.Trigger] did. Its error
// is a SERVICE_UNAVAILABLE with [ops.ErrOutcomeUnknown] while that is not known.
func (t *Triggers) Again(ctx context.Context, job ops.JobName, intent int64) (Run, error) {
	end, ok, err := t.log.Ending(ctx, intent)

	switch {
	case err != nil:
		return Run{}, err
	case !ok || end.Outcome == audit.Unknown:
		return Run{}, unknown(ops.ErrOutcomeUnknown)
	case end.Outcome != audit.Done:
		return Run{}, refusal(end)
	default:
		return t.Run(ctx, job, end.Seq)
	}
}

// kept is a refusal as the audit log keeps it.
func kept(refused error) json.RawMessage {
	text, err := json.Marshal(failure.Of(refused))
	if err != nil { // The entry has its message.
		return nil
	}

	return text
}

// refusal is what the control plane said to a trigger.
func refusal(end audit.Entry) error {
	var was failure.Failure
	if err := json.Unmarshal(end.After, &was); err != nil || was.ErrorCode == "" { // It was written before the log kept codes.
		return &ops.Error{Code: ops.CodeConflict, Message: "The control plane did not start the job: " + end.Message}
	}

	return was.Err(end.Message)
}

// unknown says that nobody knows whether the job was started.
func unknown(cause error) error {
	return ops.Unavailable(ops.ServiceControlPlane,
		"It is not known whether the job was started: the control plane did not say. Check its runs before you run it again.",
	).Because(cause)
}

// Run returns the accepted trigger of the job that the entry of the audit log tells of,
// and a RESOURCE_NOT_FOUND when it tells of something else.
func (t *Triggers) Run(ctx context.Context, job ops.JobName, seq int64) (Run, error) {
	entry, ok, err := t.log.Get(ctx, seq)
	if err != nil {
		return Run{}, err
	}

	if !ok || entry.Action != audit.JobTrigger || entry.Outcome != audit.Done || entry.Object != object(job) {
		return Run{}, ops.NotFound("receipt", seq)
	}

	intent, ok, err := t.log.Get(ctx, entry.Intent)
	if err != nil {
		return Run{}, err
	}

	if !ok {
		intent = entry
	}

	run := Run{Entry: seq, Begun: intent.At, Accepted: entry.At, JobTriggered: ops.JobTriggered{
		JobName: job, TriggeredAt: ops.At(entry.At), TriggeredBy: entry.Actor, Reason: entry.Reason, Status: "queued",
	}}

	if len(entry.Before) == 0 { // It was written before the log kept them.
		return run, nil
	}

	if err := json.Unmarshal(entry.Before, &run.Before); err != nil {
		return Run{}, fmt.Errorf("read the counters of entry %d: %w", seq, err)
	}

	return run, nil
}

// Last returns the newest trigger of the job that was accepted; ok is false when this
// console knows of none.
func (t *Triggers) Last(ctx context.Context, job ops.JobName) (entry audit.Entry, ok bool, err error) {
	return t.log.Last(ctx, audit.JobTrigger, object(job), audit.Done)
}

func object(job ops.JobName) string { return "jobs/" + ops.Clip(string(job)) }
