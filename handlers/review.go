package handlers

import (
	"fmt"
	"net/url"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/settings"
)

func (h *Handlers) showReview(p *page, status int, view settings.Review) error {
	shell := h.sectionShell(p, view.Section, "Review: "+view.Title)

	return p.answer(answer{
		status: status, data: view,
		full: settings.ReviewPage(shell, view), fragment: settings.ReviewPanel(view),
	})
}

// reviewView is the last look at a change before it is made.
func (h *Handlers) reviewView(p *page, plan changes.Plan, in input) settings.Review {
	section := plan.Current.Section
	view := settings.Review{
		Section: section.Name, Title: section.Title, Revision: plan.Current.Revision,
		Values: plan.After, Differences: plan.Differences, Effects: []components.Line{},
		Action: "/config/" + string(section.Name), Button: buttonText(section, plan.Differences),
		RequestID: p.requestID(), Now: p.now, Tickets: h.Tickets,
		Snippets: h.sectionSnippets(section, plan.Current.Revision, typedOf(section, plan.After, in)),
		Reason:   in.reason(), Confirm: plan.Confirm, Confirmed: in.aside["confirm"],
		Term: components.TermInput{
			Duration: in.aside["duration"], Until: in.aside["until"], ConfirmWithin: in.aside["confirm_within"],
		},
	}
	back := url.Values{}

	for _, field := range section.Fields {
		typed := components.Raw(plan.After[field.Name])
		if in.typed.Has(field.Name) {
			typed = in.typed.Get(field.Name)
		}

		view.Typed = append(view.Typed, settings.TypedField{Name: field.Name, Value: typed})
		back.Set(field.Name, typed)
	}

	for _, field := range in.kept() {
		back.Set(field.Name, field.Value)
	}

	view.Edit = view.Action + "?" + back.Encode()

	for _, effect := range plan.Effects {
		view.Effects = append(view.Effects, components.Line{State: components.Warn, Text: effect})
	}

	return view
}

// buttonText names the consequence.
func buttonText(section ops.Section, differences []ops.Difference) string {
	if len(differences) != 1 {
		return fmt.Sprintf("Change %d values of %s", len(differences), section.Title)
	}

	d := differences[0]
	before, wasNumber := d.Before.(int64)
	after, isNumber := d.After.(int64)

	switch {
	case wasNumber && isNumber && after < before:
		return fmt.Sprintf("Lower %q to %d", d.Field.Label, after)
	case wasNumber && isNumber:
		return fmt.Sprintf("Raise %q to %d", d.Field.Label, after)
	case d.After == true:
		return fmt.Sprintf("Turn %q on", d.Field.Label)
	case d.After == false:
		return fmt.Sprintf("Turn %q off", d.Field.Label)
	default:
		return fmt.Sprintf("Change %q", d.Field.Label)
	}
}
