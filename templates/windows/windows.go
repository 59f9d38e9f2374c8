package windows

import (
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/settings"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Maintenance is the page of the maintenance windows. Its JSON has maintenance mode as it is now, too.
type Maintenance struct {
	settings.Config
	Recent

	Templates []maintenance.Template `json:"templates"`
}

// Recent are the windows that are not over, and the last that are.
type Recent struct {
	// Running has begun to act, Upcoming has not; those that start first lead.
	Running  []maintenance.Window `json:"running"`
	Upcoming []maintenance.Window `json:"upcoming"`
	// Moved are those to come that new rules of the zones have moved, until somebody has decided.
	Moved []maintenance.Window `json:"moved_by_rules"`
	// Cancelled would be to come.
	Cancelled []maintenance.Window `json:"cancelled"`
	// Past is over, what started last leads; MorePast says that there is more of it.
	Past     []maintenance.Window `json:"past"`
	MorePast bool                 `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// List is the list of all windows, the one that starts last leading.
type List struct {
	Items []maintenance.Window `json:"items"`
	// Next is the value of cursor for the next page, null on the last one.
	Next *string `json:"next"`
	// Total counts what the filter selects.
	Total  int    `json:"total"`
	Filter Filter `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// Filter is the query of the list, as it was typed; what is "" does not restrict.
type Filter struct {
	Phase, Actor, Text string
	// Series is the number of one; it is followed, not typed.
	Series string
	// From and Until are moments as they were typed, Moments what was understood of them.
	From, Until string
	Moments     map[string]components.MomentInput
	// Cursor is that of the page, "" on the first.
	Cursor string
	// Errors are by the name of the parameter.
	Errors map[string]string
}

// Active reports whether the filter restricts anything.
func (f Filter) Active() bool { return f.URL("") != shell.WindowsPath }

// next is the address of the next page, "" on the last one.
func (v List) next() string {
	if v.Next == nil {
		return ""
	}

	return v.Filter.URL(*v.Next)
}

// URL is the address of the page at the cursor; "" is the first.
func (f Filter) URL(cursor string) string {
	return components.PageURL(shell.WindowsPath, components.NonEmpty(map[string]string{
		"phase": f.Phase, "actor": f.Actor, "text": f.Text, "series": f.Series, "from": f.From, "until": f.Until, "cursor": cursor,
	}), 0)
}

// windowLine says where a window stands.
func windowLine(w maintenance.Window) components.Line {
	line := components.Line{State: components.OfWindow(w), Text: components.Word(w.Phase) + "."}

	switch w.Phase {
	case maintenance.Announced:
		line.Text = "Announced: starts automatically."
	case maintenance.Active:
		line.Text = "Active: ends automatically."
	case maintenance.Verifying:
		line.Text = "Verifying: checking the platform's health, then everything is restored."
	case maintenance.Overrun:
		line.Text = "Overrun: past its end and still going."
	case maintenance.Held:
		line.Text = "Held: waiting for an operator."
		if w.BackAt != nil {
			line.Text = "Held: users have the platform back; the rest needs a decision."
		}
	case maintenance.Completed:
		line.Text = "Completed: everything is restored."
		if w.Report != nil && !w.Report.Restored {
			line.Text = "Completed, but not everything is restored: see the report."
		}
	case maintenance.Cancelled:
		line.Text = "Cancelled: will not take place."
	case maintenance.Missed:
		line.Text = "Missed: could not be started before its end."
	}

	if w.Overdue && w.Phase != maintenance.Held {
		line.Text += " This is overdue."
	}

	return line
}

// Stands says where a window stands by now.
func Stands(w maintenance.Window) string {
	return "Now: " + w.Title + ", " + moments(w.StartsAt, w.EndsAt, w.Location()) + " " + w.TimeZone + ". " + windowLine(w).Text
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
	RecentRegion = "live-windows"
	Region       = "live-window"
)
