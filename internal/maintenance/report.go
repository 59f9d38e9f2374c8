package maintenance

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// Report tells of a window when everything is as before.
type Report struct {
	Planned Span `json:"planned"`
	Actual  Span `json:"actual"`
	// Phases say how long each one took, in order.
	Phases []PhaseSpan `json:"phases"`
	// Restored says that everything that the window set is what it was before.
	Restored bool `json:"restored"`
	// Sections are those in which the window changed something.
	Sections []SectionReport `json:"sections"`
	// Jobs are those that operators ran between start and end.
	Jobs []JobRun `json:"jobs"`
	// Health is what the platform said at the end; VerifiedBy is who said that the
	// window is over although it was not healthy, with the reason.
	Health       ops.HealthStatus `json:"health"`
	VerifiedBy   string           `json:"verified_by"`
	VerifyReason string           `json:"verify_reason"`
}

// Span is from one moment to another.
type Span struct {
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

// PhaseSpan is a phase and how long it took.
type PhaseSpan struct {
	Phase   Phase     `json:"phase"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Seconds float64   `json:"seconds"`
}

// SectionReport is what happened to a section in which the window changed something.
type SectionReport struct {
	Section changes.SectionName `json:"section"`
	// Before and After hold every field, Set those that the window set.
	Before changes.Values `json:"before"`
	Set    changes.Values `json:"set"`
	After  changes.Values `json:"after"`
	// Differences are the fields that the window set and that are not what they were;
	// Others the fields that somebody else changed meanwhile.
	Differences []changes.Difference `json:"differences"`
	Others      []changes.Difference `json:"others"`
	// Change set the values, EndChange took them back.
	Change    int64  `json:"change"`
	EndChange *int64 `json:"end_change"`
	// Note says how it ended where it did not go back by itself.
	Note string `json:"note"`
}

// JobRun is a background job that an operator ran.
type JobRun struct {
	JobName string    `json:"job_name"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Reason  string    `json:"reason"`
}
