package platform

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Health is the page of the platform's components.
type Health struct {
	shell.Freshness

	// Bar leads to other times, CSV has the latencies as a file.
	Bar TimeBar `json:"-"`
	CSV string  `json:"-"`
	// From and Until are the time that is shown, and StepSeconds how long the steps of its latencies are.
	From        time.Time `json:"from"`
	Until       time.Time `json:"until"`
	StepSeconds int       `json:"step_seconds"`
	// ControlPlane is how this console sees what tells it all the rest.
	ControlPlane SeenHere `json:"control_plane"`
	// ConsoleDatabase is this console's own: answering, slow, not_writable or not_answering.
	ConsoleDatabase SeenHere `json:"console_database"`
	// Audit is how this console's audit log does.
	Audit Record `json:"audit"`
	// Backup is how scheduled backups do, absent where none are made.
	Backup *Backup `json:"backup,omitempty"`
	// Own are the components that this console sees itself, drawn before the others.
	Own []Component `json:"-"`
	// Status is unknown while the control plane does not report it, and LastStatus what it said last.
	Status     ops.HealthStatus `json:"status"`
	LastStatus ops.HealthStatus `json:"last_status,omitempty"`
	CheckedAt  *time.Time       `json:"checked_at"`
	Overall    components.Line  `json:"overall"`
	// Components are sorted, the worst first.
	Components []Component `json:"components"`
	Timeline   *Timeline   `json:"timeline,omitempty"`
	// HistoryAsOf is when availability and timeline were last read, to which this process adds what
	// it sees, while this console's own database cannot be read; nil when they were read now.
	HistoryAsOf *time.Time `json:"history_as_of,omitempty"`
}

// SeenHere is how something does that this console sees itself.
type SeenHere struct {
	// Status of the control plane is answering, slow, not_answering, refused, or unknown before
	// it is asked.
	Status ops.ComponentStatus `json:"status"`
	// Since is when this console first saw it like this; nil when it cannot tell.
	Since *time.Time `json:"since"`
	// LatencyMS is in milliseconds; nil when it did not answer.
	LatencyMS *float64 `json:"latency_ms"`
	// Error is a sentence; nil when nothing is wrong.
	Error *string `json:"error"`
	// LatencyShown are the highest milliseconds of each step of the time that is shown.
	LatencyShown monitor.Series `json:"latency_shown,omitempty"`
	// MemoryAsOf is when that which pages show from memory, while it cannot be read, was read; of
	// the console's own database alone.
	MemoryAsOf *time.Time `json:"memory_as_of,omitempty"`
	// Availability is over the last 24 h, 7 d and 30 d.
	Availability []Availability `json:"availability,omitempty"`
}

// Component is one component of the platform, or one that this console sees itself.
type Component struct {
	// Own is the name under which this console keeps what it sees itself, "" of a component
	// that the control plane names; Title what it is called where its name does not say it.
	Own   string `json:"-"`
	Title string `json:"-"`
	Name  string `json:"name"`
	// Status is unknown while the control plane does not report it, and LastStatus what it said last.
	Status     ops.ComponentStatus `json:"status"`
	LastStatus ops.ComponentStatus `json:"last_status,omitempty"`
	// LatencyMS is in milliseconds.
	LatencyMS *float64 `json:"latency_ms"`
	// Error is shown as it came.
	Error *string `json:"error"`
	// Note is what is to be known though nothing is wrong; "" for nothing.
	Note string `json:"note,omitempty"`
	// Since is when this console first saw it like this; nil when it cannot tell.
	Since *time.Time `json:"since"`
	// Latency are the milliseconds of the last hour.
	Latency monitor.Series `json:"latency"`
	// LatencyShown are the highest milliseconds of each step of the time that is shown.
	LatencyShown monitor.Series `json:"latency_shown"`
	// Check says what to check when it is not connected; "" when there is nothing.
	Check string `json:"check,omitempty"`
	// Availability is over the last 24 h, 7 d and 30 d.
	Availability []Availability `json:"availability,omitempty"`
}

// Availability is how much of the time a component answered.
type Availability struct {
	Reach Reach `json:"range"`
	// UpSeconds is how long it answered, of SeenSeconds in which this console watched it.
	UpSeconds   float64 `json:"up_seconds"`
	SeenSeconds float64 `json:"seen_seconds"`
	// UnknownSeconds is how long the control plane did not say.
	UnknownSeconds float64 `json:"unknown_seconds"`
}

// percent is the least that it can have been: time that nobody knows of may be either.
func (a Availability) percent() string {
	switch {
	case a.SeenSeconds == 0 && a.UnknownSeconds == 0:
		return "not seen"
	case a.SeenSeconds == 0:
		return "not known"
	case a.UnknownSeconds > 0:
		return "at least " + format.Share(a.UpSeconds, a.SeenSeconds+a.UnknownSeconds)
	default:
		return format.Share(a.UpSeconds, a.SeenSeconds)
	}
}

// unknown says how long nobody knows, "" for no time.
func (a Availability) unknown() string {
	if a.UnknownSeconds == 0 {
		return ""
	}

	return format.Span(time.Duration(a.UnknownSeconds*float64(time.Second))) + " not known"
}

// unseen says how much of the time was watched, "" when it was all but a hundredth.
func (a Availability) unseen() string {
	of := a.Reach.Duration()

	switch seen := time.Duration((a.SeenSeconds + a.UnknownSeconds) * float64(time.Second)); {
	case seen > 0 && seen < time.Minute:
		return "of less than a minute seen"
	case seen > 0 && seen < of-of/100:
		return "of " + format.Span(seen.Truncate(time.Minute)) + " seen"
	}

	return ""
}

// HealthRegion is the live region of the page.
const HealthRegion = "live-health"
