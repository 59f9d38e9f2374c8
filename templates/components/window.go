package components

import "github.com/graph-olap/opsconsole/internal/maintenance"

// OfWindow returns the state of a maintenance window.
func OfWindow(w maintenance.Window) State {
	if w.Overdue || w.Report != nil && !w.Report.Restored {
		return Warn
	}

	return OfPhase(w.Phase)
}

// OfPhase returns the state of a window in that phase.
func OfPhase(p maintenance.Phase) State {
	switch p {
	case maintenance.Announced, maintenance.Cancelled:
		return Idle
	case maintenance.Active, maintenance.Verifying:
		return Busy
	case maintenance.Overrun, maintenance.Held:
		return Warn
	case maintenance.Missed:
		return Bad
	case maintenance.Completed:
		return OK
	default:
		return Unknown
	}
}
