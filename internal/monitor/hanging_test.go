package monitor_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

// hanging is a control plane that answers but for its state, once it hangs.
type hanging struct {
	*plane

	hangs bool
}

func (h *hanging) As(ops.Caller) ops.Service { return h }

func (h *hanging) GetState(ctx context.Context) (ops.State, error) {
	if !h.hangs {
		return h.plane.GetState(ctx)
	}

	<-ctx.Done()

	return ops.State{}, ctx.Err()
}

func TestWhatHangsHoldsUpNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var watched error

		source := &hanging{plane: &plane{latency: 1, used: 7, status: ops.ComponentConnected}}
		m := monitor.New(monitor.Config{
			Platform: source, Caller: func() (ops.Caller, error) { return ops.Caller{}, nil },
			DB: storetest.Open(t, storetest.SQLiteURL(t)), Now: time.Now, Logger: slog.New(slog.DiscardHandler), Interval: time.Hour,
			Timeout: time.Second,
			Watchers: []func(context.Context, ops.Service) error{func(ctx context.Context, _ ops.Service) error {
				if source.hangs {
					<-ctx.Done()
					watched = ctx.Err()
				}

				return ctx.Err()
			}},
		})
		m.Poll(t.Context())

		good := m.Snapshot()

		source.hangs = true
		source.set(func(p *plane) { p.used = 8 })

		begun := time.Now()

		m.Poll(t.Context())

		// A read is given a second, a watcher four times as long.
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("the poll took %v, want 5 s", took)
		}

		s := m.Snapshot()
		if !s.State.Stale() || !s.State.AsOf.Equal(good.State.AsOf) || s.State.Err != "The control plane did not answer in time." {
			t.Errorf("what hangs: got %+v", s.State)
		}

		if s.Instances.Stale() || s.Instances.Value.Limits.ClusterUsed != 8 || s.Health.Stale() {
			t.Errorf("what answers: got %+v, %+v", s.Instances, s.Health)
		}

		if !errors.Is(watched, context.DeadlineExceeded) {
			t.Errorf("the watcher ended with %v", watched)
		}
	})
}

// Whoever holds the database's write lock keeps samples from being written, and
// nobody from reading what is.
func TestSamplesThatCannotBeWrittenHoldUpNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := storetest.Open(t, storetest.SQLiteURL(t))
		m := monitor.New(monitor.Config{
			Platform: &plane{used: 7, status: ops.ComponentConnected}, Caller: func() (ops.Caller, error) { return ops.Caller{}, nil },
			DB: db, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Interval: time.Hour, Timeout: 100 * time.Millisecond,
		})

		if err := db.Tx(t.Context(), func(*sql.Tx) error {
			m.Poll(t.Context())

			return nil
		}); err != nil {
			t.Fatal(err)
		}

		if s := m.Snapshot(); s.Seq != 1 || s.Instances.Value.Limits.ClusterUsed != 7 {
			t.Errorf("got %+v", s)
		}
	})
}
