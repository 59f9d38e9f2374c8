package components

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
)

// State is how something is. It decides color and icon; a word always stands beside them.
type State string

// The states. Idle is neither good nor bad (suspended, not configured); busy is on its
// way; unknown is what the console cannot vouch for.
const (
	OK      State = "ok"
	Warn    State = "warn"
	Bad     State = "bad"
	Busy    State = "busy"
	Idle    State = "idle"
	Unknown State = "unknown"
)

// severities are the states from the best to the worst.
func severities() []State { return []State{OK, Idle, Busy, Unknown, Warn, Bad} }

// Severity orders the states: the higher, the worse.
func (s State) Severity() int { return slices.Index(severities(), s) }

// NeedsLook reports whether somebody should look at what is in this state.
func (s State) NeedsLook() bool { return s.Severity() > Busy.Severity() }

// Line is a sentence about how things are, with the page that tells more.
type Line struct {
	State State  `json:"state"`
	Text  string `json:"text"`
	URL   string `json:"url,omitempty"`
	// Then is how it was when it was last known; nil of what is known now. The text ends with
	// how long ago that was.
	Then *Then `json:"-"`
}

// Then is a state that was, and when.
type Then struct {
	State State
	At    time.Time
	// Now is when it is told.
	Now time.Time
}

// Last is the state that was last known.
func (l Line) Last() State {
	if l.Then != nil {
		return l.Then.State
	}

	return l.State
}

// beforeAge is the text up to how long ago that was.
func (l Line) beforeAge() string {
	return strings.TrimSuffix(l.Text, format.Relative(l.Then.At, l.Then.Now)+".")
}

// WorstFirst sorts lines in place, those of one state as they came, and returns them.
func WorstFirst(lines []Line) []Line {
	slices.SortStableFunc(lines, func(a, b Line) int { return b.State.Severity() - a.State.Severity() })

	return lines
}

// OfHealth returns the state of the platform.
func OfHealth(s ops.HealthStatus) State {
	switch s {
	case ops.Healthy:
		return OK
	case ops.Degraded:
		return Warn
	case ops.Unhealthy:
		return Bad
	default:
		return Unknown
	}
}

// OfComponent returns the state of a component; a status that neither the contract nor this
// console names is unknown.
func OfComponent(s ops.ComponentStatus) State {
	switch s {
	case ops.ComponentConnected, monitor.Answering:
		return OK
	case ops.ComponentSlow:
		return Warn
	case ops.ComponentUnreachable, monitor.NotAnswering, monitor.Refused, database.NotWritable:
		return Bad
	case ops.ComponentNotConfigured:
		return Idle
	default:
		return Unknown
	}
}

// OfInstance returns the state of an instance.
func OfInstance(s ops.InstanceStatus) State {
	switch s {
	case ops.InstanceRunning:
		return OK
	case ops.InstanceWaitingForSnapshot, ops.InstanceStarting, ops.InstanceStopping, ops.InstanceResuming:
		return Busy
	case ops.InstanceSuspended:
		return Idle
	case ops.InstanceFailed:
		return Bad
	default:
		return Unknown
	}
}

// OfJob returns the state of a background job.
func OfJob(c monitor.JobCondition) State {
	switch c {
	case monitor.ConditionFailing:
		return Bad
	case monitor.ConditionLate, monitor.ConditionFailed:
		return Warn
	case monitor.ConditionSkipped, monitor.ConditionNever:
		return Idle
	case monitor.ConditionHealthy:
		return OK
	case monitor.ConditionUnknown:
		return Unknown
	default:
		return Unknown
	}
}

// OfRun returns the state of a run.
func OfRun(r runs.Result) State {
	switch r {
	case runs.Succeeded:
		return OK
	case runs.Failed, runs.CutOff:
		return Bad
	case runs.Running:
		return Busy
	case runs.Skipped:
		return Idle
	default:
		return Unknown
	}
}

// OfExport returns the state of an export job.
func OfExport(s ops.ExportJobStatus) State {
	switch s {
	case ops.ExportCompleted:
		return OK
	case ops.ExportClaimed, ops.ExportSubmitted:
		return Busy
	case ops.ExportPending:
		return Idle
	case ops.ExportFailed:
		return Bad
	default:
		return Unknown
	}
}

// OfChange returns the state of a change.
func OfChange(o changes.Outcome) State {
	switch o {
	case changes.Applied:
		return OK
	case changes.Failed:
		return Bad
	case changes.Pending:
		return Busy
	case changes.Unknown:
		return Unknown
	default:
		return Unknown
	}
}

// OfAudit returns the state of an act.
func OfAudit(o audit.Outcome) State {
	switch o {
	case audit.Done:
		return OK
	case audit.Refused:
		return Warn
	case audit.Failed:
		return Bad
	case audit.Intent:
		return Idle
	case audit.Unknown:
		return Unknown
	default:
		return Unknown
	}
}

// Word turns a name of the contract into words: waiting_for_snapshot into Waiting for
// snapshot.
func Word[T ~string](name T) string {
	if name == "" {
		return "Unknown"
	}

	first, size := utf8.DecodeRuneInString(string(name))

	return string(unicode.ToUpper(first)) + strings.ReplaceAll(string(name)[size:], "_", " ")
}
