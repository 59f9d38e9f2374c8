package monitor

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// TestHowAJobIs is the one rule, which pages, metrics and alerts follow.
func TestHowAJobIs(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { return new(now.Add(-d)) }

	const every = 5 * time.Minute

	for name, test := range map[string]struct {
		figures JobFigures
		last    JobResult
		due     time.Time
		unread  bool
		want    JobCondition
		since   time.Time
	}{
		"nothing was read":            {unread: true, want: ConditionUnknown},
		"nothing was counted":         {want: ConditionNever},
		"no run, and not due":         {figures: JobFigures{Healthy: new(true), Successes: new(0.0)}, due: now.Add(time.Minute), want: ConditionNever},
		"no run, and overdue":         {due: now.Add(-2 * time.Minute), want: ConditionLate, since: now.Add(-2 * time.Minute)},
		"due a moment ago":            {figures: JobFigures{LastSuccess: ago(every)}, due: now.Add(-time.Minute), want: ConditionHealthy},
		"healthy":                     {figures: JobFigures{LastSuccess: ago(every), Healthy: new(true)}, want: ConditionHealthy},
		"succeeded two intervals ago": {figures: JobFigures{LastSuccess: ago(2*every + lateSuccess)}, want: ConditionHealthy},
		"succeeded long ago": {
			figures: JobFigures{LastSuccess: ago(2*every + lateSuccess + time.Second)}, due: now.Add(time.Minute),
			want: ConditionLate, since: now.Add(-every - lateSuccess - time.Second),
		},
		"skipped for long": {
			figures: JobFigures{LastSuccess: ago(time.Hour), Skipped: "no cluster"}, due: now.Add(time.Minute), want: ConditionSkipped,
		},
		"skipped, and overdue":       {figures: JobFigures{Skipped: "no cluster"}, due: now.Add(-time.Hour), want: ConditionLate, since: now.Add(-time.Hour)},
		"failed last time":           {figures: JobFigures{LastSuccess: ago(every)}, last: JobFailed, want: ConditionFailed},
		"never succeeded but failed": {figures: JobFigures{Failures: new(2.0), Successes: new(0.0)}, want: ConditionFailed},
		"failing is worse than late": {figures: JobFigures{Healthy: new(false)}, due: now.Add(-time.Hour), want: ConditionFailing, since: now.Add(-time.Hour)},
	} {
		s := &Snapshot{Jobs: Part[ops.JobStatus]{AsOf: now}, Metrics: Part[Metrics]{AsOf: now}}

		late := s.lateSince(test.due, test.figures, every)
		if !late.Equal(test.since) {
			t.Errorf("%s: late since %v, want %v", name, late, test.since)
		}

		if got := judge(test.figures, test.last, late, !test.unread); got.Condition != test.want {
			t.Errorf("%s: got %s, want %s", name, got.Condition, test.want)
		}
	}
}

// TestHowOftenAJobElsewhereRuns is seen from how its next run moves once its time has come.
func TestHowOftenAJobElsewhereRuns(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	at := func(next, read time.Duration) *Snapshot {
		return &Snapshot{Jobs: Part[ops.JobStatus]{AsOf: now.Add(read), Value: ops.JobStatus{Jobs: []ops.Job{
			{Name: ops.JobLifecycle, NextRun: new(ops.At(now.Add(next)))},
		}}}}
	}

	m := New(Config{})
	first, moved := at(10*time.Minute, 0), at(20*time.Minute, 10*time.Minute+time.Second)

	if every := m.interval(first, ops.JobLifecycle, now.Add(10*time.Minute), new(now.Add(-time.Minute))); every != 11*time.Minute {
		t.Errorf("before it moved: got %s, want no less than between its last success and its next run", every)
	}

	moved.paces = paces(first, moved)
	if every := m.interval(moved, ops.JobLifecycle, time.Time{}, nil); every != 10*time.Minute {
		t.Errorf("got %s, want 10 minutes", every)
	}

	restarted := at(21*time.Minute, 12*time.Minute)
	if restarted.paces = paces(moved, restarted); restarted.paces[ops.JobLifecycle] != 10*time.Minute {
		t.Errorf("got %s after a restart, want the 10 minutes of before", restarted.paces[ops.JobLifecycle])
	}

	// Where nobody ran it, or looked, for an hour, it is no rarer for that.
	stalled := at(74*time.Minute, 70*time.Minute)
	if stalled.paces = paces(restarted, stalled); stalled.paces[ops.JobLifecycle] != 10*time.Minute {
		t.Errorf("got %s after a stall, want the 10 minutes of before", stalled.paces[ops.JobLifecycle])
	}
}
