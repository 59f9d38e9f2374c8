package maintenance

import (
	"context"
	"fmt"
	"slices"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/internal/store"
)

// checkScheduled refuses a plan of which a field is set within a span by a scheduled change that is temporary: it would hold
// the field, or not be made.
func (s *Windows) checkScheduled(ctx context.Context, q store.Querier, plan Plan, spans []Span) error {
	for _, p := range plan.parts() {
		coming, err := s.Changes.ScheduledIn(ctx, q, p.section.Name)
		if err != nil {
			return err
		}

		for _, one := range coming {
			if one.EndsAt == nil || !slices.ContainsFunc(spans, func(span Span) bool {
				return one.At.Before(span.EndsAt) && span.StartsAt.Before(*one.EndsAt)
			}) {
				continue
			}

			if field, sets := p.sets(one.Set); sets {
				return one.Refuses(field)
			}
		}
	}

	return nil
}

// Beyond warns, before the end of a window is put off, of the scheduled changes of what it sets that come after it.
func (s *Windows) Beyond(ctx context.Context, w Window) ([]changes.Effect, error) {
	var out []changes.Effect

	for _, p := range w.parts() {
		coming, err := s.Changes.ScheduledIn(ctx, s.DB.Read(), p.section.Name)
		if err != nil {
			return nil, err
		}

		for _, one := range coming {
			field, sets := p.sets(one.Set)
			if !sets || one.State == scheduled.Held || one.At.Before(w.EndsAt) {
				continue
			}

			then := "If it lasts longer than that, the scheduled change is held, and needs a decision."
			if one.EndsAt != nil {
				then = "It can last longer than that once the scheduled change is moved or cancelled."
			}

			out = append(out, changes.Effect{
				Kind: changes.EffectWarning, URL: "/" + scheduled.Object(one.ID),
				Text: fmt.Sprintf("Scheduled change %d of %s sets %s too, at %s. %s",
					one.ID, one.Actor, field.Label, one.At.UTC().Format("2006-01-02 15:04 UTC"), then),
			})
		}
	}

	return out, nil
}
