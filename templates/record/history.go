package record

import (
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// History is every change of every section, newest first.
type History struct {
	Items []changes.Change `json:"items"`
	// Next is the value of before for the next page, null on the last one.
	Next *int64 `json:"next"`
	// Total counts what the filter selects; more than 1,000 is 1,001.
	Total int `json:"total"`
	// Cut says that the search ended before it had looked at all: Total are those that it came to, and Next goes on.
	Cut bool `json:"cut,omitempty"`
	// Unreviewed are the changes from outside, of all, that nobody has decided about.
	Unreviewed []int64       `json:"unreviewed"`
	Filter     HistoryFilter `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// HistoryFilter is the query of the page, as it was typed; what is "" does not restrict.
type HistoryFilter struct {
	Text    string
	Section string
	Actor   string
	Field   string
	Source  string
	Outcome string
	// From and Until are moments as they were typed, Moments what was understood of them.
	From, Until string
	Moments     map[string]components.MomentInput
	// Before is the cursor, 0 on the first page.
	Before int64
	// Errors are by the name of the parameter.
	Errors map[string]string
}

// Active reports whether the filter restricts anything.
func (f HistoryFilter) Active() bool {
	return len(f.query()) > 0
}

// URL returns the address of the page that starts before the cursor; 0 is the first.
func (f HistoryFilter) URL(before int64) string {
	return components.PageURL("/history", f.query(), before)
}

func (f HistoryFilter) query() url.Values {
	return components.NonEmpty(map[string]string{
		"q": f.Text, "section": f.Section, "actor": f.Actor, "field": f.Field, "source": f.Source,
		"outcome": f.Outcome, "from": f.From, "until": f.Until,
	})
}

// sectionChoices are the sections, by their titles.
func sectionChoices() (all []components.Named) {
	for _, s := range ops.Sections() {
		all = append(all, components.Named{Value: string(s.Name), Name: s.Title})
	}

	return all
}

// sourceChoices are the sources, as rows name them.
func sourceChoices() (all []components.Named) {
	for _, s := range changes.Sources() {
		all = append(all, components.Named{Value: string(s), Name: components.Word(sourceWord(s))})
	}

	return all
}

// fieldChoices are the fields by which the history is filtered, as the pages name them; one that is none of them is as it was
// asked for.
func fieldChoices(chosen string) []components.Named {
	var all []components.Named

	known := chosen == ""

	for _, s := range ops.Sections() {
		for _, f := range s.Fields {
			all = append(all, components.Named{Value: f.Name, Name: s.Title + ": " + f.Label})
			known = known || f.Name == chosen
		}
	}

	if !known {
		all = append(all, components.Named{Value: chosen, Name: chosen})
	}

	return all
}

// incident is what happened in the time that is filtered by, or else that of the changes on the page.
func (v History) incident() string {
	if n := len(v.Items); n > 0 && v.Filter.From == "" && v.Filter.Until == "" {
		return shell.IncidentPath(v.Items[n-1].At, v.Items[0].At.Add(time.Second))
	}

	query := url.Values{}

	for name, typed := range map[string]string{"from": v.Filter.From, "to": v.Filter.Until} {
		if typed != "" {
			query.Set(name, typed)
		}
	}

	return strings.TrimSuffix("/incident?"+query.Encode(), "?")
}

// ChangeDetail is the page of one change.
type ChangeDetail struct {
	Change changes.Change `json:"change"`
	// Differences are of before and after; Title and Fields are the section's.
	Differences []ops.Difference `json:"differences"`
	// Unreviewed says that it came from outside and nobody has decided it.
	Unreviewed bool        `json:"unreviewed,omitempty"`
	Title      string      `json:"-"`
	Fields     []ops.Field `json:"-"`
	// Tickets become links in the reason.
	Tickets format.Tickets `json:"-"`
	// NotRestorable says why the earlier values cannot be restored; "" when they can.
	NotRestorable string    `json:"not_restorable,omitempty"`
	Now           time.Time `json:"-"`
}
