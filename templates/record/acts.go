package record

import (
	"strings"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// actWord says what was done, of acts on a window or a temporary change.
func actWord(a audit.Action) string {
	words := map[audit.Action]string{
		audit.LeaseExtend: "End moved", audit.LeaseEnd: "Ended", audit.LeaseConfirm: "Made permanent",
		audit.LeaseRelease: "Goes on",
		audit.ScheduleMove: "Moved", audit.ScheduleCancel: "Cancelled",
		audit.WindowAnnounce: "Announced", audit.WindowChange: "Changed", audit.WindowStart: "Started by hand",
		audit.WindowExtend: "Extended", audit.WindowUpdate: "Told users", audit.WindowEnd: "Ended early",
		audit.WindowVerify: "Declared over",
		audit.WindowCancel: "Cancelled", audit.WindowTakeOver: "Taken over", audit.WindowSettle: "Decided",
		audit.WindowRules: "Time zone rules changed",
	}

	if word, known := words[a]; known {
		return word
	}

	_, verb, _ := strings.Cut(string(a), ".")

	return components.Word(verb)
}

// actMessage says what came of an act, where its word does not.
func actMessage(a audit.Act) string {
	switch a.Action {
	case audit.WindowStart, audit.WindowEnd:
		return ""
	default:
		return format.Moments(a.Message)
	}
}
