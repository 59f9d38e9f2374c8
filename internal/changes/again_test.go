package changes_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// replica is a console on the database of a world, which does things once for a key.
type replica struct {
	*changes.Changes

	keys *idempotency.Keys
	log  *audit.Log
}

func (w *world) replica() *replica {
	log := audit.New(w.db, w.clock.Now)

	return &replica{
		Changes: changes.New(w.db, log, w.clock.Now, slog.New(slog.DiscardHandler), changes.Policy{Environment: "test", ConfirmBelow: 0.5}),
		keys:    idempotency.New(w.db, w.clock.Now), log: log,
	}
}

// once applies a change under a key, or says what it has come to.
func (r *replica) once(ctx context.Context, service ops.Service, key string, request changes.Request) (changes.Change, error) {
	claim, act, err := r.keys.Claim(ctx, idempotency.Request{
		Person: dave.Username, Method: "POST", Path: "/config/concurrency", Key: key, Body: []byte(fmt.Sprint(request.Revision, request.Values)),
	})
	if err != nil {
		return changes.Change{}, err
	}

	if act != nil {
		intent, _, err := r.log.Get(ctx, act.Intent)
		if err != nil {
			return changes.Change{}, err
		}

		made, err := r.Made(ctx, intent)

		return made.Change, err
	}

	actor := dave
	actor.Claim = claim

	result, err := r.Apply(ctx, service, actor, request)
	if finishErr := claim.Finish(ctx, nil); finishErr != nil {
		return changes.Change{}, finishErr
	}

	return result.Change, err
}

func TestReplicasMakeOneChangeOfOneKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		wanted := request(w.current(t).Revision, 7)
		replicas := []*replica{w.replica(), w.replica()}

		const together = 6

		var all sync.WaitGroup
		for i := range together {
			all.Go(func() {
				change, err := replicas[i%2].once(t.Context(), w.service, "one", wanted)

				switch {
				case err != nil && ops.AsError(err).Code != ops.CodeIdempotencyInFlight:
					t.Errorf("got %v, want the change, or that it is in flight", err)
				case err == nil && change.ID != 1:
					t.Errorf("got change %d, want 1", change.ID)
				}
			})
		}

		all.Wait()

		for _, r := range replicas {
			if change, err := r.once(t.Context(), w.service, "one", wanted); err != nil || change.ID != 1 || change.Outcome != changes.Applied {
				t.Errorf("got %+v, %v; want change 1, applied", change, err)
			}
		}

		if n, err := w.Count(t.Context(), changes.Filter{}); err != nil || n != 1 {
			t.Errorf("%d changes were made, %v; want 1", n, err)
		}
	})
}

// dying takes the console with it once it was asked to change something.
type dying struct{ ops.Service }

func (d dying) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	_, _ = d.Service.UpdateConcurrencyConfig(ctx, u)

	panic(errKilled)
}

func TestAKeyOfADeadRequestTellsWhatCameOfIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		wanted := request(w.current(t).Revision, 7)
		first, second := w.replica(), w.replica()

		func() {
			defer func() { _ = recover() }()

			_, _ = first.once(t.Context(), dying{w.plain}, "one", wanted)
		}()

		if w.db.Dialect() == store.SQLite {
			second = w.replica() // the process was started again
			if err := second.keys.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}

			if err := second.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
		} else {
			if _, err := second.once(t.Context(), w.service, "one", wanted); ops.AsError(err).Code != ops.CodeIdempotencyInFlight {
				t.Errorf("got %v, want %s: nobody knows that it is dead", err, ops.CodeIdempotencyInFlight)
			}

			worldtest.Pass(t, w.db, w.clock, 2*time.Minute)
		}

		if change, err := second.once(t.Context(), w.service, "one", wanted); err != nil || change.ID != 1 || !change.Open() {
			t.Errorf("got %+v, %v; want change 1, whose outcome is not known", change, err)
		}

		w.clock.Advance(time.Minute)
		w.silent(t, time.Minute)

		if err := second.Watch(t.Context(), w.service); err != nil {
			t.Fatal(err)
		}

		if change, err := second.once(t.Context(), w.service, "one", wanted); err != nil || change.ID != 1 || change.Outcome != changes.Applied {
			t.Errorf("got %+v, %v; want change 1, applied", change, err)
		}

		if got := w.perAnalyst(t); got != 7 {
			t.Errorf("%d is set, want 7", got)
		}
	})
}
