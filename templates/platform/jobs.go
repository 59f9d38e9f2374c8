package platform

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Jobs is the page of the control plane's background jobs.
type Jobs struct {
	shell.Freshness

	Overall components.Line `json:"overall"`
	// Jobs are sorted, the failing and late ones first.
	Jobs []Job `json:"jobs"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
}

// JobResult is how a job's last run ended; "" when that is not known.
type JobResult string

// The results.
const (
	JobSucceeded JobResult = "success"
	JobFailed    JobResult = "failed"
	JobSkipped   JobResult = "skipped"
)

// Job is a background job. What the control plane's metrics do not tell is nil.
type Job struct {
	Name ops.JobName `json:"name"`
	// Description says in a few words what the job does.
	Description string          `json:"description"`
	State       components.Line `json:"state"`
	// Condition is the same as a name, Since when it began, as far as that is known.
	Condition   monitor.JobCondition `json:"condition"`
	Since       *time.Time           `json:"since"`
	LastSuccess *time.Time           `json:"last_success"`
	LastResult  JobResult            `json:"last_result"`
	NextRun     *time.Time           `json:"next_run"`
	// Late says that it should have begun, or succeeded, before.
	Late bool `json:"late"`
	// P50 and P95 are how many seconds runs take.
	P50 *float64 `json:"p50_seconds"`
	P95 *float64 `json:"p95_seconds"`
	// Finest is the length below which the control plane does not tell runs apart.
	Finest *float64 `json:"finest_seconds"`
	// Runs and Failures count since the control plane started.
	Runs     *float64 `json:"runs"`
	Failures *float64 `json:"failures"`
	// Triggerable says whether it can be run now; LastTrigger who did so last.
	Triggerable bool        `json:"triggerable"`
	LastTrigger *JobTrigger `json:"last_trigger"`
	// CooldownUntil is when it can be triggered again; nil when it can be now.
	CooldownUntil *time.Time `json:"cooldown_until"`
}

// JobTrigger is a run that somebody asked for.
type JobTrigger struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// TriggerForm asks for the reason of a run. The page is GET /jobs/{name}/trigger; its
// form posts there.
type TriggerForm struct {
	Job Job `json:"job"`
	// Reason is as it was typed.
	Reason      string `json:"reason"`
	ReasonError string `json:"reason_error,omitempty"`
	// Problem says why the run was refused, in a sentence; "" before it was tried.
	Problem   string `json:"problem,omitempty"`
	RequestID string `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// Receipt is the answer to a trigger: the counters of the job before it and since.
type Receipt struct {
	ops.JobTriggered

	Counters []Counter `json:"counters"`
	// Run is its run, nil before it is known. Source says from where: its own record, or the control plane's metrics, by
	// which another run may have ended first.
	Run    *runs.Run   `json:"run"`
	Source runs.Source `json:"source"`
	// Note says what else may have moved the counters, such as a scheduled run.
	Note string `json:"note"`
	// Settled says that the run has ended; until then URL is asked again.
	Settled bool   `json:"settled"`
	URL     string `json:"url"`
	// Tickets become links in the reason.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// Counter is a metric before and after a run; nil where it was not there.
type Counter struct {
	Name   string   `json:"name"`
	Before *float64 `json:"before"`
	After  *float64 `json:"after"`
}

// JobsRegion is the live region of the page.
const JobsRegion = "live-jobs"

// canRun reports whether it can be run now.
func (j Job) canRun(now time.Time) bool {
	return j.Triggerable && (j.CooldownUntil == nil || !j.CooldownUntil.After(now))
}

// canRetry reports whether its last run failed, or it has not succeeded for long.
func (j Job) canRetry() bool {
	return j.Triggerable && j.CooldownUntil == nil && (j.Condition == monitor.ConditionFailing || j.Condition == monitor.ConditionFailed)
}
