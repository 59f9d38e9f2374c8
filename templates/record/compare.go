package record

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// Compare shows what a section held after each of two changes.
type Compare struct {
	A           changes.Change   `json:"a"`
	B           changes.Change   `json:"b"`
	Differences []ops.Difference `json:"differences"`
	Title       string           `json:"-"`
	Fields      []ops.Field      `json:"-"`
	Now         time.Time        `json:"-"`
}

// KeepForm asks why an outside change may stand.
type KeepForm struct {
	Change      changes.Change   `json:"change"`
	Title       string           `json:"-"`
	Differences []ops.Difference `json:"differences"`
	// Leases are the ids of the temporary changes that wait for this decision alone.
	Leases []int64 `json:"leases,omitempty"`
	// GoOn are those of the temporary changes that wait for it and for which it is a part of what
	// they set: the rest goes back.
	GoOn        []int64   `json:"leases_going_on,omitempty"`
	Reason      string    `json:"-"`
	ReasonError string    `json:"-"`
	Now         time.Time `json:"-"`
}
