package templates

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/templates/components"
)

// Maintenance is the page of the maintenance windows and, below them, of maintenance
// mode as it is now.
type Maintenance struct {
	Config
	WindowsNow

	Templates []maintenance.Template `json:"templates"`
	// ModeProblem says why maintenance mode could not be read; "" when it could.
	ModeProblem string `json:"-"`
}

// WindowsNow are the windows that are not over, and the last that are.
type WindowsNow struct {
	// Running has begun to act, Upcoming has not; those that start first lead.
	Running  []maintenance.Window `json:"running"`
	Upcoming []maintenance.Window `json:"upcoming"`
	// Past is over, what started last leads; MorePast says that there is more of it.
	Past     []maintenance.Window `json:"past"`
	MorePast bool                 `json:"-"`
	Now      time.Time            `json:"-"`
}

// Windows is the list of all windows, the one that starts last leading.
type Windows struct {
	Items []maintenance.Window `json:"items"`
	// Next is the value of cursor for the next page, null on the last one.
	Next *string `json:"next"`
	// Total counts what the filter selects.
	Total  int          `json:"total"`
	Filter WindowFilter `json:"-"`
	Now    time.Time    `json:"-"`
}

// WindowFilter is the query of the list, as it was typed; what is "" does not restrict.
type WindowFilter struct {
	Phase, Actor, Text string
	// Series is the number of one; it is followed, not typed.
	Series string
	// From and Until are dates or RFC 3339.
	From, Until string
	// Cursor is that of the page, "" on the first.
	Cursor string
	// Errors are by the name of the parameter.
	Errors map[string]string
}

// Active reports whether the filter restricts anything.
func (f WindowFilter) Active() bool { return f.URL("") != windowsPath }

// next is the address of the next page, "" on the last one.
func (v Windows) next() string {
	if v.Next == nil {
		return ""
	}

	return v.Filter.URL(*v.Next)
}

// URL is the address of the page at the cursor; "" is the first.
func (f WindowFilter) URL(cursor string) string {
	return pageURL(windowsPath, nonEmpty(map[string]string{
		"phase": f.Phase, "actor": f.Actor, "text": f.Text, "series": f.Series, "from": f.From, "until": f.Until, "cursor": cursor,
	}), 0)
}

const (
	windowsPath         = "/maintenance/windows"
	windowTemplatesPath = "/maintenance/templates"
)

// WindowPath is the page of a window.
func WindowPath(id int64) string { return fmt.Sprintf("%s/%d", windowsPath, id) }

// windowLine says where a window stands.
func windowLine(w maintenance.Window) components.Line {
	line := components.Line{State: components.OfWindow(w), Text: components.Word(w.Phase) + "."}

	switch w.Phase {
	case maintenance.Announced:
		line.Text = "Announced: it starts by itself."
	case maintenance.Active:
		line.Text = "Active: it ends by itself."
	case maintenance.Verifying:
		line.Text = "Verifying: the platform's health is read, then everything is put back."
	case maintenance.Overrun:
		line.Text = "Overrun: its end has come, and it goes on."
	case maintenance.Held:
		line.Text = "Held: it waits for an operator."
	case maintenance.Completed:
		line.Text = "Completed: everything is as it was before."
		if w.Report != nil && !w.Report.Restored {
			line.Text = "Completed, but not everything is as it was before: see the report."
		}
	case maintenance.Cancelled:
		line.Text = "Cancelled: it did not take place."
	case maintenance.Missed:
		line.Text = "Missed: it could not be started before its end."
	}

	if w.Overdue && w.Phase != maintenance.Held {
		line.Text += " This is overdue."
	}

	return line
}

// moments writes the span of a window as clocks in a zone show it: "Sat 4 July 2026
// 22:00 to Sun 5 July 00:30".
func moments(from, until time.Time, zone *time.Location) string {
	const day = "Mon 2 January 2006 15:04"

	from, until = from.In(zone), until.In(zone)

	switch {
	case from.YearDay() == until.YearDay() && from.Year() == until.Year():
		return from.Format(day) + " to " + until.Format("15:04")
	default:
		return from.Format(day) + " to " + until.Format(day)
	}
}

// The live regions of windows.
const (
	WindowsRegion = "live-windows"
	WindowRegion  = "live-window"
)
