package monitor

import (
	"context"
	"maps"
	"time"

	"github.com/graph-olap/opsconsole/internal/timeout"
	"github.com/graph-olap/opsconsole/ops"
)

// JobCondition is how a job is. This is the one rule of it: pages, their JSON, the metrics and the alerts follow it.
type JobCondition string

// The conditions, the worst first; a job is in the first that holds.
const (
	// ConditionFailing is a job that failed three times in a row.
	ConditionFailing JobCondition = "failing"
	// ConditionLate is a job that should have begun more than [lateAfter] ago, or has not succeeded for two intervals
	// and [lateSuccess], unless it is skipped.
	ConditionLate JobCondition = "late"
	// ConditionFailed is a job whose last run failed.
	ConditionFailed JobCondition = "failed"
	// ConditionSkipped is a job whose last run lacked what it needs, such as a cluster.
	ConditionSkipped JobCondition = "skipped"
	// ConditionNever is a job that has not run since the control plane started.
	ConditionNever JobCondition = "never"
	// ConditionUnknown is a job of which nothing could be read.
	ConditionUnknown JobCondition = "unknown"
	ConditionHealthy JobCondition = "healthy"
)

// JobConditions lists all that a job can be known to be in.
func JobConditions() []JobCondition {
	return []JobCondition{ConditionFailing, ConditionLate, ConditionFailed, ConditionSkipped, ConditionNever, ConditionHealthy}
}

// JobState is how a job is.
type JobState struct {
	Condition JobCondition
	// Since is when that began: of a late job when it was due, of a failing one when the first run failed after the last
	// success. It is zero where that is not known.
	Since time.Time
	// Reason says what a skipped job lacks.
	Reason string
}

const (
	// lateAfter is how long after its time a run counts as late.
	lateAfter = time.Minute
	// lateSuccess is how much longer than two intervals a success may be ago.
	lateSuccess = 2 * time.Minute
	// metricStarted is when the process of the control plane began, as most client libraries tell.
	metricStarted = "process_start_time_seconds"
)

// Every is how often a job runs: as it is configured, or was seen to be, or as the contract has it.
func (m *Monitor) Every(job ops.JobName) time.Duration {
	every, _ := m.every(m.Snapshot(), job)

	return every
}

// every is how often a job runs, and whether that is known of this control plane.
func (m *Monitor) every(s *Snapshot, job ops.JobName) (every time.Duration, known bool) {
	if every, known = m.config.Schedule[job]; known {
		return every, true
	}

	if every, known = s.paces[job]; known {
		return every, true
	}

	return job.Info().Every, false
}

// paces learns from how far the next run of a job moves how often it runs: a control plane elsewhere may have other
// intervals than the contract.
func paces(old, next *Snapshot) map[ops.JobName]time.Duration {
	known := maps.Clone(old.paces)
	if known == nil {
		known = map[ops.JobName]time.Duration{}
	}

	before := old.nextRuns()

	for job, at := range next.nextRuns() {
		// One whose time has not come may move for another reason, such as a restart; one whose time passed longer ago than its
		// next is away was not run, or not looked at, meanwhile: it says how long that stood still.
		last, ok := before[job]
		if due := next.Jobs.AsOf.Sub(last); ok && due >= 0 && at.After(last) && due <= at.Sub(next.Jobs.AsOf) {
			known[job] = at.Sub(last)
		}
	}

	return known
}

// nextRuns are the times of the next runs that are listed.
func (s *Snapshot) nextRuns() map[ops.JobName]time.Time {
	at := map[ops.JobName]time.Time{}

	for _, job := range s.Jobs.Value.Jobs {
		if job.NextRun != nil {
			at[job.Name] = job.NextRun.Time
		}
	}

	return at
}

// jobStates judges all jobs by what was read last.
func (m *Monitor) jobStates(ctx context.Context, old, next *Snapshot) map[ops.JobName]JobState {
	states := map[ops.JobName]JobState{}
	due := next.nextRuns()

	for _, info := range ops.Jobs() {
		states[info.Name] = JobState{}
	}

	for _, job := range next.Jobs.Value.Jobs {
		states[job.Name] = JobState{}
	}

	for name := range states {
		figures := next.Metrics.Value.Job(name)
		late := next.lateSince(due[name], figures, m.interval(next, name, due[name], figures.LastSuccess))
		state := judge(figures, next.Results[name], late, next.Metrics.Known())
		states[name] = m.since(ctx, old.JobStates[name], state, next, figures, late, name)
	}

	return states
}

