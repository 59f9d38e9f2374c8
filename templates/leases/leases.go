package leases

import (
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// List is the page of the temporary changes that have not ended, those that end
// first leading; or, newest first, of those in a state.
type List struct {
	Items []lease.Lease `json:"items"`
	// Next is the value of before for the next page; null on the last one, and for open
	// ones, which are few.
	Next *int64 `json:"next"`
	// State is "" for those that have not ended.
	State   string         `json:"-"`
	Before  int64          `json:"-"`
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

func (v List) url(before int64) string {
	return components.PageURL("/leases", components.NonEmpty(map[string]string{"state": v.State}), before)
}

// Detail is the page of one temporary change.
type Detail struct {
	Lease       lease.Lease      `json:"lease"`
	Revision    int64            `json:"revision"`
	Differences []ops.Difference `json:"differences"`
	// Acts are what was done about it since it began, oldest first.
	Acts []audit.Act `json:"acts"`
	// SetNow is what its fields hold now, where that waits for a decision.
	SetNow []SetNow `json:"set_now,omitempty"`
	// Ahead warns of what comes before its end.
	Ahead []components.Line `json:"-"`
	Title string            `json:"-"`
	// Tickets become links in the reason.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// SetNow is what a field holds now.
type SetNow struct {
	Field string `json:"field"`
	Value any    `json:"value"`
	// Change set it, nil when nobody knows what did.
	Change *changes.Change `json:"change"`
	// Label is the field's, Text the value as people read it.
	Label string `json:"-"`
	Text  string `json:"-"`
}

// Stands says where a temporary change stands by now.
func Stands(l lease.Lease) string {
	text := "Now: " + components.Word(l.State)
	if l.Open() {
		text += ", ends at " + l.EndsAt.UTC().Format("15:04 UTC, Mon 2 January 2006")
	}

	return strings.TrimSuffix(text+". "+l.Note, " ")
}

// Path is the address of a temporary change.
func Path(id int64) string { return "/leases/" + format.ID(id) }

// Form asks for the reason of what is to be done about a lease, and for the new
// end where it is extended.
type Form struct {
	Lease lease.Lease `json:"lease"`
	// Revision grows with everything that happens to the lease. What is sent against an older one
	// is a conflict.
	Revision int64 `json:"revision"`
	// Act is extend, end or confirm.
	Act string `json:"act"`
	// Keeps are the ids of the outside changes that are kept with it.
	Keeps []int64 `json:"keeps,omitempty"`
	// Ahead warns of what an extension may meet.
	Ahead       []components.Line    `json:"ahead,omitempty"`
	Title       string               `json:"-"`
	Fields      []ops.Field          `json:"-"`
	Reason      string               `json:"-"`
	ReasonError string               `json:"-"`
	Term        components.TermInput `json:"-"`
	Problem     string               `json:"-"`
	Way         components.Link      `json:"-"`
	RequestID   string               `json:"-"`

	Snippets []components.Snippet `json:"-"`
	Now      time.Time            `json:"-"`
}

// Acts are what can be done about a lease.
func Acts() []string { return []string{"extend", "end", "confirm"} }

// The live regions: of the list, and of one temporary change.
const (
	ListRegion = "live-leases"
	Region     = "live-lease"
)
