package idempotency_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

var migrated = storetest.NewTemplate(func(ctx context.Context, db *store.DB) error { return db.Migrate(ctx) })

// world is a database with the keys of two replicas, and a clock.
type world struct {
	t     *testing.T
	db    *store.DB
	clock *worldtest.Clock
	keys  [2]*idempotency.Keys
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	migrated.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		clock := worldtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC))
		fn(&world{t: t, db: db, clock: clock, keys: [2]*idempotency.Keys{
			idempotency.New(db, clock.Now), idempotency.New(db, clock.Now),
		}})
	})
}

func save() idempotency.Request {
	return idempotency.Request{
		Person: "dave", Method: "POST", Path: "/config/concurrency", Key: "one", Kind: "application/json", Body: []byte(`{"per_analyst": 6}`),
	}
}

// claim claims a key at the first replica; what it gets has to be a claim.
func (w *world) claim(r idempotency.Request) *idempotency.Claim {
	w.t.Helper()

	claim, act, err := w.keys[0].Claim(w.t.Context(), r)
	if err != nil || act != nil || claim == nil {
		w.t.Fatalf("got %v, %v, %v; want a claim", claim, act, err)
	}

	return claim
}

// act is what the second replica says was done under the key.
func (w *world) act(r idempotency.Request) *idempotency.Act {
	w.t.Helper()

	claim, act, err := w.keys[1].Claim(w.t.Context(), r)
	if err != nil || act == nil || claim != nil {
		w.t.Fatalf("got %v, %v, %v; want what was done", claim, act, err)
	}

	return act
}

// refused wants the second replica to refuse the request.
func (w *world) refused(r idempotency.Request, want ops.Code) {
	w.t.Helper()

	if claim, act, err := w.keys[1].Claim(w.t.Context(), r); err == nil || ops.AsError(err).Code != want {
		w.t.Errorf("got %v, %v, %v; want %s", claim, act, err, want)
	}
}

func (w *world) keep(claim *idempotency.Claim, intent int64) error {
	return w.db.Tx(w.t.Context(), func(tx *sql.Tx) error { return claim.Keep(w.t.Context(), tx, intent) })
}

// margin is what may pass by itself meanwhile: the clock of PostgreSQL goes on.
func (w *world) margin() time.Duration {
	if w.db.Dialect() == store.Postgres {
		return time.Minute / 2
	}

	return 0
}

// pass has time pass. On PostgreSQL it is the server's that counts, so what is kept becomes as much older.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.clock.Advance(d)

	if w.db.Dialect() != store.Postgres {
		return
	}

	var begun, seen store.Time

	w.must(w.db.Read().QueryRowContext(w.t.Context(), `SELECT begun_at, seen_at FROM opsconsole_idempotency`).Scan(&begun, &seen))

	_, err := w.db.Write().ExecContext(w.t.Context(), `UPDATE opsconsole_idempotency SET begun_at = $1, seen_at = $2`,
		store.Time{Time: begun.Add(-d)}, store.Time{Time: seen.Add(-d)})
	w.must(err)
}

func (w *world) must(err error) {
	w.t.Helper()

	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAKeyIsOneRequests(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		var (
			all      sync.WaitGroup
			mu       sync.Mutex
			claims   []*idempotency.Claim
			refusals int
		)

		const together = 8

		for i := range together {
			all.Go(func() {
				claim, _, err := w.keys[i%2].Claim(w.t.Context(), save())

				mu.Lock()
				defer mu.Unlock()

				if claim != nil {
					claims = append(claims, claim)
				} else if err != nil && ops.AsError(err).Code == ops.CodeIdempotencyInFlight {
					refusals++
				}
			})
		}

		all.Wait()

		if len(claims) != 1 || refusals != together-1 {
			w.t.Fatalf("%d have the key and %d are told that it is in flight, want 1 and %d", len(claims), refusals, together-1)
		}

		w.must(w.keep(claims[0], 7))
		w.refused(save(), ops.CodeIdempotencyInFlight)
		w.must(claims[0].Finish(w.t.Context(), &idempotency.Answer{Status: 201, Location: "/points/1", Body: []byte(`{"a":1}`)}))

		if act := w.act(save()); act.Intent != 7 || act.Answer == nil || act.Answer.Status != 201 || act.Answer.Location != "/points/1" ||
			string(act.Answer.Body) != `{"a":1}` {
			w.t.Errorf("got %+v, want intent 7 and its answer", act)
		}
	})
}

func TestAKeyStandsForAPersonARouteAndABody(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		claim := w.claim(save())

		for _, change := range []func(r *idempotency.Request){
			func(r *idempotency.Request) { r.Body = []byte(`{"per_analyst": 7}`) },
			func(r *idempotency.Request) { r.Kind = "application/x-www-form-urlencoded" },
		} {
			other := save()
			change(&other)
			w.refused(other, ops.CodeIdempotencyKeyReused)
		}

		w.must(w.keep(claim, 1))
		w.must(claim.Finish(w.t.Context(), nil))

		for _, change := range []func(r *idempotency.Request){
			func(r *idempotency.Request) { r.Person = "olga" },
			func(r *idempotency.Request) { r.Method = "PATCH" },
			func(r *idempotency.Request) { r.Path = "/config/export" },
			func(r *idempotency.Request) { r.Key = "two" },
			func(r *idempotency.Request) { r.Person, r.Method = "davePOST", "" },
		} {
			other := save()
			change(&other)
			w.claim(other)
		}
	})
}

func TestWhatDidNothingLeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.must(w.claim(save()).Finish(w.t.Context(), &idempotency.Answer{Status: 422}))

		rolledBack := w.claim(save())

		err := w.db.Tx(w.t.Context(), func(tx *sql.Tx) error {
			return errors.Join(rolledBack.Keep(w.t.Context(), tx, 1), errors.New("it was not to be"))
		})
		if err == nil {
			w.t.Fatal("the transaction was committed")
		}

		w.must(rolledBack.Finish(w.t.Context(), nil))

		// The control plane said that it will take it later.
		refused := w.claim(save())
		w.must(w.keep(refused, 2))
		refused.Refused(2)
		w.must(refused.Finish(w.t.Context(), nil))

		w.claim(save())
	})
}

// TestARefusalOfAPartIsNone holds that a key stays with what was done first, whatever came of the rest.
func TestARefusalOfAPartIsNone(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		claim := w.claim(save())
		w.must(w.keep(claim, 2))
		w.must(w.keep(claim, 5))
		claim.Refused(5)
		w.must(claim.Finish(w.t.Context(), nil))

		if act := w.act(save()); act.Intent != 2 {
			w.t.Errorf("got %+v, want intent 2", act)
		}
	})
}

func TestWhoDiesLeavesWhatWasDone(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		dead := w.claim(save())

		w.refused(save(), ops.CodeIdempotencyInFlight)
		w.pass(time.Minute + time.Microsecond)

		// Nothing was done: another one may. The first is not dead after all, and stops there.
		claim := w.claim(save())
		if err := w.keep(dead, 1); err == nil || ops.AsError(err).Code != ops.CodeIdempotencyInFlight {
			w.t.Errorf("got %v, want %s: another one has the key", err, ops.CodeIdempotencyInFlight)
		}

		w.must(dead.Finish(w.t.Context(), nil))

		// Each step says that it is still at work; the first is what is told.
		w.must(w.keep(claim, 2))
		w.pass(time.Minute)
		w.must(w.keep(claim, 5))
		w.pass(time.Minute - w.margin())
		w.refused(save(), ops.CodeIdempotencyInFlight)
		w.pass(time.Minute)

		if act := w.act(save()); act.Intent != 2 || act.Answer != nil {
			w.t.Errorf("got %+v, want intent 2 and no answer", act)
		}
	})
}

// TestReplicasWhoseClocksDifferHaveOneRequest is of two of which one is an hour behind, or a day ahead.
func TestReplicasWhoseClocksDifferHaveOneRequest(t *testing.T) {
	t.Parallel()

	for name, off := range map[string]time.Duration{"behind": -time.Hour, "ahead": time.Hour, "a day ahead": idempotency.Retention + time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			db, clock := migrated.Postgres(t), worldtest.NewClock(time.Now())
			w := &world{t: t, db: db, clock: clock, keys: [2]*idempotency.Keys{
				idempotency.New(db, clock.Now), idempotency.New(db, func() time.Time { return clock.Now().Add(off) }),
			}}

			// Nothing was done yet, and something was: the other one waits, and does not take the key.
			claim := w.claim(save())
			w.refused(save(), ops.CodeIdempotencyInFlight)
			w.must(w.keep(claim, 3))
			w.must(w.keys[1].Purge(t.Context()))
			w.refused(save(), ops.CodeIdempotencyInFlight)
			w.must(claim.Finish(t.Context(), nil))

			if act := w.act(save()); act.Intent != 3 {
				t.Errorf("got %+v, want intent 3", act)
			}
		})
	}
}

func TestAKeyIsKeptForADay(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		claim := w.claim(save())
		w.must(w.keep(claim, 1))
		w.must(claim.Finish(w.t.Context(), nil))
		w.pass(idempotency.Retention - w.margin())
		w.must(w.keys[1].Purge(w.t.Context()))
		w.act(save())
		w.pass(w.margin() + time.Second)
		w.claim(save())

		w.pass(idempotency.Retention + time.Second)
		w.must(w.keys[0].Purge(w.t.Context()))

		var rows int
		w.must(w.db.Read().QueryRowContext(w.t.Context(), `SELECT count(*) FROM opsconsole_idempotency`).Scan(&rows))

		if rows != 0 {
			w.t.Errorf("%d keys are left, want none", rows)
		}
	})
}

func TestASingleProcessKnowsThatItWasStopped(t *testing.T) {
	t.Parallel()

	db := migrated.SQLite(t)
	clock := worldtest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	w := &world{t: t, db: db, clock: clock, keys: [2]*idempotency.Keys{idempotency.New(db, clock.Now), idempotency.New(db, clock.Now)}}

	begun := save()
	begun.Key = "two"

	w.must(w.keep(w.claim(save()), 3))
	w.claim(begun)
	w.must(w.keys[1].Recover(t.Context()))

	if act := w.act(save()); act.Intent != 3 {
		t.Errorf("got %+v, want intent 3", act)
	}

	w.claim(begun)
}