// interval is how often a job runs at least, to tell whether a success is long ago: where that was not seen yet, its next
// run may be further away than the contract has it.
func (m *Monitor) interval(next *Snapshot, job ops.JobName, due time.Time, success *time.Time) time.Duration {
	every, known := m.every(next, job)
	if !known && success != nil && !due.IsZero() {
		every = max(every, due.Sub(*success))
	}

	return every
}

// lateSince is since when a job is late, zero for one that is not. What came after it was read is not known.
func (s *Snapshot) lateSince(due time.Time, figures JobFigures, every time.Duration) time.Time {
	if !due.IsZero() && s.Jobs.AsOf.Sub(due) > lateAfter {
		return due
	}

	if figures.LastSuccess != nil && figures.Skipped == "" && every > 0 && s.Metrics.AsOf.Sub(*figures.LastSuccess) > 2*every+lateSuccess {
		return figures.LastSuccess.Add(every)
	}

	return time.Time{}
}

// judge says in which condition a job is. Metrics that were read and have nothing of it tell of no run so far.
func judge(figures JobFigures, last JobResult, late time.Time, read bool) JobState {
	counted := func(f *float64) bool { return f != nil && *f > 0 }

	switch {
	case figures.Healthy != nil && !*figures.Healthy:
		return JobState{Condition: ConditionFailing}
	case !late.IsZero():
		return JobState{Condition: ConditionLate}
	case last == JobFailed, figures.LastSuccess == nil && counted(figures.Failures) && !counted(figures.Successes):
		return JobState{Condition: ConditionFailed}
	case figures.Skipped != "":
		return JobState{Condition: ConditionSkipped, Reason: figures.Skipped}
	case !read:
		return JobState{Condition: ConditionUnknown}
	case figures.LastSuccess == nil && !counted(figures.Successes):
		return JobState{Condition: ConditionNever}
	default:
		return JobState{Condition: ConditionHealthy}
	}
}

// since adds to a state since when it holds.
func (m *Monitor) since(
	ctx context.Context, before, state JobState, next *Snapshot, figures JobFigures, late time.Time, job ops.JobName,
) JobState {
	failed := func(c JobCondition) bool { return c == ConditionFailing || c == ConditionFailed }

	switch {
	case state.Condition == ConditionLate:
		state.Since = late
	case state.Condition == ConditionNever && before.Condition != ConditionNever:
		state.Since = next.Metrics.Value.moment(metricStarted)
		if state.Since.IsZero() {
			state.Since = next.Metrics.AsOf
		}
	case before.Condition == state.Condition, failed(before.Condition) && failed(state.Condition):
		state.Since = before.Since
	case failed(state.Condition):
		state.Since = m.first(ctx, job, JobFailed, figures.LastSuccess, next.Metrics.AsOf)
	case state.Condition == ConditionSkipped:
		state.Since = m.first(ctx, job, JobSkipped, figures.LastSuccess, next.Metrics.AsOf)
	case before.Condition != "" && before.Condition != ConditionUnknown: // it was another a moment ago
		state.Since = next.Metrics.AsOf
	}

	return state
}

// first is when the first run after the last success ended so, as far as that is known, else now.
func (m *Monitor) first(ctx context.Context, job ops.JobName, result JobResult, success *time.Time, now time.Time) (at time.Time) {
	if m.config.Since == nil || m.config.DB.CannotRead() != nil {
		return now
	}

	var after time.Time
	if success != nil {
		after = *success
	}

	err := timeout.Do(ctx, m.config.Timeout, func(ctx context.Context) (err error) {
		at, err = m.config.Since(ctx, job, result, after)

		return err
	})
	if err != nil || at.IsZero() {
		return now
	}

	return at
}

// moment is a metric that tells a time, zero where there is none.
func (m Metrics) moment(name string) (at time.Time) {
	if seconds := m.Value(name); seconds != nil && *seconds > 0 && *seconds < endOfTime {
		at = time.UnixMicro(int64(*seconds * microsecond)).UTC()
	}

	return at
}

const microsecond = 1e6 // in a second
