package changes

import (
	"context"
	"database/sql"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/internal/changes/scheduled"
	"github.com/graph-olap/opsconsole/ops"
)

// checkAhead refuses a temporary change of which a field will be held when it is to begin: by one that does not end
// before, or by another one that is scheduled for that time.
func (c *Changes) checkAhead(ctx context.Context, tx *sql.Tx, section ops.Section, s scheduled.Change) error {
	if s.Kind == "" {
		return nil
	}

	leases, err := c.leases.OpenIn(ctx, tx, section.Name)
	if err != nil {
		return err
	}

	others, err := c.scheduled.OpenIn(ctx, tx, section.Name)
	if err != nil {
		return err
	}

	for _, field := range section.Fields {
		if _, sets := s.Set[field.Name]; !sets {
			continue
		}

		for _, l := range leases {
			if _, holds := l.Set[field.Name]; holds && l.HoldsAt(s.At) {
				return l.Holds(field, "choose a time after its end")
			}
		}

		for _, other := range others {
			if _, sets := other.Set[field.Name]; sets && other.ID != s.ID && other.Meets(s) {
				return other.Refuses(field)
			}
		}
	}

	return nil
}

// ahead says what a change meets that is made now, or until it is made, of what is to come.
func (c *Changes) ahead(ctx context.Context, section ops.Section, request Request) ([]Effect, error) {
	others, err := c.scheduled.OpenIn(ctx, c.db.Read(), section.Name)
	if err != nil || request.At.IsZero() {
		return inTheWay(others, request), err
	}

	leases, err := c.leases.OpenIn(ctx, c.db.Read(), section.Name)
	if err != nil {
		return nil, err
	}

	out := []Effect{note("It is applied at %s. If %s has changed by then in a way that is not listed here, "+
		"it is held, and needs a decision.", moments(request.At), section.Title)}

	for _, l := range leases {
		if l.Holder == nil && !l.HoldsAt(request.At) {
			out = append(out, note("Temporary change %d of %s ends before that, at %s.", l.ID, l.Actor, moments(l.EndsAt)).
				at("/"+lease.Object(l.ID)))
		}
	}

	for _, other := range others {
		say := note
		if other.State == scheduled.Held {
			say = warning
		}

		if !other.At.After(request.At) {
			out = append(out, say("Scheduled change %d of %s is before that, at %s.", other.ID, other.Actor, moments(other.At)).
				at("/"+scheduled.Object(other.ID)))
		}
	}

	out = append(out, inTheWay(others, request)...)

	if c.Windows == nil {
		return out, nil
	}

	until := request.At
	if request.Term != nil {
		until = request.Term.EndsAt
	}

	met, err := c.Windows.Met(ctx, section.Name, request.At, until)

	return append(out, met...), err
}

// LeaseAhead warns of the scheduled changes of what a lease sets that come before its end, as when that was put off.
func (c *Changes) LeaseAhead(ctx context.Context, l lease.Lease) ([]Effect, error) {
	return c.leaseMeets(ctx, l, func(other scheduled.Change) bool { return l.HoldsAt(other.At) },
		"Scheduled change %d of %s sets %s too, at %s, before this ends. "+
			"Unless one of them is moved or ended first, one of them will need a decision.")
}

// LeaseBeyond warns, before its end is put off, of the scheduled changes of what a lease sets that come after it.
func (c *Changes) LeaseBeyond(ctx context.Context, l lease.Lease) ([]Effect, error) {
	return c.leaseMeets(ctx, l, func(other scheduled.Change) bool { return !l.HoldsAt(other.At) },
		"Scheduled change %d of %s sets %s too, at %s. If this lasts longer than that, one of them will need a decision: "+
			"let it end before, or move the scheduled change.")
}

func (c *Changes) leaseMeets(ctx context.Context, l lease.Lease, counts func(scheduled.Change) bool, words string) ([]Effect, error) {
	section, err := ops.SectionOf(l.Section)
	if err != nil {
		return nil, err
	}

	others, err := c.scheduled.OpenIn(ctx, c.db.Read(), l.Section)
	if err != nil {
		return nil, err
	}

	var out []Effect

	for _, other := range others {
		for _, field := range section.Fields {
			_, holds := l.Set[field.Name]
			if _, sets := other.Set[field.Name]; !holds || !sets || !counts(other) || other.State == scheduled.Held {
				continue
			}

			out = append(out, warning(words, other.ID, other.Actor, field.Label, moments(other.At)).at("/"+scheduled.Object(other.ID)))
		}
	}

	return out, nil
}

// inTheWay warns of the scheduled changes that will find a section changed by a request, for it is reviewed after them.
func inTheWay(others []scheduled.Change, request Request) []Effect {
	var out []Effect

	for _, other := range others {
		ended := request.Term != nil && !request.Term.EndsAt.After(other.At)
		if ended || other.State == scheduled.Held || !other.At.After(request.At) {
			continue
		}

		out = append(out, warning("Scheduled change %d of %s was reviewed before this one. If this one still applies at %s, "+
			"that one is held, and needs a decision.", other.ID, other.Actor, moments(other.At)).at("/"+scheduled.Object(other.ID)))
	}

	return out
}

// meanwhile is what changed in the section since a scheduled change was reviewed, nil for nothing. What was to come
// already by then counts as reviewed: that something temporary ended, or that another change, scheduled before, was made.
func (c *Changes) meanwhile(ctx context.Context, current Current, s scheduled.Change) (*ops.Error, error) {
	fields := fieldNames(current.Section.Diff(s.Before, current.Values))

	by, err := c.SetBy(ctx, current, fields)
	if err != nil {
		return nil, err
	}

	var unforeseen []string

	for _, field := range fields {
		change, known := by[field]
		if known {
			if known, err = c.foreseen(ctx, change, s); err != nil {
				return nil, err
			}
		}

		if !known {
			unforeseen = append(unforeseen, field)
		}
	}

	if len(unforeseen) == 0 {
		return nil, nil //nolint:nilnil // nothing changed
	}

	return c.setBy(ctx, current, unforeseen, current.Section.Title+" has changed since this was scheduled")
}

// foreseen reports whether a change was to come already when a scheduled one was reviewed.
func (c *Changes) foreseen(ctx context.Context, change Change, s scheduled.Change) (bool, error) {
	if change.Source == SourceLeaseEnd && change.Restores != nil {
		began, err := c.get(ctx, *change.Restores)
		if err != nil || !began.At.After(s.ReviewedAt) {
			return err == nil, err
		}

		change = began
	}

	made, err := c.scheduled.OfChanges(ctx, []int64{change.ID})
	other, scheduled := made[change.ID]

	return scheduled && other.ID != s.ID && !other.ReviewedAt.After(s.ReviewedAt), err
}
