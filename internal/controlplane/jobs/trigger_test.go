package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
	"github.com/graph-olap/opsconsole/ops"
)

func trigger(name ops.JobName) ops.JobTrigger {
	return ops.JobTrigger{JobName: name, Reason: "looking into it"}
}

// code is the code of an *ops.Error, "" of nil.
func code(err error) ops.Code {
	if err == nil {
		return ""
	}

	return ops.AsError(err).Code
}

func TestTrigger(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		triggered, err := w.runner.Trigger(t.Context(), "dave", trigger(ops.JobLifecycle))
		if err != nil {
			t.Fatal(err)
		}

		want := ops.JobTriggered{
			JobName: ops.JobLifecycle, TriggeredAt: ops.At(w.clock.Now()), TriggeredBy: "dave", Reason: "looking into it", Status: "queued",
		}
		if triggered != want {
			t.Errorf("got %+v, want %+v", triggered, want)
		}

		w.want("lifecycle dave looking into it 3",
			`SELECT job_name || ' ' || triggered_by || ' ' || reason || ' ' || attempts FROM test_enqueued`)

		// Another job has a minute of its own.
		if _, err := w.runner.Trigger(t.Context(), "dave", trigger(ops.JobSchemaCache)); err != nil {
			t.Error(err)
		}

		w.clock.Advance(12*time.Second + 300*time.Millisecond)
		w.start(nil) // a restart does not forget

		_, err = w.runner.Trigger(t.Context(), "erin", trigger(ops.JobLifecycle))
		if code(err) != ops.CodeRateLimitExceeded {
			t.Fatalf("the second trigger within a minute: %v, want %s", err, ops.CodeRateLimitExceeded)
		}

		details := ops.AsError(err).Details
		if details["resource"] != "job_trigger:lifecycle" || details["retry_after_seconds"] != 48 {
			t.Errorf("details: %v, want job_trigger:lifecycle, and 48 seconds", details)
		}

		w.clock.Advance(48 * time.Second)

		if _, err := w.runner.Trigger(t.Context(), "erin", trigger(ops.JobLifecycle)); err != nil {
			t.Errorf("after the minute: %v", err)
		}

		w.want("3", `SELECT COUNT(*) FROM test_enqueued`)
	})
}

func TestTriggerRefusesBadInput(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		for name, bad := range map[string]ops.JobTrigger{
			"unknown job":         trigger("tea"),
			"no job":              trigger(""),
			"not triggerable":     trigger(ops.JobResourceMonitor),
			"not triggerable too": trigger(ops.JobInstanceOrchestration),
			"no reason":           {JobName: ops.JobLifecycle},
			"spaces":              {JobName: ops.JobLifecycle, Reason: "  \t"},
			"long reason":         {JobName: ops.JobLifecycle, Reason: strings.Repeat("é", 501)},
		} {
			if _, err := w.runner.Trigger(t.Context(), "dave", bad); code(err) != ops.CodeValidationFailed {
				t.Errorf("%s: %v, want %s", name, err, ops.CodeValidationFailed)
			}
		}

		w.want("0", `SELECT COUNT(*) FROM opsconsole_job_triggers`)
		w.want("0", `SELECT COUNT(*) FROM test_enqueued`)
	})
}

func TestSimultaneousTriggers(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		first := w.runner

		w.start(nil)

		replicas := []*jobs.Runner{first, w.runner}

		const triggers = 30

		var wg sync.WaitGroup

		errs := make([]error, triggers)

		for i := range errs {
			wg.Go(func() {
				_, errs[i] = replicas[i%len(replicas)].Trigger(t.Context(), "dave", trigger(ops.JobReconciliation))
			})
		}

		wg.Wait()

		accepted := 0

		for _, err := range errs {
			switch code(err) {
			case "":
				accepted++
			case ops.CodeRateLimitExceeded:
				if ops.AsError(err).Details["retry_after_seconds"] != 60 {
					t.Errorf("details: %v, want 60 seconds", ops.AsError(err).Details)
				}
			default:
				t.Error(err)
			}
		}

		if accepted != 1 {
			t.Errorf("%d of %d triggers were accepted, want one", accepted, triggers)
		}

		w.want("1", `SELECT COUNT(*) FROM test_enqueued`)
	})
}

// deafEnqueuer cannot enqueue.
type deafEnqueuer struct{}

var errDeaf = errors.New("deaf")

func (deafEnqueuer) Enqueue(context.Context, *sql.Tx, jobs.JobArgs) error { return errDeaf }

func TestTriggerThatCannotBeEnqueuedDoesNotCount(t *testing.T) {
	t.Parallel()

	each(t, func(c *jobs.Config) { c.Enqueuer = deafEnqueuer{} }, func(w *world) {
		if _, err := w.runner.Trigger(t.Context(), "dave", trigger(ops.JobLifecycle)); !errors.Is(err, errDeaf) {
			t.Fatal(err)
		}

		w.start(nil)

		if _, err := w.runner.Trigger(t.Context(), "dave", trigger(ops.JobLifecycle)); err != nil {
			t.Errorf("the trigger after the one that failed: %v", err)
		}
	})
}

func TestTriggerAfterTheClockWasSetBack(t *testing.T) {
	t.Parallel()

	each(t, nil, func(w *world) {
		if _, err := w.runner.Trigger(t.Context(), "dave", trigger(ops.JobLifecycle)); err != nil {
			t.Fatal(err)
		}

		w.clock.Advance(-5 * time.Second)

		_, err := w.runner.Trigger(t.Context(), "dave", trigger(ops.JobLifecycle))
		if code(err) != ops.CodeRateLimitExceeded || ops.AsError(err).Details["retry_after_seconds"] != 60 {
			t.Errorf("five seconds back: %v, want %s, and 60 seconds", err, ops.CodeRateLimitExceeded)
		}

		w.clock.Advance(-time.Hour)

		if _, err := w.runner.Trigger(t.Context(), "dave", trigger(ops.JobLifecycle)); err != nil {
			t.Errorf("an hour back: %v", err)
		}
	})
}
