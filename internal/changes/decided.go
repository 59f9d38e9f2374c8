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

	asked, err := c.list(ctx, `WHERE section = $1 AND unreviewed = 1 ORDER BY id`, l.Section)

	return slices.DeleteFunc(asked, func(change Change) bool {
		set, held := current.stillSet(change), l.Fields()

		return len(set) == 0 || slices.ContainsFunc(set, func(field string) bool { return !slices.Contains(held, field) })
	}), err
}

// DecidedWith returns the held leases about which nothing is left to decide once the outside change
// is kept: everything that they set is replaced by it, or by what was kept before.
func (c *Changes) DecidedWith(ctx context.Context, change Change) ([]lease.Lease, error) {
	open, err := c.leases.OpenIn(ctx, c.db.Read(), change.Section)
	if err != nil {
		return nil, err
	}

	current, err := c.Known(ctx, change.Section)
	if err != nil {
		return nil, err
	}

	var out []lease.Lease

	for _, l := range open {
		if l.State != lease.Held || !l.Settled() || !slices.ContainsFunc(l.Fields(), func(field string) bool {
			return slices.Contains(current.stillSet(change), field)
		}) {
			continue
		}

		decided, err := c.allKept(ctx, current, l, change.ID)
		if err != nil {
			return nil, err
		}

		if decided {
			out = append(out, l)
		}
	}

	return out, nil
}

// allKept reports whether each field of a lease was replaced by an outside change that was kept,
// or is the one of that id.
func (c *Changes) allKept(ctx context.Context, current Current, l lease.Lease, id int64) (bool, error) {
	if slices.ContainsFunc(l.Fields(), func(field string) bool {
		return current.Section.EqualIn([]string{field}, current.Values, l.Set)
	}) {
		return false, nil
	}

	by, err := c.SetBy(ctx, current, l.Fields())

	return err == nil && !slices.ContainsFunc(l.Fields(), func(field string) bool {
		change, known := by[field]

		return !known || change.Kept == nil && change.ID != id
	}), err
}

// decidedOutside is the note of a lease about which the decision was one about an outside change.
const decidedOutside = "What somebody set outside this console was kept."

// conflicts reports whether err says that somebody else was faster.
func conflicts(err error) bool { return err != nil && ops.AsError(err).Code == ops.CodeConflict }
