package platform

import "time"

// Reach is how far back a page looks, as it stands in its URL.
type Reach string

// The reaches; a page that is asked for none looks back as far as its first.
const (
	LastHour     Reach = "1h"
	LastSixHours Reach = "6h"
	LastDay      Reach = "24h"
	LastWeek     Reach = "7d"
	LastMonth    Reach = "30d"
)

// HealthReaches are those of the page of the components.
func HealthReaches() []Reach { return []Reach{LastDay, LastWeek, LastMonth} }

// CapacityReaches are those of the page of the cluster's instances.
func CapacityReaches() []Reach { return []Reach{LastHour, LastDay, LastWeek, LastMonth} }

// MetricsReaches are those of the page of the metrics.
func MetricsReaches() []Reach { return []Reach{LastHour} }

// Duration is how long it is.
func (r Reach) Duration() time.Duration {
	const (
		day      = 24 * time.Hour
		month    = 30 * day
		sixHours = 6 * time.Hour
	)

	switch r {
	case LastDay:
		return day
	case LastWeek:
		return 7 * day
	case LastMonth:
		return month
	case LastSixHours:
		return sixHours
	case LastHour:
		return time.Hour
	default:
		return 0
	}
}

func (r Reach) words() string {
	switch r {
	case LastSixHours:
		return "6 hours"
	case LastDay:
		return "24 hours"
	case LastWeek:
		return "7 days"
	case LastMonth:
		return "30 days"
	default:
		return "Hour"
	}
}
