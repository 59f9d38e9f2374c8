package instances

import (
	"context"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// call asks the control plane, and looks at the instance where its answer is lost.
func (i *Instances) call(ctx context.Context, service ops.Instances, request Request, before ops.Instance) (*ops.Instance, error) {
	asking, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()

	after, err := ask(asking, service, request, before.ID)
	if err == nil || ops.NotDone(err) {
		return after, err
	}

	ctx, cancelLook := context.WithTimeout(ctx, lookTimeout) // of its own: asking may have used up all there was
	defer cancelLook()

	for _, wait := range []time.Duration{0, i.settleAfter} {
		if !pause(ctx, wait) {
			break
		}

		if seen, done := look(ctx, service, request, before); done {
			return seen, nil
		}
	}

	return nil, err
}

func ask(ctx context.Context, service ops.Instances, request Request, id int64) (*ops.Instance, error) {
	var (
		after ops.Instance
		err   error
	)

	switch request.Act {
	case Terminate:
		return nil, service.DeleteInstance(ctx, id)
	case Suspend:
		after, err = service.SuspendInstance(ctx, id)
	case Resume:
		after, err = service.ResumeInstance(ctx, id)
	case Extend:
		after, err = service.UpdateInstanceLifecycle(ctx, id, ops.InstanceLifecycle{TTL: &request.TTL})
	}

	if err != nil {
		return nil, err
	}

	return &after, nil
}

// look reports whether the instance shows that the act was done. That it does not says nothing: it may
// be under way.
func look(ctx context.Context, service ops.Instances, request Request, before ops.Instance) (seen *ops.Instance, done bool) {
	now, err := service.GetInstance(ctx, before.ID)
	if err != nil {
		return nil, request.Act == Terminate && ops.AsError(err).Code == ops.CodeNotFound
	}

	return &now, Shows(now, request.Act, request.TTL)
}

// Shows reports whether an instance is what it is after the act.
func Shows(now ops.Instance, act Act, ttl string) bool {
	switch act {
	case Terminate:
		return now.Status == ops.InstanceStopping
	case Suspend:
		return now.Status == ops.InstanceSuspended
	case Resume:
		return now.Status == ops.InstanceResuming || now.Status == ops.InstanceRunning
	case Extend:
		return now.TTL != nil && sameDuration(*now.TTL, ttl)
	default:
		return false
	}
}

// sameDuration reports whether two texts mean the same time: a control plane may spell it in its own way.
func sameDuration(a, b string) bool {
	if a == b {
		return true
	}

	first, err := ops.ReadDuration(a)
	if err != nil {
		return false
	}

	second, err := ops.ReadDuration(b)

	return err == nil && first == second
}

// pause waits, and reports whether the context is not done.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()

	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
