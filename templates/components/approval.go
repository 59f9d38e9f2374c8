package components

import "github.com/graph-olap/opsconsole/internal/approvals"

// OfApproval returns the state of something that needs a second person.
func OfApproval(s approvals.State) State {
	switch s {
	case approvals.Waiting:
		return Busy
	case approvals.Approved:
		return OK
	case approvals.BrokenGlass:
		return Warn
	case approvals.Rejected, approvals.Expired, approvals.Void:
		return Idle
	default:
		return Unknown
	}
}
