package platform

import (
	"net/url"
	"time"
)

// Reach is how far back a page looks, as it stands in its URL.
type Reach string

// The reaches; a page that is asked for none looks back as far as its first.
const (
	LastHour  Reach = "1h"
	LastDay   Reach = "24h"
	LastWeek  Reach = "7d"
	LastMonth Reach = "30d"
)

// HealthReaches are those of the page of the components.
func HealthReaches() []Reach { return []Reach{LastDay, LastWeek, LastMonth} }

// CapacityReaches are those of the page of the cluster's instances.
func CapacityReaches() []Reach { return []Reach{LastHour, LastDay, LastWeek, LastMonth} }

// Query is that of a page that looks as far back, nothing where it does so anyway.
func (r Reach) Query(offered []Reach) url.Values {
	if r == offered[0] {
		return url.Values{}
	}

	return url.Values{"range": {string(r)}}
}

// Duration is how long it is.
func (r Reach) Duration() time.Duration {
	const (
		day   = 24 * time.Hour
		month = 30 * day
	)

	switch r {
	case LastDay:
		return day
	case LastWeek:
		return 7 * day
	case LastMonth:
		return month
	case LastHour:
		return time.Hour
	default:
		return 0
	}
}

func (r Reach) words() string {
	switch r {
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
