package settings

import (
	"fmt"
	"net/url"

	"github.com/graph-olap/opsconsole/handlers/snippet"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/settings"
)

func (h *Handlers) showReview(p *web.Page, status int, view pages.Review) error {
	shell := h.sectionShell(p, view.Section, "Review: "+view.Title)

	return p.Answer(web.Answer{
		Status: status, Data: view,
		Full: pages.ReviewPage(shell, view), Fragment: pages.ReviewPanel(view),
	})
}

// reviewView is the last look at a change before it is made.
func (h *Handlers) reviewView(p *web.Page, plan changes.Plan, in input) pages.Review {
	section := plan.Current.Section
	sent := in.typedOf(section, plan.After)
	sent.Set("until", p.FixedMoment(in.meta["until"]))
	sent.Set(web.AtField, p.FixedMoment(in.meta[web.AtField]))

	view := pages.Review{
		Section: section.Name, Title: section.Title, Revision: plan.Current.Revision,
		Values: plan.After, Differences: plan.Differences,
		Action: "/config/" + string(section.Name), Button: buttonText(section, plan.Differences),
		RequestID: p.RequestID(), Now: p.Now, Tickets: h.Tickets,
		Snippets: snippet.Section(h.PublicURL, section, plan.Current.Revision, sent),
		Reason:   in.meta["reason"], Confirm: plan.Confirm, Confirmed: in.meta["confirm"],
		At: p.UntilInput(in.meta[web.AtField], in.chosenAt),
		Term: components.TermInput{
			Chosen: in.term, Duration: in.meta["duration"], Until: p.UntilInput(in.meta["until"], in.chosen),
			ConfirmWithin: in.meta["confirm_within"],
		},
	}
	back := url.Values{}

	for _, field := range section.Fields {
		typed := in.raw(field, plan.After)
		view.Typed = append(view.Typed, pages.TypedField{Name: field.Name, Value: typed})
		back.Set(field.Name, typed)
	}

	for _, field := range in.kept() {
		back.Set(field.Name, field.Value)
	}

	view.Edit = view.Action + "?" + back.Encode()

	view.Effects = components.EffectLines(plan.Effects)

	return view
}

// withErrors is the review with what is wrong beside what was typed into it.
func withErrors(view pages.Review, cause error) pages.Review {
	wrong := web.Sort(cause, web.Has(reviewed()...))

	view.ReasonError, view.ConfirmError, view.Problem = wrong.Fields["reason"], wrong.Fields["confirm"], wrong.Problem
	view.Way = wrong.Way
	view.Term.DurationError, view.Term.ConfirmWithinError = wrong.Fields["duration"], wrong.Fields["confirm_within"]
	view.Term.Until.Refuse(wrong.Fields["until"])
	view.At.Refuse(wrong.Fields[web.AtField])

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
