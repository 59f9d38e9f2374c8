package platform

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/ops"
)

// accepts is a control plane that takes each trigger.
type accepts struct{ ops.Service }

func (accepts) TriggerJob(_ context.Context, trigger ops.JobTrigger) (ops.JobTriggered, error) {
	return ops.JobTriggered{JobName: trigger.JobName, Reason: trigger.Reason, Status: "queued"}, nil
}

// TestAFailureIsNotAskedForByWhoseRunSucceeded, also where only failures are listed.
func TestAFailureIsNotAskedForByWhoseRunSucceeded(t *testing.T) {
	t.Parallel()

	var (
		start   = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		now     = start
		clock   = func() time.Time { return now }
		db      = storetest.Open(t, storetest.SQLiteURL(t))
		log     = audit.New(db, clock)
		byHand  = triggers.New(log)
		counted = runs.NewCounted(db, clock)
		h       = &Handlers{Audit: log, Triggers: byHand, Runs: counted}
	)

	look := func(succeeded, failed int) {
		metrics, err := monitor.ParseMetrics(fmt.Appendf(nil, `# TYPE background_job_execution_total counter
background_job_execution_total{job_name="lifecycle",status="success"} %d
background_job_execution_total{job_name="lifecycle",status="failed"} %d
`, succeeded, failed))
		if err != nil {
			t.Fatal(err)
		}

		if err := counted.Look(t.Context(), &monitor.Snapshot{Metrics: monitor.Part[monitor.Metrics]{Value: metrics, AsOf: now}}); err != nil {
			t.Fatal(err)
		}

		now = now.Add(time.Minute)
	}

	look(0, 0)
	look(0, 1)

	now = now.Add(-30 * time.Second)

	if _, err := byHand.Trigger(t.Context(), accepts{}, audit.Actor{Username: "dave", Role: "ops"},
		ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "after the outage"}, nil); err != nil {
		t.Fatal(err)
	}

	now = now.Add(30 * time.Second)

	look(1, 1)
	look(1, 2)

	for failed, want := range map[bool]string{false: "[ dave ]", true: "[ ]"} {
		found, err := counted.List(t.Context(), runs.Filter{Job: ops.JobLifecycle, Failed: failed})
		if err != nil {
			t.Fatal(err)
		}

		if err := h.addTriggers(t.Context(), ops.JobLifecycle, found.Items); err != nil {
			t.Fatal(err)
		}

		var by []string
		for _, run := range found.Items {
			by = append(by, run.TriggeredBy)
		}

		if got := fmt.Sprint(by); got != want {
			t.Errorf("only failures %t: asked for by %s, want %s", failed, got, want)
		}
	}
}
