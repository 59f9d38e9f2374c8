package jobqueue_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
	"github.com/graph-olap/opsconsole/internal/jobqueue"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// watched is a [jobs.Catalog] that sees how many runs read it at once. It makes no
// haste, so that runs would meet if they could.
type watched struct {
	now, most, runs atomic.Int32
}

func (w *watched) Catalogs(ctx context.Context) ([]string, error) {
	if now := w.now.Add(1); now > w.most.Load() {
		w.most.Store(now)
	}
	defer w.now.Add(-1)

	ctx, cancel := context.WithTimeout(ctx, 1500*time.Millisecond)
	defer cancel()

	<-ctx.Done()
	w.runs.Add(1)

	return nil, nil
}

func (w *watched) Entries(context.Context, string) ([]trino.Entry, []trino.Unread, error) {
	return nil, nil, nil
}

// replica is a process that runs the control plane's jobs, the schema cache every second.
func replica(t *testing.T, db *store.DB, catalog jobs.Catalog) *jobs.Runner {
	t.Helper()

	schedule := jobs.DefaultSchedule()
	schedule[ops.JobSchemaCache] = time.Second

	runner, err := jobs.New(t.Context(), jobs.Config{
		DB: db, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Enqueuer: newEnqueuer(t, db),
		Registry: prometheus.NewRegistry(), Catalog: catalog, Schedule: schedule,
	})
	if err != nil {
		t.Fatal(err)
	}

	start(t, db, jobqueue.ControlPlaneJobs(runner, time.Now, slog.New(slog.DiscardHandler)))

	return runner
}

func TestReplicasNeverOverlap(t *testing.T) {
	t.Parallel()

	for name, newURL := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			databaseURL := newURL(t)
			catalog := &watched{}

			var runners []*jobs.Runner

			for range 2 {
				db := storetest.Open(t, databaseURL)
				runners = append(runners, replica(t, db, catalog))
			}

			// The trigger comes while a run goes on, and waits for its end.
			worldtest.Eventually(t, "a run", func() bool { return catalog.now.Load() == 1 })

			if _, err := runners[1].Trigger(t.Context(), "dave", ops.JobTrigger{JobName: ops.JobSchemaCache, Reason: "now"}); err != nil {
				t.Fatal(err)
			}

			worldtest.Eventually(t, "the triggered run", func() bool {
				records, err := runners[0].Records(t.Context(), ops.JobSchemaCache, 100)
				if err != nil {
					t.Fatal(err)
				}

				for _, record := range records {
					if record.TriggeredBy == "dave" && record.Result == jobs.Success {
						return true
					}
				}

				return false
			})
			worldtest.Eventually(t, "more runs", func() bool { return catalog.runs.Load() >= 4 })

			if most := catalog.most.Load(); most != 1 {
				t.Errorf("%d runs at once", most)
			}
		})
	}
}

// TestFirstRuns sees all six jobs run soon after the start, on their own.
func TestFirstRuns(t *testing.T) {
	t.Parallel()

	prepared.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		runner := replica(t, db, &watched{})

		for _, name := range jobs.Names() {
			worldtest.Eventually(t, "a run of "+string(name), func() bool {
				records, err := runner.Records(t.Context(), name, 1)
				if err != nil {
					t.Fatal(err)
				}

				return len(records) == 1 && !records[0].EndedAt.IsZero()
			})
		}
	})
}
