package components

import "github.com/graph-olap/opsconsole/internal/changes"

// OfLease returns the state of a temporary change.
func OfLease(s changes.LeaseState) State {
	switch s {
	case changes.LeaseActive, changes.LeasePending:
		return Busy
	case changes.LeaseOverdue, changes.LeaseHeld:
		return Warn
	case changes.LeaseEnded, changes.LeaseConfirmed:
		return OK
	case changes.LeaseVoid:
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
