package changes_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// crashing is a control plane at which the process ends that sends it a change, before it was carried out or after.
type crashing struct {
	ops.Service

	carriesOut bool
}

func (c crashing) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	if c.carriesOut {
		if _, err := c.Service.UpdateConcurrencyConfig(ctx, u); err != nil {
			return ops.ConcurrencyConfig{}, err
		}
	}

	panic("the process ends")
}

// crash begins a change, and leaves it as a process does that is killed.
func (w *world) crash(t *testing.T, carriesOut bool, limit int64) {
	t.Helper()

	seen := w.current(t)

	defer func() {
		if recover() == nil {
			t.Error("it did not come to the control plane")
		}
	}()

	w.Apply(t.Context(), crashing{w.plain, carriesOut}, dave, request(seen.Revision, limit)) //nolint:errcheck // it does not return
}

// silent has the last sign of life of all be that old; on SQLite there is none.
func (w *world) silent(t *testing.T, d time.Duration) {
	t.Helper()

	if w.db.Dialect() == store.SQLite {
		return
	}

	if _, err := w.db.Write().ExecContext(t.Context(),
		`UPDATE opsconsole_changes SET alive_at = clock_timestamp() - $1 * interval '1 millisecond'`, d.Milliseconds()); err != nil {
		t.Fatal(err)
	}
}

// TestWhatACrashedReplicaLeavesIsSettledByItsSilence has no clock but the database's tell it.
func TestWhatACrashedReplicaLeavesIsSettledByItsSilence(t *testing.T) {
	t.Parallel()

	for name, carriesOut := range map[string]bool{"carried out": true, "not carried out": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			db := worldtest.Prepared.Postgres(t)
			one, other := newWorld(t, db), newWorld(t, db)
			one.crash(t, carriesOut, 8)

			// The clocks of replicas need not agree.
			other.clock.Advance(30 * time.Second)

			one.silent(t, 5*time.Second)

			if seen := other.current(t); seen.Open == nil {
				t.Errorf("got %+v, want it open: whoever sends it may only be slow", seen.Last)
			}

			one.silent(t, 10*time.Second)

			want := changes.Failed
			if carriesOut {
				want = changes.Applied
			}

			seen := other.current(t)
			if seen.Open != nil {
				t.Fatalf("got %+v, want it settled", seen.Open)
			}

			page, err := other.History(t.Context(), changes.Filter{})
			if err != nil || len(page.Items) != 1 || page.Items[0].Outcome != want {
				t.Errorf("got %+v, %v, want it %s", page.Items, err, want)
			}

			// The section takes another one.
			other.apply(t, request(seen.Revision, 9))
		})
	}
}

// TestAChangeOfAVersionBeforeIsSettledByItsAge is of one that gives no signs of life.
func TestAChangeOfAVersionBeforeIsSettledByItsAge(t *testing.T) {
	t.Parallel()

	db := worldtest.Prepared.Postgres(t)
	one, other := newWorld(t, db), newWorld(t, db)
	one.crash(t, false, 8)

	if _, err := db.Write().ExecContext(t.Context(), `UPDATE opsconsole_changes SET alive_at = NULL`); err != nil {
		t.Fatal(err)
	}

	other.clock.Advance(39 * time.Second)

	if seen := other.current(t); seen.Open == nil {
		t.Errorf("got %+v, want it open", seen.Last)
	}

	other.clock.Advance(time.Second)

	if seen := other.current(t); seen.Open != nil {
		t.Errorf("got %+v, want it settled", seen.Open)
	}
}

// slow is a control plane that answers when it is let.
type slow struct {
	ops.Service

	asked, answer chan struct{}
}

func (s slow) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	close(s.asked)

	select {
	case <-s.answer:
		return s.Service.UpdateConcurrencyConfig(ctx, u)
	case <-ctx.Done():
		return ops.ConcurrencyConfig{}, ctx.Err()
	}
}

// TestWhoeverIsTakenForGoneSendsNothingMore settles a change under a replica that sends it.
func TestWhoeverIsTakenForGoneSendsNothingMore(t *testing.T) {
	t.Parallel()

	db := worldtest.Prepared.Postgres(t)
	one, other := newWorld(t, db), newWorld(t, db)
	seen, service := one.current(t), slow{one.plain, make(chan struct{}), make(chan struct{})}
	applied := make(chan changes.Change, 1)

	go func() {
		result, err := one.Apply(t.Context(), service, dave, request(seen.Revision, 8))
		if err != nil {
			t.Error(err)
		}

		applied <- result.Change
	}()

	<-service.asked

	// Its signs of life go on meanwhile, so that it may take several tries.
	worldtest.Eventually(t, "it is taken for gone", func() bool {
		_, err := db.Write().ExecContext(t.Context(), `UPDATE opsconsole_changes SET alive_at = clock_timestamp() - interval '1 hour'`)

		return err == nil && other.current(t).Open == nil
	})

	// The call ends by itself: it is not let.
	if got := <-applied; got.Outcome != changes.Failed || one.perAnalyst(t) == 8 {
		t.Errorf("got %+v, and %d is set, want it failed and nothing set", got, one.perAnalyst(t))
	}
}

// looking is a control plane that has somebody else look at the section before it does as it is told.
type looking struct {
	ops.Service

	look func()
}

func (l looking) UpdateConcurrencyConfig(ctx context.Context, u ops.ConcurrencyUpdate) (ops.ConcurrencyConfig, error) {
	l.look()

	return l.Service.UpdateConcurrencyConfig(ctx, u)
}

// TestASlowCommitDoesNotLookLikeACrash has the intent be committed long after its sign of life was given.
func TestASlowCommitDoesNotLookLikeACrash(t *testing.T) {
	t.Parallel()

	db := worldtest.Prepared.Postgres(t)
	one, other := newWorld(t, db), newWorld(t, db)

	if _, err := db.Write().ExecContext(t.Context(), `
		CREATE FUNCTION commit_slowly() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			UPDATE opsconsole_changes SET alive_at = clock_timestamp() - interval '20 seconds' WHERE id = NEW.id;
			RETURN NULL;
		END $$;
		CREATE CONSTRAINT TRIGGER commit_slowly AFTER INSERT ON opsconsole_changes
			DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commit_slowly()`); err != nil {
		t.Fatal(err)
	}

	asked := request(one.current(t).Revision, 8)
	asked.Guard = func(context.Context, *sql.Tx, []string) error {
		one.clock.Advance(20 * time.Second)

		return nil
	}

	service := looking{one.plain, func() {
		if seen := other.current(t); seen.Open == nil {
			t.Errorf("another replica settled it while it was being sent: %+v", seen.Last)
		}
	}}

	if result, err := one.Apply(t.Context(), service, dave, asked); err != nil || result.Change.Outcome != changes.Applied {
		t.Errorf("got %+v, %v, want it applied", result.Change, err)
	}
}
