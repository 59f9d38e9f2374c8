package asof

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/incident"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	incidentview "github.com/graph-olap/opsconsole/templates/incident"
)

// Marked are the kinds of what happened that a scrubber marks, from the top.
func Marked() []incident.Kind {
	return []incident.Kind{
		incident.State, incident.Capacity, incident.Change, incident.Window, incident.Trigger, incident.Failure, incident.Export,
	}
}

// from and until are where the scrubber begins and ends: what is to come was not recorded.
func (v View) from() time.Time { return v.At.Add(-v.Around) }

func (v View) until() time.Time {
	if until := v.At.Add(v.Around); until.Before(v.Now) {
		return until
	}

	return v.Now
}

// earlier is the last event before the moment, and later the first after it; nil for none.
func (v View) earlier() (found *incident.Item) {
	for i := range v.Events {
		if v.Events[i].At.Before(v.At) {
			found = &v.Events[i]
		}
	}

	return found
}

func (v View) later() *incident.Item {
	for i := range v.Events {
		if v.Events[i].At.After(v.At) {
			return &v.Events[i]
		}
	}

	return nil
}

// of are the events of a kind.
func (v View) of(kind incident.Kind) []incident.Item {
	return slices.DeleteFunc(slices.Clone(v.Events), func(i incident.Item) bool { return i.Kind != kind })
}

const drawn = 1000

// x is where a moment is drawn, so that what is as wide as that has it in its middle.
func (v View) x(at time.Time, width float64) string {
	return fmt.Sprintf("%.1f", drawn*float64(at.Sub(v.from()))/float64(max(1, v.until().Sub(v.from())))-width/2)
}

// seconds is a moment as the script counts it.
func seconds(at time.Time) string { return fmt.Sprintf("%.3f", float64(at.UnixMilli())/1000) }

// said is the moment in words, with what was the last to happen by then: the script says the same of others.
func (v View) said() string {
	last := "Nothing is marked before it"

	for _, e := range v.Events {
		if !e.At.After(v.At) {
			last = format.Span(v.At.Sub(e.At)) + " after " + mark(e)
		}
	}

	return format.Full(v.At) + ". " + last
}

// mark is an event in words.
func mark(i incident.Item) string {
	said := incidentview.Say(i)
	if i.Kind == incident.Failure && said.Word != "" {
		return said.Title + ", " + strings.ToLower(said.Word)
	}

	return said.Title
}

func stateOf(i incident.Item) components.State {
	switch i.Kind {
	case incident.Failure, incident.Export, incident.Capacity:
		return components.Bad
	case incident.State:
		if i.Status != nil {
			return components.OfComponent(i.Status.To)
		}

		return components.Unknown
	case incident.Window:
		return components.Warn
	case incident.Change, incident.Trigger, incident.Instance, incident.SignIn:
		return components.Busy
	default:
		return components.Busy
	}
}
