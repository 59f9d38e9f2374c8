package opstest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

func testJobStatus(t *testing.T, s Subject) {
	status := must[ops.JobStatus](t)(s.ops().GetJobStatus(t.Context()))

	names := make([]ops.JobName, len(status.Jobs))
	for i, job := range status.Jobs {
		names[i] = job.Name
	}

	slices.Sort(names)
	same(t, "jobs", names, []ops.JobName{
		ops.JobExportReconciliation, ops.JobInstanceOrchestration, ops.JobLifecycle,
		ops.JobReconciliation, ops.JobResourceMonitor, ops.JobSchemaCache,
	})
}

// testTriggers checks that a job is taken once a minute, each job for itself.
func testTriggers(t *testing.T, s Subject) {
	ctx, service := t.Context(), s.ops()

	for _, name := range []ops.JobName{ops.JobReconciliation, ops.JobLifecycle, ops.JobExportReconciliation, ops.JobSchemaCache} {
		trigger := ops.JobTrigger{JobName: name, Reason: strings.Repeat("ü", ops.ReasonMax)}
		answer := must[ops.JobTriggered](t)(service.TriggerJob(ctx, trigger))

		if answer.TriggeredAt.IsZero() {
			t.Error("the answer does not say when")
		}

		same(t, "answer", answer, ops.JobTriggered{
			JobName: name, TriggeredAt: answer.TriggeredAt, TriggeredBy: "dave", Reason: trigger.Reason, Status: "queued",
		})
	}

	again := ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "once more"}

	for _, wait := range []int{60, 15} {
		s.Advance(time.Duration(60-wait) * time.Second)

		_, err := service.TriggerJob(ctx, again)
		e := refusal(t, err, ops.CodeRateLimitExceeded)
		detail(t, e, map[string]any{"resource": "job_trigger:lifecycle", "retry_after_seconds": wait})

		if got, ok := ops.RetryAfter(err); !ok || got != time.Duration(wait)*time.Second {
			t.Errorf("asks to wait %s, %t", got, ok)
		}
	}

	// Being refused has not made the minute longer.
	s.Advance(15 * time.Second)
	same(t, "reason", must[ops.JobTriggered](t)(service.TriggerJob(ctx, again)).Reason, "once more")
}

func testTriggersRefused(t *testing.T, s Subject) {
	for _, test := range []struct {
		trigger ops.JobTrigger
		fields  []string
	}{
		{ops.JobTrigger{JobName: ops.JobLifecycle}, []string{"body.reason"}},
		{ops.JobTrigger{JobName: ops.JobLifecycle, Reason: " \t\n"}, []string{"body.reason"}},
		{ops.JobTrigger{JobName: ops.JobLifecycle, Reason: strings.Repeat("x", ops.ReasonMax+1)}, []string{"body.reason"}},
		{ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "a\x00b"}, []string{"body.reason"}},
		{ops.JobTrigger{JobName: ops.JobInstanceOrchestration, Reason: "x"}, []string{"body.job_name"}},
		{ops.JobTrigger{JobName: ops.JobResourceMonitor, Reason: "x"}, []string{"body.job_name"}},
		{ops.JobTrigger{JobName: "LIFECYCLE", Reason: "x"}, []string{"body.job_name"}},
		{ops.JobTrigger{}, []string{"body.job_name", "body.reason"}},
	} {
		_, err := s.ops().TriggerJob(t.Context(), test.trigger)
		invalid(t, err, test.fields...)
	}

	// None of them has started the minute.
	must[ops.JobTriggered](t)(s.ops().TriggerJob(t.Context(), ops.JobTrigger{JobName: ops.JobLifecycle, Reason: "x"}))
}

// testTriggerRace checks that one of many simultaneous triggers wins.
func testTriggerRace(t *testing.T, s Subject) {
	const callers = 8

	won := make(chan bool, callers)

	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			_, err := s.ops().TriggerJob(t.Context(), ops.JobTrigger{JobName: ops.JobSchemaCache, Reason: "a race"})
			if e := ops.AsError(err); e != nil && e.Code != ops.CodeRateLimitExceeded {
				t.Errorf("a loser is told %v", err)
			}

			won <- err == nil
		})
	}

	all.Wait()
	close(won)

	winners := 0

	for w := range won {
		if w {
			winners++
		}
	}

	same(t, "winners", winners, 1)
}
