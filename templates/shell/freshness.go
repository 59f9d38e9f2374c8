package shell

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
)

// Freshness says how old what a page shows is. Every page that draws the monitor's
// snapshot embeds it.
type Freshness struct {
	// AsOf is when the oldest part of what is shown was read; nil when one never was.
	AsOf *time.Time `json:"as_of"`
	// Stale says that the control plane has not answered since; StaleReason why.
	Stale       bool   `json:"stale"`
	StaleReason string `json:"stale_reason,omitempty"`
	// Now is the moment the page is drawn, from which relative times count.
	Now time.Time `json:"-"`
}

// Known reports whether there is anything to show.
func (f Freshness) Known() bool { return f.AsOf != nil }

// Fresh returns the freshness of one part of a snapshot.
func Fresh[T any](part monitor.Part[T], now time.Time) Freshness {
	f := Freshness{Stale: part.Stale(), StaleReason: part.Err, Now: now}
	if part.Known() {
		f.AsOf = &part.AsOf
	}

	return f
}

// And returns the freshness of what is made of both: as old as the older one.
func (f Freshness) And(other Freshness) Freshness {
	switch {
	case !f.Known() || !other.Known():
		f.AsOf = nil
	case other.AsOf.Before(*f.AsOf):
		f.AsOf = other.AsOf
	}

	f.Stale = f.Stale || other.Stale
	if f.StaleReason == "" {
		f.StaleReason = other.StaleReason
	}

	return f
}
