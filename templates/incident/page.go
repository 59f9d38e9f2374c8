package incident

import (
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/incident"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// Path is where it is.
const Path = "/incident"

// Page is what happened in a time.
type Page struct {
	// From is inclusive, To exclusive.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Ahead says that a later end was asked for: To is now.
	Ahead bool `json:"end_ahead"`
	// Kinds are those that were asked for, [] for all.
	Kinds []incident.Kind `json:"kinds"`
	// Start is how the components were at From; of what is not among them nobody saw it.
	Start []monitor.StatusSpan `json:"start"`
	// Items are oldest first, at most 2,000; Next is the from of what comes after them, null where nothing does.
	Items []Item     `json:"items"`
	Next  *time.Time `json:"next"`
	// Gaps are what is not known of that time any more.
	Gaps   []Gap  `json:"gaps"`
	Filter Filter `json:"-"`
	// Tickets become links in reasons.
	Tickets format.Tickets `json:"-"`
	Now     time.Time      `json:"-"`
}

// Item is something that happened, in words.
type Item struct {
	incident.Item

	Title string `json:"title"`
}

// since is until when nobody saw that it had happened, nil where somebody looked.
func (i Item) since() *time.Time {
	switch {
	case i.Status != nil:
		return i.Status.Since
	case i.Exports != nil:
		return i.Exports.Since
	default:
		return nil
	}
}

// Gap is what is not kept of a kind before a moment.
type Gap struct {
	Kind   incident.Kind `json:"kind"`
	Before time.Time     `json:"before"`
	Text   string        `json:"text"`
}

// Filter is the query of the page, as it was typed.
type Filter struct {
	Moments map[string]components.MomentInput
	Kinds   []incident.Kind
	// Errors are by the name of the parameter.
	Errors map[string]string
}

// kind is the one that was chosen, "" for none and for several: those an address alone can name.
func (f Filter) kind() string {
	if len(f.Kinds) != 1 {
		return ""
	}

	return string(f.Kinds[0])
}

// all is what stands for no single kind.
func (f Filter) all() string {
	if len(f.Kinds) < 2 {
		return "All"
	}

	names := make([]string, len(f.Kinds))
	for i, kind := range f.Kinds {
		names[i] = KindTitle(kind)
	}

	return strings.Join(names, ", ")
}

func kindChoices() []components.Named {
	var all []components.Named
	for _, kind := range incident.Kinds() {
		all = append(all, components.Named{Value: string(kind), Name: KindTitle(kind)})
	}

	return all
}

// Address is that of what happened in a time, also of some kinds alone.
func Address(from, to string, kinds ...incident.Kind) string {
	values := url.Values{"from": {from}, "to": {to}}
	for _, kind := range kinds {
		values.Add("kind", string(kind))
	}

	return Path + "?" + values.Encode()
}

// Between is the address of what happened from one moment to another.
func Between(from, to time.Time, kinds ...incident.Kind) string {
	return Address(from.UTC().Format(time.RFC3339Nano), to.UTC().Format(time.RFC3339Nano), kinds...)
}

// KindTitle is how people read a kind.
func KindTitle(kind incident.Kind) string {
	switch kind {
	case incident.State:
		return "Status"
	case incident.Change:
		return "Change"
	case incident.Window:
		return "Maintenance"
	case incident.Trigger:
		return "Job run by hand"
	case incident.Failure:
		return "Failed job"
	case incident.Export:
		return "Failed exports"
	case incident.Capacity:
		return "Capacity"
	case incident.Instance:
		return "Instance"
	case incident.SignIn:
		return "Sign-in"
	default:
		return components.Word(kind)
	}
}
