package changes

import (
	"context"
	"slices"

	"github.com/graph-olap/opsconsole/internal/changes/lease"
	"github.com/graph-olap/opsconsole/ops"
)

// stillSet are the fields that the change set and that mean the same yet.
func (c Current) stillSet(change Change) []string {
	var fields []string

	for _, d := range c.Section.Diff(change.Before, change.After) {
		if d.Field.Equal(d.After, c.Values[d.Field.Name]) {
			fields = append(fields, d.Field.Name)
		}
	}

	return fields
}

// asked are the fields of an outside change about which somebody has to decide: those of which it set
// what they hold now, and nobody has set that again, here or outside. That something temporary went
// back to it is nobody's word.
func (c *Changes) asked(ctx context.Context, current Current, change Change) ([]string, error) {
	var out []string

	for _, name := range current.stillSet(change) {
		field, _ := current.Section.Field(name)

		set, err := c.settersOf(ctx, current, field)
		if err != nil {
			return nil, err
		}

		set = slices.DeleteFunc(set, func(c Change) bool { return c.Source == SourceLeaseEnd })
		if len(set) == 0 || set[0].ID == change.ID {
			out = append(out, name)
		}
	}

	return out, nil
}

// KeptWith returns the outside changes that are kept along with what is set now instead of a
// held lease: those of which nothing else is set.
func (c *Changes) KeptWith(ctx context.Context, l lease.Lease) ([]Change, error) {
	if l.State != lease.Held {
		return nil, nil
	}

	current, err := c.Known(ctx, l.Section)
	if err != nil {
		return nil, err
	}

	unreviewed, err := c.list(ctx, `WHERE section = $1 AND unreviewed = 1 ORDER BY id`, l.Section)
	if err != nil {
		return nil, err
	}

	var out []Change

	for _, change := range unreviewed {
		asked, err := c.asked(ctx, current, change)
		if err != nil {
			return nil, err
		}

		if len(asked) > 0 && !slices.ContainsFunc(asked, func(field string) bool { return !slices.Contains(l.Fields(), field) }) {
			out = append(out, change)
		}
	}

	return out, nil
}

// DecidedWith returns the held leases of which an outside change has replaced something, once that is
// kept: those about which nothing is left to decide, as everything that they set is replaced by it,
// or by what was kept before, and those that go on, for what else they set.
func (c *Changes) DecidedWith(ctx context.Context, change Change) (over, goOn []lease.Lease, err error) {
	open, err := c.leases.OpenIn(ctx, c.db.Read(), change.Section)
	if err != nil {
		return nil, nil, err
	}

	current, err := c.Known(ctx, change.Section)
	if err != nil {
		return nil, nil, err
	}

	for _, l := range open {
		if l.State != lease.Held || !l.Settled() || !slices.ContainsFunc(l.Fields(), func(field string) bool {
			return slices.Contains(current.stillSet(change), field)
		}) {
			continue
		}

		undecided, err := c.undecided(ctx, current, l, change.ID)

		switch {
		case err != nil:
			return nil, nil, err
		case len(undecided) == 0:
			over = append(over, l)
		default:
			goOn = append(goOn, l)
		}
	}

	return over, goOn, nil
}

// undecided are the fields of a lease about which nobody has decided: all but those that were
// replaced by an outside change that was kept, or is the one of that id.
func (c *Changes) undecided(ctx context.Context, current Current, l lease.Lease, id int64) ([]string, error) {
	replaced := current.replaced(l, l.Fields())
	if len(replaced) == 0 {
		return l.Fields(), nil
	}

	by, err := c.SetBy(ctx, current, replaced)

	return slices.DeleteFunc(l.Fields(), func(field string) bool {
		change, known := by[field]

		return slices.Contains(replaced, field) && known && (change.Kept != nil || change.ID == id)
	}), err
}

// replaced are those of the fields of a lease that do not hold what it set.
func (c Current) replaced(l lease.Lease, fields []string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(field string) bool {
		return c.Section.EqualIn([]string{field}, c.Values, l.Set)
	})
}

// decidedOutside is the note of a lease about which the decision was one about an outside change.
const decidedOutside = "What was set outside this console was kept."

// conflicts reports whether err says that somebody else was faster.
func conflicts(err error) bool { return err != nil && ops.AsError(err).Code == ops.CodeConflict }
