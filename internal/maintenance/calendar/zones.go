package calendar

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/zoneinfo"
	"github.com/graph-olap/opsconsole/ops"
)

// Zones lists the IANA names that a window can have, sorted.
func Zones() []string { return zoneinfo.Current().Names() }

// Zone returns the zone of an IANA name; "" is UTC. Its error is a clause for a form.
func Zone(name string) (*time.Location, error) {
	if name != "" && !zoneinfo.Current().Has(name) {
		return nil, fmt.Errorf("%q is not the IANA name of a time zone, such as Europe/Berlin", ops.Clip(name))
	}

	return zoneinfo.Location(name)
}

// Location is the zone of a name that was checked before; UTC of any other.
func Location(name string) *time.Location {
	loc, err := Zone(name)
	if err != nil {
		return time.UTC
	}

	return loc
}
