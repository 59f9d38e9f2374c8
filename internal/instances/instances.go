// Package instances terminates, suspends, resumes and extends graph instances on an operator's
// word, and sees to it that the audit log knows of each who asked and why, also when it was refused.
package instances

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/ops"
)

// Act is what can be done to an instance.
type Act string

// The acts.
const (
	Terminate Act = "terminate"
	Suspend   Act = "suspend"
	Resume    Act = "resume"
	Extend    Act = "extend"
)

// Acts lists them.
func Acts() []Act { return []Act{Terminate, Suspend, Resume, Extend} }

// Action is the act's name in the audit log.
func (a Act) Action() audit.Action {
	switch a {
	case Suspend:
		return audit.InstanceSuspend
	case Resume:
		return audit.InstanceResume
	case Extend:
		return audit.InstanceExtend
	case Terminate:
		return audit.InstanceTerminate
	default:
		return audit.InstanceTerminate
	}
}

// Done is what an instance is once the act was done.
func (a Act) Done() Outcome {
	switch a {
	case Suspend:
		return "suspended"
	case Resume:
		return "resumed"
	case Extend:
		return "extended"
	case Terminate:
		return Terminated
	default:
		return Terminated
	}
}

// Outcome is what became of one instance.
type Outcome string

// The outcomes: that of the act (see [Act.Done]), or one of the others.
const (
	Terminated Outcome = "terminated"
	Refused    Outcome = "refused"
	Unknown    Outcome = "unknown"
)

// Result is what became of one instance. Code and Message say why it was refused, or is unknown.
type Result struct {
	ID      int64    `json:"id"`
	Outcome Outcome  `json:"outcome"`
	Code    ops.Code `json:"code"`
	Message string   `json:"message"`
}

// Request is what is to be done.
type Request struct {
	Act Act
	// TTL is how long it is to live from its creation on, of an extension.
	TTL    string
	Reason string
}

// Subject is an instance as the audit log remembers it: what of it says who was hit.
type Subject struct {
	ID             int64              `json:"id"`
	Name           string             `json:"name,omitempty"`
	Owner          string             `json:"owner,omitempty"`
	Status         ops.InstanceStatus `json:"status,omitempty"`
	TTL            *string            `json:"ttl,omitempty"`
	LastActivityAt *ops.Time          `json:"last_activity_at,omitempty"`
}

// SubjectOf is what of an instance is remembered.
func SubjectOf(i ops.Instance) Subject {
	return Subject{ID: i.ID, Name: i.Name, Owner: i.OwnerUsername, Status: i.Status, TTL: i.TTL, LastActivityAt: i.LastActivityAt}
}

// Instances acts on instances.
type Instances struct {
	// OnChange, when not nil, is called whenever an act that was begun was written down. It is set
	// before the first use, and must not wait.
	OnChange func()

	log *audit.Log
	// settleAfter is how long after an answer that was lost the instance is looked at once more.
	settleAfter time.Duration
}

const (
	// callTimeout bounds a call once its intent is written.
	callTimeout = 30 * time.Second
	// lookTimeout bounds the looks at the instance after an answer that was lost.
	lookTimeout = 20 * time.Second
	settleAfter = time.Second
)

// New returns the acts that the log keeps.
func New(log *audit.Log) *Instances { return &Instances{log: log, settleAfter: settleAfter} }

// Do writes the intent, asks the control plane, and writes how that ended. When the intent cannot be
// written nobody is asked. An answer that is lost is settled by looking at the instance; its error has
// [ops.ErrOutcomeUnknown] in its chain where that does not tell. What is returned is the instance after
// it, nil when it was terminated.
func (i *Instances) Do(
	ctx context.Context, service ops.Instances, actor audit.Actor, request Request, subject ops.Instance,
) (*ops.Instance, error) {
	entry, err := intent(request, Object(subject.ID), SubjectOf(subject))
	if err != nil {
		return nil, err
	}

	begun, err := i.log.Record(ctx, actor, entry)
	if err != nil {
		return nil, fmt.Errorf("write down first what is done to the instance: %w", err)
	}

	// The browser may be gone; what was begun goes on, and what happened is written.
	ctx = context.WithoutCancel(ctx)
	after, err := i.call(ctx, service, request, subject)

	if ops.ForNow(err) {
		actor.Claim.Refused(begun.Seq)
	}

	return after, i.end(ctx, actor, request, begun.Seq, subject.ID, err)
}

// Object is an instance in the audit log.
func Object(id int64) string { return fmt.Sprintf("instances/%d", id) }

// intent is the first entry of an act.
func intent(request Request, object string, before any) (audit.Entry, error) {
	entry := audit.Entry{Action: request.Act.Action(), Object: object, Outcome: audit.Intent, Reason: request.Reason}

	var err error
	if entry.Before, err = json.Marshal(before); err == nil && request.Act == Extend {
		entry.After, err = json.Marshal(map[string]string{"ttl": request.TTL})
	}

	return entry, err
}

// end writes how the act on one instance ended, and returns why it did not go well.
func (i *Instances) end(ctx context.Context, actor audit.Actor, request Request, intent, id int64, cause error) error {
	entry := audit.Entry{
		Action: request.Act.Action(), Object: Object(id), Outcome: audit.Done, Reason: request.Reason, Intent: intent,
	}

	switch {
	case cause == nil:
	case ops.NotDone(cause):
		entry.Outcome, entry.Message, entry.After = audit.Refused, ops.AsError(cause).Message+ops.FieldText(cause), kept(cause)
	default:
		entry.Outcome, entry.Message = audit.Unknown, ops.AsError(cause).Message
		cause = unknown(request.Act, cause)
	}

	_, err := i.log.Record(ctx, actor, entry)
	if err == nil && i.OnChange != nil {
		i.OnChange()
	}

	if err != nil {
		if cause == nil { // It is done: that nothing was is not to be said of it.
			err = errors.Join(err, ops.ErrOutcomeUnknown)
		}

		cause = errors.Join(cause, fmt.Errorf("log how the act on instance %d ended: %w", id, err))
	}

	return cause
}

// Refuse logs an act that was refused before the control plane was asked, and returns the cause.
func (i *Instances) Refuse(ctx context.Context, actor audit.Actor, act Act, object, reason string, cause error) error {
	e := ops.AsError(cause)
	if e.Code == ops.CodeInternal {
		return cause
	}

	_, err := i.log.Record(context.WithoutCancel(ctx), actor, audit.Entry{ // of which no page tells
		Action: act.Action(), Object: object, Outcome: audit.Refused, Reason: ops.Clip(reason), Message: e.Message + ops.FieldText(cause),
	})
	if err != nil {
		return errors.Join(cause, fmt.Errorf("log what was refused: %w", err))
	}

	return cause
}

// kept is a refusal as the audit log keeps it.
func kept(refused error) json.RawMessage {
	text, err := json.Marshal(failure.Of(refused))
	if err != nil { // The entry has its message.
		return nil
	}

	return text
}

// unknown says that nobody knows whether the act was done.
func unknown(act Act, cause error) error {
	return ops.Unavailable(ops.ServiceControlPlane, fmt.Sprintf(
		"Whether the instance was %s is not known: the control plane did not say, and the instance does not show it yet. "+
			"Check it before you try again.", act.Done())).Because(errors.Join(cause, ops.ErrOutcomeUnknown))
}
