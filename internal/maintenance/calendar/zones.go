package calendar

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

//go:embed zones.txt
var zoneNames string

// Zones lists the IANA names that a window can have, sorted.
func Zones() []string { return strings.Fields(zoneNames) }

// Zone returns the zone of an IANA name; "" is UTC. Its error is a clause for a form.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}

	if _, known := slices.BinarySearch(Zones(), name); !known {
		return nil, fmt.Errorf("%q is not the IANA name of a time zone, such as Europe/Berlin", ops.Clip(name))
	}

	return time.LoadLocation(name)
}

// Location is the zone of a name that was checked before; UTC of any other.
func Location(name string) *time.Location {
	loc, err := Zone(name)
	if err != nil {
		return time.UTC
	}

	return loc
}
