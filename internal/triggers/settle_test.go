package triggers_test

import (
	"context"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
)

// crashing is a control plane at which the process ends.
type crashing struct{ ops.Service }

func (crashing) TriggerJob(context.Context, ops.JobTrigger) (ops.JobTriggered, error) {
	panic("the process ends")
}

// TestATriggerOfACrashedProcessGetsAnEnding has two replicas look, again and again: it gets one.
func TestATriggerOfACrashedProcessGetsAnEnding(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log, begun := audit.New(db, time.Now), time.Now()
		asked := ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "after the outage"}
		dead, one, other := triggers.New(log), triggers.New(log), triggers.New(log)

		if _, err := dead.Trigger(t.Context(), leaving{leave: func() {}}, dave, asked, nil); err != nil {
			t.Fatal(err)
		}

		func() {
			defer func() { _ = recover() }()

			dead.Trigger(t.Context(), crashing{}, dave, asked, nil) //nolint:errcheck // it does not return
		}()

		told := 0
		one.OnChange = func() { told++ }

		const intent = 3

		for _, look := range []struct {
			after time.Duration
			want  bool
		}{{50 * time.Second, false}, {2 * time.Minute, true}, {time.Hour, true}} {
			for _, replica := range []*triggers.Triggers{one, other} {
				if err := replica.Settle(t.Context(), begun.Add(look.after)); err != nil {
					t.Fatal(err)
				}
			}

			end, ok, err := log.Ending(t.Context(), intent)
			if err != nil || ok != look.want || ok && (end.Outcome != audit.Unknown || end.Actor != "dave" || end.Message == "") {
				t.Errorf("after %s: got %+v, %v, %v, want an ending: %v", look.after, end, ok, err, look.want)
			}
		}

		if head, err := log.Head(t.Context()); err != nil || head != intent+1 || told != 1 {
			t.Errorf("the log has %d entries, %v, and pages were told %d times, want %d and one", head, err, told, intent+1)
		}
	})
}

// TestEndIsWrittenOnce is of two replicas that find the same intent.
func TestEndIsWrittenOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log := audit.New(db, time.Now)

		intent, err := log.Record(t.Context(), dave, audit.Entry{Action: audit.JobTrigger, Outcome: audit.Intent})
		if err != nil {
			t.Fatal(err)
		}

		for range 2 {
			err := log.End(t.Context(), dave, audit.Entry{Action: audit.JobTrigger, Outcome: audit.Unknown, Intent: intent.Seq})
			if err != nil {
				t.Fatal(err)
			}
		}

		if head, err := log.Head(t.Context()); err != nil || head != intent.Seq+1 {
			t.Errorf("the log has %d entries, %v, want an intent and one ending", head, err)
		}
	})
}

// TestATriggerIsNotTakenForGoneByAClock is of a replica whose clock is an hour ahead of that which asks.
func TestATriggerIsNotTakenForGoneByAClock(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		log, ahead := audit.New(db, time.Now), time.Now().Add(time.Hour)
		other := triggers.New(log)

		intent, err := log.Record(t.Context(), dave, audit.Entry{Action: audit.JobTrigger, Outcome: audit.Intent})
		if err != nil {
			t.Fatal(err)
		}

		for after, want := range []bool{false, true} {
			if err := other.Settle(t.Context(), ahead.Add(time.Duration(after)*time.Minute)); err != nil {
				t.Fatal(err)
			}

			if _, ok, err := log.Ending(t.Context(), intent.Seq); err != nil || ok != want {
				t.Errorf("after %d minutes: it has an ending: %v, %v, want %v", after, ok, err, want)
			}
		}
	})
}
