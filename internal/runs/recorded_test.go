package runs_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// queue has the last run that was enqueued.
type queue struct{ last jobs.JobArgs }

func (q *queue) Enqueue(_ context.Context, _ *sql.Tx, args jobs.JobArgs) error {
	q.last = args

	return nil
}

// broken is a catalog that fails.
type broken struct{ clock *worldtest.Clock }

func (b broken) Catalogs(context.Context) ([]string, error) {
	b.clock.Advance(3 * time.Second)

	return nil, errors.New("no route to host")
}

func (broken) Entries(context.Context, string) ([]trino.Entry, []trino.Unread, error) {
	return nil, nil, nil
}

// TestTheRunOfATriggerIsItsOwn: what ran before and after it is told apart.
func TestTheRunOfATriggerIsItsOwn(t *testing.T) {
	t.Parallel()
	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		clock, queued := worldtest.NewClock(start), &queue{}
		db.AgreeOn(clock.Now)

		runner, err := jobs.New(t.Context(), jobs.Config{
			DB: db, Now: clock.Now, Logger: slog.New(slog.DiscardHandler), Enqueuer: queued, Registry: prometheus.NewRegistry(),
			Catalog: broken{clock},
		})
		if err != nil {
			t.Fatal(err)
		}

		recorded := runs.NewRecorded(db, clock.Now)
		run := func(args jobs.JobArgs) {
			clock.Advance(time.Second)

			_ = runner.Run(t.Context(), args) // it fails
		}

		run(jobs.JobArgs{JobName: ops.JobSchemaCache})
		clock.Advance(time.Second)

		trigger := runs.Trigger{Job: ops.JobSchemaCache, From: clock.Now()}
		if _, err := runner.Trigger(t.Context(), "dave", ops.JobTrigger{JobName: ops.JobSchemaCache, Reason: "OPS-7"}); err != nil {
			t.Fatal(err)
		}

		trigger.Until = clock.Now()

		if _, ok, err := recorded.Of(t.Context(), trigger); ok || err != nil {
			t.Errorf("before it ran: %t, %v, want none", ok, err)
		}

		run(queued.last)
		run(jobs.JobArgs{JobName: ops.JobSchemaCache})

		got, ok, err := recorded.Of(t.Context(), trigger)
		if err != nil || !ok || got.Result != runs.Failed || got.TriggeredBy != "dave" || got.Reason != "OPS-7" ||
			got.Seconds == nil || *got.Seconds != 3 || got.Error != "list the catalogs: no route to host" {
			t.Errorf("got %+v, %t, %v, want that of dave, which failed after 3 s", got, ok, err)
		}

		if since, err := recorded.Since(t.Context(), ops.JobSchemaCache, runs.Failed, time.Time{}); err != nil || !since.Equal(start.Add(4*time.Second)) {
			t.Errorf("failed first at %v, %v, want at the end of the first run", since, err)
		}
	})
}

// TestARunThatWasCutOffDoesNotGoOn: it is told from one that runs by its lock, also before the next run finds it.
func TestARunThatWasCutOffDoesNotGoOn(t *testing.T) {
	t.Parallel()
	worldtest.Prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		clock := worldtest.NewClock(start)
		db.AgreeOn(clock.Now)

		recorded := runs.NewRecorded(db, clock.Now)
		newest := func() runs.Result {
			found, err := recorded.List(t.Context(), runs.Filter{Job: ops.JobLifecycle, Limit: 1})
			if err != nil || len(found.Items) != 1 {
				t.Fatalf("%+v, %v", found, err)
			}

			return found.Items[0].Result
		}

		for _, statement := range []string{
			`INSERT INTO opsconsole_job_runs (job_name, started_at) VALUES ('lifecycle', '2026-03-02T10:00:00.000000Z')`,
			`INSERT INTO opsconsole_job_locks (job_name, holder, expires_at) VALUES ('lifecycle', 'x', '2026-03-02T10:00:15.000000Z')`,
		} {
			if _, err := db.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}

		if got := newest(); got != runs.Running {
			t.Errorf("while its lock holds: %s, want it running", got)
		}

		failed := func(want int64) {
			t.Helper()

			found, err := recorded.List(t.Context(), runs.Filter{Job: ops.JobLifecycle, Failed: true, Limit: 1})

			ids := []int64{}
			for _, run := range found.Items {
				ids = append(ids, run.ID)
			}

			if err != nil || !slices.Equal(ids, slices.Repeat([]int64{1}, int(want))) || found.Failed != int(want) || found.Total != int(want) {
				t.Errorf("of those that failed: %v, %d of %d, %v, want %d", ids, found.Failed, found.Total, err, want)
			}
		}

		failed(0)

		if clock.Advance(16 * time.Second); newest() != runs.CutOff {
			t.Errorf("after its lock: %s, want it cut off", newest())
		}

		failed(1)

		runner, err := jobs.New(t.Context(), jobs.Config{
			DB: db, Now: clock.Now, Logger: slog.New(slog.DiscardHandler), Enqueuer: &queue{}, Registry: prometheus.NewRegistry(),
		})
		if err != nil {
			t.Fatal(err)
		}

		if err := runner.Run(t.Context(), jobs.JobArgs{JobName: ops.JobLifecycle}); err != nil {
			t.Fatal(err)
		}

		found, err := recorded.List(t.Context(), runs.Filter{Job: ops.JobLifecycle})
		if err != nil || len(found.Items) != 2 || found.Items[0].Result != runs.Succeeded || found.Items[1].Result != runs.CutOff || found.Failed != 1 {
			t.Errorf("got %+v, %v, want a success after one that was cut off", found, err)
		}

		failed(1)
	})
}
