package instances

import (
	"context"
	"encoding/json"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/failure"
	"github.com/graph-olap/opsconsole/ops"
)

// Again returns what came of the act on one instance that an intent began, as [Instances.Do] did: nil
// when it was done.
func (i *Instances) Again(ctx context.Context, intent audit.Entry) error {
	end, ok, err := i.log.Newest(ctx, intent.Seq)

	switch {
	case err != nil:
		return err
	case !ok || end.Outcome == audit.Unknown:
		return unknown(actOf(intent), ops.ErrOutcomeUnknown)
	case end.Outcome != audit.Done:
		return failureOf(end).Err(end.Message)
	default:
		return nil
	}
}

// Several is an act on several instances, as the audit log knows it.
type Several struct {
	// Entry is the number of its intent.
	Entry    int64
	Reason   string
	Subjects []Subject
	// Results are in the order of the subjects.
	Results []Result
}

// Several returns the act that the entry of the audit log began, and a RESOURCE_NOT_FOUND when that began
// none. An instance of which no result was written is unknown.
func (i *Instances) Several(ctx context.Context, seq int64) (Several, error) {
	entry, ok, err := i.log.Get(ctx, seq)
	if err != nil {
		return Several{}, err
	}

	if !ok || entry.Action != audit.InstanceTerminate || entry.Outcome != audit.Intent || entry.Object != allObject {
		return Several{}, ops.NotFound("termination of instances", seq)
	}

	out := Several{Entry: seq, Reason: entry.Reason}
	if err := json.Unmarshal(entry.Before, &out.Subjects); err != nil {
		return Several{}, err
	}

	objects := make([]string, len(out.Subjects))
	for at, subject := range out.Subjects {
		objects[at] = Object(subject.ID)
	}

	ends, err := i.log.Endings(ctx, entry, objects)
	if err != nil {
		return Several{}, err
	}

	for _, subject := range out.Subjects {
		result := result(subject.ID, unknown(Terminate, ops.ErrOutcomeUnknown))

		for _, end := range ends { // the newest last
			if end.Object == Object(subject.ID) {
				result = resultOf(subject.ID, end)
			}
		}

		out.Results = append(out.Results, result)
	}

	return out, nil
}

// resultOf reads what an ending says of an instance.
func resultOf(id int64, end audit.Entry) Result {
	switch end.Outcome {
	case audit.Done:
		return Result{ID: id, Outcome: Terminated}
	case audit.Refused:
		return Result{ID: id, Outcome: Refused, Code: failureOf(end).ErrorCode, Message: end.Message}
	case audit.Unknown, audit.Failed, audit.Intent:
	}

	return Result{ID: id, Outcome: Unknown, Code: ops.CodeServiceUnavailable, Message: end.Message}
}

// failureOf is the refusal that an ending keeps.
func failureOf(end audit.Entry) (was failure.Failure) {
	if json.Unmarshal(end.After, &was) != nil {
		return failure.Failure{}
	}

	return was
}

func actOf(entry audit.Entry) Act {
	for _, act := range Acts() {
		if act.Action() == entry.Action {
			return act
		}
	}

	return Terminate
}
