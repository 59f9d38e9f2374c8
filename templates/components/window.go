package components

import (
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// OfWindow returns the state of a maintenance window.
func OfWindow(w maintenance.Window) State {
	if w.Unknown {
		return Unknown
	}

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

// OfSeverity returns the state that an update tells of.
func OfSeverity(s maintenance.Severity) State {
	switch s {
	case maintenance.SeverityInfo:
		return Idle
	case maintenance.SeverityWarning:
		return Warn
	case maintenance.SeverityCritical:
		return Bad
	default:
		return Unknown
	}
}

// OfDelivery returns the state of what a webhook was told.
func OfDelivery(s webhooks.State) State {
	switch s {
	case webhooks.Delivered:
		return OK
	case webhooks.Pending:
		return Busy
	case webhooks.Failed:
		return Bad
	case webhooks.Dropped:
		return Idle
	default:
		return Unknown
	}
}

// OfSilence returns the state of the silence of a window.
func OfSilence(s maintenance.Silence) State {
	if s.Problem != "" {
		return Warn
	}

	switch s.State {
	case maintenance.SilenceStarting, maintenance.SilenceEnding:
		return Busy
	case maintenance.SilenceActive, maintenance.SilenceGone:
		return OK
	case maintenance.SilenceEndedByHand:
		return Warn
	default:
		return Unknown
	}
}
