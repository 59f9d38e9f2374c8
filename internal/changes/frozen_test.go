package changes_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestDurabilityOfAReplicaThatStandsStill has one replica stand still after a message of a save to
// the database, whatever lock it holds then, and the other one save and read meanwhile.
func TestDurabilityOfAReplicaThatStandsStill(t *testing.T) {
	t.Parallel()
	worldtest.Seeds(t, "postgres", standStillAtEach)
}

func standStillAtEach(t *testing.T, seed uint64) {
	t.Helper()

	address := worldtest.Prepared.PostgresURL(t)
	line, way := storetest.NewLine(t, address)

	replica := func(databaseURL string, idle time.Duration) *world {
		limits := store.Limits{IdleInTransaction: idle, Lock: 250 * time.Millisecond, Statement: 5 * time.Second}

		db, err := store.OpenWithin(t.Context(), databaseURL, limits)
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { db.Close() })

		return newWorld(t, db)
	}

	frozen, healthy := replica(way, 200*time.Millisecond), replica(address, 5*time.Second)
	frozen.apply(t, request(frozen.current(t).Revision, 41)) // its connections are made, its statements prepared

	// Each takes its while: half of all with one seed, and the other half with the next.
	const every, least = 2, 16

	n := 1 + int(seed%every)
	for standStill(t, line, frozen, healthy, n) {
		n += every
	}

	if n < least {
		t.Errorf("a save is done after %d messages, want at least %d", n, least)
	}

	if state, err := healthy.log.Verify(t.Context()); err != nil || state.Broken != "" {
		t.Errorf("the audit is %+v, %v, want it intact", state, err)
	}
}

// standStill has the replica save, and stand still after its nth message; false says that it was
// done before.
func standStill(t *testing.T, line *storetest.Line, frozen, healthy *world, n int) bool {
	t.Helper()

	// What was left behind is settled by then, or given up.
	frozen.clock.Advance(time.Minute)
	healthy.clock.Set(frozen.clock.Now())

	wanted := int64(42 + n%40)
	before := healthy.current(t)

	line.FreezeAfter(n)

	type outcome struct {
		result changes.Result
		err    error
	}

	saved := make(chan outcome, 1)

	go func() {
		result, err := frozen.Apply(context.WithoutCancel(t.Context()), frozen.service, dave, request(before.Revision, wanted))
		saved <- outcome{result, err}
	}()

	stood := false

	select {
	case <-line.Frozen:
		stood = true
	case o := <-saved:
		line.Thaw()

		saved <- o
	}

	if stood {
		othersGoOn(t, healthy, n)
		line.Thaw()
	}

	o := <-saved

	healthy.clock.Advance(time.Minute)

	// What was said to be saved is, and whatever was done is told.
	after := healthy.current(t)
	if o.err == nil && o.result.Change.Outcome == changes.Applied && after.Values["per_analyst"] != wanted {
		t.Errorf("after message %d: %v is set, want %d, which was said to be saved", n, after.Values["per_analyst"], wanted)
	}

	if set := healthy.perAnalyst(t); int64(set) != after.Values["per_analyst"] {
		t.Errorf("after message %d: %d is set, and the record says %v", n, set, after.Values["per_analyst"])
	}

	return stood
}

// othersGoOn saves another section, and reads.
func othersGoOn(t *testing.T, healthy *world, n int) {
	t.Helper()

	begun := time.Now()

	export, err := healthy.Current(t.Context(), healthy.service, ops.SectionExport)
	if err != nil {
		t.Fatalf("message %d: nothing can be read: %v", n, err)
	}

	result, err := healthy.Apply(t.Context(), healthy.service, dave, changes.Request{
		Section: ops.SectionExport, Revision: export.Revision, Values: ops.Values{"max_duration_seconds": int64(3600 + n)},
		Reason: fmt.Sprintf("goes on beside message %d", n), Source: changes.SourceConsole,
	})
	if err != nil || result.Change.Outcome != changes.Applied {
		t.Errorf("message %d: another save ends with %v, %+v, want it applied", n, err, result.Change.Error)
	}

	const patience = 5 * time.Second
	if took := time.Since(begun); took > patience {
		t.Errorf("message %d: others wait for %s", n, took)
	}
}

// TestASaveWaitsForPostgreSQLAFewTimes counts how often a replica sends it something: over a network, each is a way there and back.
func TestASaveWaitsForPostgreSQLAFewTimes(t *testing.T) {
	t.Parallel()

	line, databaseURL := storetest.NewLine(t, worldtest.Prepared.PostgresURL(t))
	w := newWorld(t, storetest.Open(t, databaseURL))

	const most = 20

	for n := range int64(4) {
		revision, before := w.current(t).Revision, line.Sent()

		w.apply(t, request(revision, 40+n%2))

		sent := line.Sent() - before
		t.Logf("sent something %d times", sent)

		if n > 1 && sent > most { // until then, what it says is prepared
			t.Errorf("a save sent something %d times, want %d at most", sent, most)
		}
	}
}
