package runs_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestTheRunOfATriggerByTheVersionBefore is known, though that does not write down for which trigger it is: neither what ran
// by schedule nor what somebody asked for earlier is taken for it, nor it for that of a later trigger which says so.
func TestTheRunOfATriggerByTheVersionBefore(t *testing.T) {
	t.Parallel()
	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		clock, queued := worldtest.NewClock(start), &queue{}
		db.AgreeOn(clock.Now)

		runner, err := jobs.New(t.Context(), jobs.Config{
			DB: db, Now: clock.Now, Logger: slog.New(slog.DiscardHandler), Enqueuer: queued, Registry: prometheus.NewRegistry(),
		})
		if err != nil {
			t.Fatal(err)
		}

		recorded := runs.NewRecorded(db, clock.Now)
		trigger := func(reason string) runs.Trigger {
			clock.Advance(2 * time.Minute)

			trigger := runs.Trigger{Job: ops.JobLifecycle, From: clock.Now(), Until: clock.Now().Add(time.Second)}
			if _, err := runner.Trigger(t.Context(), "dave", ops.JobTrigger{JobName: ops.JobLifecycle, Reason: reason}); err != nil {
				t.Fatal(err)
			}

			return trigger
		}
		run := func(args jobs.JobArgs) {
			clock.Advance(time.Second)

			if err := runner.Run(t.Context(), args); err != nil {
				t.Fatal(err)
			}
		}
		before := func() jobs.JobArgs { // as the version before reads what is queued
			args := queued.last
			args.TriggeredAt = time.Time{}

			return args
		}
		its := func(of runs.Trigger, want string) {
			t.Helper()

			got, ok, err := recorded.Of(t.Context(), of)
			if err != nil || ok != (want != "") || got.Reason != want {
				t.Errorf("got %+v, %t, %v, want that of %q", got, ok, err, want)
			}
		}

		first := trigger("first")

		run(before())

		second := trigger("second")
		its(second, "") // the one of the first began before it

		run(jobs.JobArgs{JobName: ops.JobLifecycle})
		its(second, "")

		run(before())
		its(second, "second")

		third := trigger("third")

		run(queued.last)
		run(before())

		its(first, "first")
		its(second, "second")
		its(third, "third")

		clock.Advance(24 * time.Hour)
		its(third, "third")
	})
}
