package components

import (
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
)

// OfLease returns the state of a temporary change.
func OfLease(s lease.State) State {
	switch s {
	case lease.Active, lease.Pending:
		return Busy
	case lease.Overdue, lease.Held:
		return Warn
	case lease.Ended, lease.Confirmed:
		return OK
	case lease.Void:
		return Idle
	default:
		return Unknown
	}
}

// OfScheduled returns the state of a scheduled change.
func OfScheduled(s scheduled.State) State {
	switch s {
	case scheduled.Scheduled:
		return Busy
	case scheduled.Overdue, scheduled.Held:
		return Warn
	case scheduled.Applied:
		return OK
	case scheduled.Cancelled:
		return Idle
	default:
		return Unknown
	}
}

// OfPoint returns the state of a section against a named point.
func OfPoint(s changes.PointState) State {
	switch s {
	case changes.PointUnchanged, changes.PointRestored:
		return OK
	case changes.PointDiffers:
		return Idle
	case changes.PointFailed:
		return Bad
	case changes.PointUnknown:
		return Unknown
	default:
		return Unknown
	}
}
