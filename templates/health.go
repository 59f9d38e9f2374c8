package templates

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Health is the page of the platform's components.
type Health struct {
	Freshness

	Status    ops.HealthStatus `json:"status"`
	CheckedAt *time.Time       `json:"checked_at"`
	Overall   components.Line  `json:"overall"`
	// Components are sorted, the worst first.
	Components []Component `json:"components"`
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
}
