package templates

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Leases is the page of the temporary changes that have not ended, those that end
// first leading; or, newest first, of those in a state.
type Leases struct {
	Items []changes.Lease `json:"items"`
	// Next is the value of before for the next page; null on the last one, and for open
	// ones, which are few.
	Next *int64 `json:"next"`
	// State is "" for those that have not ended.
	State   string         `json:"-"`
	Before  int64          `json:"-"`
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// AnyLease is the state that selects every temporary change.
const AnyLease = "all"

func (v Leases) url(before int64) string {
	return pageURL("/leases", nonEmpty(map[string]string{"state": v.State}), before)
}

// LeaseDetail is the page of one temporary change.
type LeaseDetail struct {
	Lease       changes.Lease    `json:"lease"`
	Differences []ops.Difference `json:"differences"`
	Title       string           `json:"-"`
	// Tickets become links in the reason.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// LeasePath is the address of a temporary change.
func LeasePath(id int64) string { return "/leases/" + number(id) }

// LeaseForm asks for the reason of what is to be done about a lease, and for the new
// end where it is extended.
type LeaseForm struct {
	Lease changes.Lease `json:"lease"`
	// Act is extend, end or confirm.
	Act         string      `json:"act"`
	Title       string      `json:"-"`
	Fields      []ops.Field `json:"-"`
	Reason      string      `json:"-"`
	ReasonError string      `json:"-"`
	Term        TermInput   `json:"-"`
	Problem     string      `json:"-"`
	RequestID   string      `json:"-"`

	Snippets []components.Snippet `json:"-"`
	Now      time.Time            `json:"-"`
}

// LeaseActs are what can be done about a lease.
func LeaseActs() []string { return []string{"extend", "end", "confirm"} }

// Points is the page of the named points, newest first, and the form for a new one.
type Points struct {
	Items       []changes.Point `json:"items"`
	Tickets     format.Tickets  `json:"-"`
	Next        *int64          `json:"next"`
	Before      int64           `json:"-"`
	Name        string          `json:"-"`
	NameError   string          `json:"-"`
	Reason      string          `json:"-"`
	ReasonError string          `json:"-"`
	Problem     string          `json:"-"`
	Now         time.Time       `json:"-"`
}

// PointDetail is a point, what restoring it would do to each section or did, and the
// form that restores it.
type PointDetail struct {
	changes.PointPlan

	// Tried says that the states are those of a restore, not of a preview.
	Tried        bool   `json:"tried"`
	Reason       string `json:"-"`
	ReasonError  string `json:"-"`
	Confirmed    string `json:"-"`
	ConfirmError string `json:"-"`
	Problem      string `json:"-"`
	RequestID    string `json:"-"`

	Snippets []components.Snippet `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

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
	Reason      string           `json:"-"`
	ReasonError string           `json:"-"`
	Now         time.Time        `json:"-"`
}
