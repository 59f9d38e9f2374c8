package incident

import (
	"slices"

	"github.com/graph-olap/opsconsole/internal/audit"
)

// acts are those of which the audit log alone tells, whatever became of them.
func acts() map[Kind][]audit.Action {
	return map[Kind][]audit.Action{
		State: {audit.DatabaseRestore},
		Change: {
			audit.LeaseExtend, audit.LeaseConfirm, audit.LeaseRelease, audit.ChangeKeep,
			audit.ChangeSchedule, audit.ScheduleMove, audit.ScheduleCancel, audit.ScheduleHold,
			audit.ApprovalRequest, audit.ApprovalApprove, audit.ApprovalReject, audit.ApprovalBreakGlass,
		},
		Window:   {audit.WindowHold, audit.WindowMiss, audit.WindowTakeOver, audit.WindowSettle, audit.WindowRules, audit.WindowSilence},
		Trigger:  {audit.JobTrigger},
		Instance: {audit.InstanceTerminate, audit.InstanceSuspend, audit.InstanceResume, audit.InstanceExtend},
		SignIn:   {audit.SignIn, audit.SignOut, audit.SessionEnd, audit.AccessRefused},
	}
}

// undone are those of which something else tells once they are done: the audit log is asked for what was refused or failed.
func undone() map[Kind][]audit.Action {
	return map[Kind][]audit.Action{
		Change: {audit.ConfigSave, audit.ConfigRestore, audit.LeaseEnd},
		Window: {
			audit.WindowAnnounce, audit.WindowChange, audit.WindowStart, audit.WindowExtend, audit.WindowUpdate, audit.WindowEnd,
			audit.WindowVerify, audit.WindowCancel, audit.WindowOverrun,
		},
	}
}

// kindOf is what kind of thing an act is.
func kindOf(action audit.Action) Kind {
	for _, kind := range Kinds() {
		if slices.Contains(acts()[kind], action) || slices.Contains(undone()[kind], action) {
			return kind
		}
	}

	return ""
}

// isOfChange reports whether the change itself tells what became of it.
func isOfChange(e audit.Entry) bool {
	return e.Change != 0 && (e.Action == audit.ConfigSave || e.Action == audit.ConfigRestore)
}
