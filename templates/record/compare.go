package record

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// The names under which an address has what was ticked in a list, twice.
const (
	TickedChange = "change"
	TickedEntry  = "entry"
)

// Compare shows two changes beside one another.
type Compare struct {
	A changes.Change `json:"a"`
	B changes.Change `json:"b"`
	// Differences are between what the section held after each; null where they are of two sections.
	Differences []ops.Difference `json:"differences"`
	// Title is the section's, "" of two.
	Title string `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// CompareEntries shows two acts of the audit log beside one another, each by an entry of it.
type CompareEntries struct {
	A audit.Entry `json:"a"`
	B audit.Entry `json:"b"`
	// Others are the other entries of both acts.
	Others []audit.Entry `json:"others"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// fact is what is told of one of two, under its name.
type fact struct{ label, text string }

// told is a name with what is told of both under it.
type told struct{ label, a, b string }

// beside puts the facts of two beside one another, in the order of the first; what neither has is left out.
func beside(a, b []fact) (rows []told) {
	for _, f := range a {
		rows = append(rows, told{label: f.label, a: f.text})
	}

	for _, f := range b {
		i := slices.IndexFunc(rows, func(row told) bool { return row.label == f.label })
		if i < 0 {
			i, rows = len(rows), append(rows, told{label: f.label})
		}

		rows[i].b = f.text
	}

	return slices.DeleteFunc(rows, func(row told) bool { return row.a == "" && row.b == "" })
}

// facts are what is told of a change, beside when.
func facts(c changes.Change) []fact {
	failed := ""
	if c.Error != nil {
		failed = *c.Error
	}

	return []fact{
		{"Section", components.Word(c.Section)},
		{"What changed", ChangeSteps(c)},
		{"Outcome", components.Word(c.Outcome)},
		{"Error", failed},
		{"Who", c.Who()},
		{"Source", sourceWord(c.Source)},
		{"Reason", c.Reason},
	}
}

// line is the act of an entry.
func (v CompareEntries) line(e audit.Entry) auditLine {
	return auditLines([]audit.Entry{e}, slices.DeleteFunc(slices.Concat(v.Others, []audit.Entry{v.A, v.B}),
		func(other audit.Entry) bool { return other.Seq == e.Seq }))[0]
}

// facts are what is told of an act, beside when.
func (l auditLine) facts() []fact {
	var (
		reason, message string
		fields          []fact
	)

	for _, e := range l.Steps {
		reason, message = cmp.Or(reason, e.Reason), cmp.Or(message, action.Message(e.Message))

		if len(fields) == 0 {
			for _, f := range entryFields(e, objects{}) {
				fields = append(fields, fact(f))
			}
		}
	}

	change := ""
	if l.change() != 0 {
		change = format.ID(l.change())
	}

	return append([]fact{
		{"Action", action.Title(string(l.Action))},
		{"Object", objectText(l.Object)},
		{"Outcome", components.Word(l.Outcome)},
		{"Who", audit.Who(l.Actor)},
		{"Role", l.Role},
		{"Reason", reason},
		{"Message", message},
		{"Change", change},
		{"From", l.RemoteAddr},
		{"Request", l.RequestID},
	}, fields...)
}

// swapped is the address where the two change places.
func swapped(path string, a, b int64) string { return fmt.Sprintf("%s?a=%d&b=%d", path, b, a) }

// KeepForm asks why an outside change may stand.
type KeepForm struct {
	Change      changes.Change   `json:"change"`
	Title       string           `json:"-"`
	Differences []ops.Difference `json:"differences"`
	// Leases are the ids of the temporary changes that wait for this decision alone.
	Leases []int64 `json:"leases,omitempty"`
	// GoOn are those of the temporary changes that wait for it and for which it is a part of what
	// they set: the rest goes back.
	GoOn        []int64   `json:"leases_going_on,omitempty"`
	Reason      string    `json:"-"`
	ReasonError string    `json:"-"`
	Now         time.Time `json:"-"`
}
