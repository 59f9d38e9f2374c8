package instances

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/graph-olap/opsconsole/ops"
)

// silent does what it is asked and never says so; it tells what is there.
type silent struct {
	ops.Instances

	ttl string
}

func (silent) DeleteInstance(ctx context.Context, _ int64) error {
	<-ctx.Done()

	return ops.Unavailable(ops.ServiceControlPlane, "no answer").Because(ops.ErrOutcomeUnknown)
}

func (s silent) UpdateInstanceLifecycle(ctx context.Context, id int64, _ ops.InstanceLifecycle) (ops.Instance, error) {
	return ops.Instance{}, s.DeleteInstance(ctx, id)
}

func (s silent) GetInstance(ctx context.Context, id int64) (ops.Instance, error) {
	if ctx.Err() != nil {
		return ops.Instance{}, ops.Unavailable(ops.ServiceControlPlane, "no time left")
	}

	return ops.Instance{ID: id, Status: ops.InstanceStopping, TTL: &s.ttl}, nil
}

// TestAnAnswerThatTakesAllTheTimeIsSettledYet: looking has time of its own.
func TestAnAnswerThatTakesAllTheTimeIsSettledYet(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		if _, err := New(nil).call(t.Context(), silent{}, Request{Act: Terminate}, ops.Instance{ID: 7}); err != nil {
			t.Errorf("got %v, want it terminated, as it shows", err)
		}
	})
}

// TestATimeToLiveInOtherWordsIsTheSame: a control plane may keep a duration in a spelling of its own.
func TestATimeToLiveInOtherWordsIsTheSame(t *testing.T) {
	t.Parallel()

	for ttl, done := range map[string]bool{"PT36H": true, "P1DT12H": true, "PT35H": false, "soon": false, "": false} {
		synctest.Test(t, func(t *testing.T) {
			_, err := New(nil).call(t.Context(), silent{ttl: ttl}, Request{Act: Extend, TTL: "PT36H"}, ops.Instance{ID: 7})
			if (err == nil) != done {
				t.Errorf("%q: got %v, want it done: %t", ttl, err, done)
			}
		})
	}
}
