package instances

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// Most is how many instances can be terminated at once.
	Most = 50
	// together is how many calls are made at the same time.
	together = 5
	// severalTimeout is when no further one is begun.
	severalTimeout = time.Minute
	// allObject is several instances in the audit log.
	allObject = "instances"
)

// TerminateAll terminates several instances: one intent that names them all, and what became of each.
// Nobody is asked when the intent cannot be written, which is its only error.
func (i *Instances) TerminateAll(
	ctx context.Context, service ops.Instances, actor audit.Actor, reason string, subjects []ops.Instance,
) (Several, error) {
	request := Request{Act: Terminate, Reason: reason}
	out := Several{Reason: reason, Results: make([]Result, len(subjects))}

	for _, subject := range subjects {
		out.Subjects = append(out.Subjects, SubjectOf(subject))
	}

	entry, err := intent(request, allObject, out.Subjects)
	if err != nil {
		return Several{}, err
	}

	begun, err := i.log.Record(ctx, actor, entry)
	if err != nil {
		return Several{}, fmt.Errorf("write down first which instances are terminated: %w", err)
	}

	out.Entry = begun.Seq

	// The browser may be gone; what was begun goes on, and what happened is written.
	ctx = context.WithoutCancel(ctx)
	inTime, cancel := context.WithTimeout(ctx, severalTimeout)

	defer cancel()

	var (
		calls sync.WaitGroup
		next  = make(chan int)
		mu    sync.Mutex
		noted = true // every refusal was for now
	)

	for range min(together, len(subjects)) {
		calls.Go(func() {
			for at := range next {
				err := notBegun(inTime)
				if err == nil {
					_, err = i.call(ctx, service, request, subjects[at])
				}

				mu.Lock()
				noted = noted && ops.ForNow(err)
				mu.Unlock()

				out.Results[at] = result(subjects[at].ID, i.end(ctx, actor, request, begun.Seq, subjects[at].ID, err))
			}
		})
	}

	for at := range subjects {
		next <- at
	}

	close(next)
	calls.Wait()

	if noted { // nothing at all was done, and the same can be asked for again
		actor.Claim.Refused(begun.Seq)
	}

	return out, nil
}

// notBegun is why a call is not begun any more, nil while it is.
func notBegun(inTime context.Context) error {
	if inTime.Err() == nil {
		return nil
	}

	return ops.Unavailable(ops.ServiceControlPlane, "It was not tried, as the control plane took too long with the others")
}

// result is what became of an instance.
func result(id int64, err error) Result {
	if err == nil {
		return Result{ID: id, Outcome: Terminated}
	}

	e := ops.AsError(err)
	out := Result{ID: id, Outcome: Unknown, Code: e.Code, Message: e.Message}

	if ops.NotDone(err) {
		out.Outcome = Refused
	}

	return out
}

// Left are the instances that were not terminated, or may not have been.
func (s Several) Left() []Result {
	return slices.DeleteFunc(slices.Clone(s.Results), func(r Result) bool { return r.Outcome == Terminated })
}
