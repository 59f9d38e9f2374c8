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

	Status    ops.HealthStatus `json:"status"`
	CheckedAt *time.Time       `json:"checked_at"`
	Overall   components.Line  `json:"overall"`
	// Components are sorted, the worst first.
	Components []Component `json:"components"`
	Timeline   *Timeline   `json:"timeline,omitempty"`
}

// Component is one component of the platform.
type Component struct {
	Name   string              `json:"name"`
	Status ops.ComponentStatus `json:"status"`
	// LatencyMS is in milliseconds.
	LatencyMS *float64 `json:"latency_ms"`
	// Error is shown as it came.
	Error *string `json:"error"`
	// Since is when this console first saw it like this; nil when it cannot tell.
	Since *time.Time `json:"since"`
	// Latency are the milliseconds of the last hour.
	Latency monitor.Series `json:"latency"`
	// Check says what to look at when it is not connected; "" when there is nothing.
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
}

func (a Availability) percent() string {
	if a.SeenSeconds == 0 {
		return "not seen"
	}

	return format.Share(a.UpSeconds, a.SeenSeconds)
}

// unseen says how much of the time was watched, "" when it was all but a hundredth.
func (a Availability) unseen() string {
	of := a.Reach.Duration()

	switch seen := time.Duration(a.SeenSeconds * float64(time.Second)); {
	case seen > 0 && seen < time.Minute:
		return "of less than a minute seen"
	case seen > 0 && seen < of-of/100:
		return "of " + format.Span(seen.Truncate(time.Minute)) + " seen"
	}

	return ""
}

// HealthRegion is the live region of the page.
const HealthRegion = "live-health"
