package approvals

import (
	"fmt"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// The live regions: of the list, and of one approval.
const (
	ListRegion = "live-approvals"
	Region     = "live-approval"
)

// What can be decided about an approval.
const (
	Approve    = "approve"
	Reject     = "reject"
	BreakGlass = "break-glass"
)

// List is what is waiting for another operator, and what became of the rest.
type List struct {
	// Items are newest first.
	Items []approvals.Approval `json:"items"`
	// Total counts what the filter selects.
	Total int `json:"total"`
	// Next is the value of before for the next page; null on the last one.
	Next    *int64         `json:"next"`
	State   string         `json:"-"`
	Before  int64          `json:"-"`
	On      bool           `json:"-"`
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// parts are those that wait and the others.
func (v List) parts() (waiting, past []approvals.Approval) {
	for _, a := range v.Items {
		if a.Open(v.Now) {
			waiting = append(waiting, a)
		} else {
			past = append(past, a)
		}
	}

	return waiting, past
}

func (v List) url(before int64) string {
	return components.PageURL("/approvals", components.NonEmpty(map[string]string{"state": v.State}), before)
}

// Detail is the page of one.
type Detail struct {
	approvals.Approval

	// Open says that somebody can still decide about it.
	Open bool `json:"open"`
	// Differences are those of a section of the configuration.
	Differences []ops.Difference `json:"differences"`
	OfSection   bool             `json:"-"`
	Tickets     format.Tickets   `json:"-"`
	Now         time.Time        `json:"-"`
}

// entry is what the audit log would say of it.
func (v Detail) entry() audit.Entry {
	return audit.Entry{Object: v.Object, Before: v.Before, After: v.After}
}

// Form asks for the reason of a decision.
type Form struct {
	Detail

	Act string `json:"act"`
	// Own says that whoever looks has asked for it.
	Own bool `json:"own"`
	// Effects are what follows, as far as that is known.
	Effects     []components.Line `json:"effects"`
	Reason      string            `json:"-"`
	ReasonError string            `json:"-"`
	Problem     string            `json:"-"`
	Way         components.Link   `json:"-"`
	RequestID   string            `json:"-"`

	Snippets []components.Snippet `json:"-"`
}

// barred is why whoever looks cannot decide so, "" when they can.
func (v Form) barred() string {
	switch {
	case !v.Open:
		return "It is no longer waiting."
	case v.Own && v.Act == Approve:
		return "You requested this yourself, so another operator must approve it."
	case v.Act == Approve: // nobody vouches for who asked
		return v.Note
	default:
		return ""
	}
}

func (v Form) heading() string {
	switch v.Act {
	case Approve:
		return "Approve: " + v.Title()
	case BreakGlass:
		return "Without a second person: " + v.Title()
	default:
		if v.Own {
			return "Withdraw: " + v.Title()
		}

		return "Reject: " + v.Title()
	}
}

func (v Form) lead() string {
	switch v.Act {
	case Approve:
		return "It is carried out at once, exactly as reviewed, in the name of " + v.RequestedBy.Username + ", with yours beside it."
	case BreakGlass:
		return "It is carried out at once. Every webhook is notified, every page shows it for a day, " +
			"and the audit log records it as a break-glass approval."
	default:
		return "Nothing is changed. The request can be made again."
	}
}

func (v Form) button() string {
	switch {
	case v.Act == Approve:
		return "Approve and carry out now"
	case v.Act == BreakGlass:
		return "Break glass and carry out now"
	case v.Own:
		return "Withdraw request"
	default:
		return "Reject request"
	}
}

// Revision grows when somebody decides.
func Revision(a approvals.Approval) int64 {
	if a.State == approvals.Waiting {
		return 1
	}

	return 2
}

// Stands says where it stands by now.
func Stands(a approvals.Approval) string {
	text := "Now: " + Word(a.State) + "."
	if a.DecidedBy != nil {
		text = fmt.Sprintf("Now: %s, by %s.", Word(a.State), a.DecidedBy.Username)
	}

	return strings.TrimSpace(text + " " + a.Note)
}

// Word is a state as people read it.
func Word(s approvals.State) string {
	switch s {
	case approvals.Waiting:
		return "waiting for another operator"
	case approvals.BrokenGlass:
		return "carried out without a second person"
	case approvals.Approved, approvals.Rejected, approvals.Expired, approvals.Void:
	}

	return string(s)
}

// resultPath leads to what it came to, else to what it is about; "" where there is no page.
func resultPath(a approvals.Approval) string {
	kind, name, numbered := strings.Cut(a.Object, "/")

	switch {
	case a.Change != nil:
		return "/history/" + format.ID(*a.Change)
	case kind == "jobs":
		return "/jobs"
	case kind == "webhooks":
		return "/maintenance/" + a.Object
	case numbered && name != "" && (kind == "config" || kind == "history" || kind == "leases" || kind == "points" || kind == "maintenance"):
		return "/" + a.Object
	default:
		return ""
	}
}

// ofOutcome is how what was approved ended.
func ofOutcome(a approvals.Approval) (components.State, string) {
	if a.Outcome == "" {
		return components.Busy, "under way"
	}

	return components.OfAudit(a.Outcome), components.Word(a.Outcome)
}
