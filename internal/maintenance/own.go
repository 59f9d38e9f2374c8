package maintenance

import (
	"fmt"
	"strings"
)

// plan is what the edit makes of a plan: what it does not touch stays, so that a window of a series
// keeps what it has of its own, and does not pass it on. What it touches is as it was checked.
func (e Edit) plan(own, checked Plan) Plan {
	for _, part := range e.parts() {
		if part.edited {
			part.set(&own, checked)
		}
	}

	return own
}

// planPart is a part of a plan that an edit may touch.
type planPart struct {
	name   string
	edited bool
	of     func(Plan) any
	set    func(*Plan, Plan)
}

func (e Edit) parts() []planPart {
	return []planPart{
		{"title", e.Title != nil, func(p Plan) any { return p.Title }, func(to *Plan, from Plan) { to.Title = from.Title }},
		{"message", e.Message != nil, func(p Plan) any { return p.Message }, func(to *Plan, from Plan) { to.Message = from.Message }},
		{
			"maintenance mode", e.MaintenanceMode != nil,
			func(p Plan) any { return p.MaintenanceMode }, func(to *Plan, from Plan) { to.MaintenanceMode = from.MaintenanceMode },
		},
		{"settings", e.Settings != nil, func(p Plan) any { return p.Settings }, func(to *Plan, from Plan) { to.Settings = from.Settings }},
		{
			"alerts to silence", e.AlertMatchers != nil,
			func(p Plan) any { return p.AlertMatchers }, func(to *Plan, from Plan) { to.AlertMatchers = from.AlertMatchers },
		},
	}
}

// ownPlan says what becomes of what a window has that its series has not: "keeps its own title", "gets
// this message in place of its own"; "" where there is nothing.
func (e Edit) ownPlan(own, ofSeries Plan) string {
	var kept, replaced []string

	for _, part := range e.parts() {
		switch {
		case fmt.Sprint(part.of(own)) == fmt.Sprint(part.of(ofSeries)): // nothing may be nil or empty
		case part.edited:
			replaced = append(replaced, part.name)
		default:
			kept = append(kept, part.name)
		}
	}

	var words []string
	if len(kept) > 0 {
		words = append(words, "keeps its own "+strings.Join(kept, ", "))
	}

	if len(replaced) > 0 {
		words = append(words, "gets the new "+strings.Join(replaced, ", ")+" in place of its own")
	}

	return strings.Join(words, ", and ")
}
