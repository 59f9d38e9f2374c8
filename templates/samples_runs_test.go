package templates_test

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/platform"
)

// jobRuns is the page of a job with a run of every result.
func jobRuns(source runs.Source) platform.Runs {
	v := platform.Runs{
		Freshness: fresh(), Job: job(), Every: 300, Source: source, Total: 120, Failed: 3, Next: new(int64(7)),
		Query: platform.RunsQuery{Failed: true, Before: 99, Limit: 10},
	}
	v.Job.CooldownUntil, v.Job.Condition, v.Job.Since = nil, monitor.ConditionFailing, ago(time.Hour)

	for i, result := range []runs.Result{runs.Running, runs.Succeeded, runs.Failed, runs.Skipped, runs.CutOff} {
		run := runs.Run{
			ID: int64(20 - i), Job: ops.JobLifecycle, Result: result, Runs: 1, Error: evil, TriggeredBy: evil, Reason: evil,
			Done: map[string]int{"instances_terminated": 2, evil: 1}, Found: map[string]int{"schema_cache_table": 12},
		}

		if source == runs.FromMetrics {
			run.Span, run.Runs = &runs.Span{From: now.Add(-time.Hour), Until: now.Add(-time.Minute)}, 4
		} else {
			run.StartedAt = ago(time.Hour)
		}

		if result != runs.Running && result != runs.CutOff {
			run.EndedAt, run.Seconds = ago(time.Minute), new(3.5)
		}

		if result == runs.Failed || result == runs.CutOff {
			run.Failures = 1
			v.LastFailed = &run
		}

		v.Runs = append(v.Runs, run)
	}

	return v
}
