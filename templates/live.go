package templates

import "time"

// The live regions, by the id of their element.
const (
	OverviewRegion = "live-overview"
	HealthRegion   = "live-health"
	CapacityRegion = "live-capacity"
	JobsRegion     = "live-jobs"
	ExportsRegion  = "live-exports"
	MetricsRegion  = "live-metrics"
	// ConfigNowRegion is what a section holds, ConfigHistoryRegion its last changes.
	ConfigNowRegion     = "live-set-now"
	ConfigHistoryRegion = "live-changes"
	LeasesRegion        = "live-leases"
	LeaseRegion         = "live-lease"
	// ShellRegion is on every page: the maintenance banner and the temporary changes.
	ShellRegion = "live-shell"
)

// BeatEvent is the name of the event that carries a [Beat].
const BeatEvent = "beat"

// Beat tells an open page how old the newest data is.
type Beat struct {
	Now         time.Time  `json:"now"`
	AsOf        *time.Time `json:"as_of"`
	Stale       bool       `json:"stale"`
	StaleReason string     `json:"reason"`
	// Every is the most seconds until the next one.
	Every int `json:"every"`
}
