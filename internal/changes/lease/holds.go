package lease

import (
	"fmt"

	"github.com/graph-olap/opsconsole/ops"
)

// Holds is the CONFLICT of whoever wants a field that the lease holds. It says what has to come
// about first: its end, unless that waits for somebody; instead is what else can be done while it
// will end by itself, "extend it". Details are the field, the lease, its holder where it has one,
// the lease's state, and the url of the page on which it can be decided about.
func (l Lease) Holds(field ops.Field, instead string) *ops.Error {
	e := &ops.Error{Code: ops.CodeConflict, Details: map[string]any{
		"lease": l.ID, "field": field.Name, "state": string(l.State), "url": "/" + Object(l.ID),
	}}
	by := fmt.Sprintf("temporary change %d of %s", l.ID, l.Actor)

	if l.Holder != nil {
		by = fmt.Sprintf("maintenance window %d", *l.Holder)
		e.Details["window"], e.Details["url"] = int64(*l.Holder), fmt.Sprintf("/maintenance/windows/%d", *l.Holder)
	}

	until := l.EndsAt.UTC().Format("2006-01-02 15:04 UTC")

	switch {
	case l.State == Held:
		e.Message = by + ", which no longer ends by itself and needs a decision. " +
			"Keep the current values, or restore the previous ones."
	case l.State == Overdue:
		e.Message = by + ", which was due to end at " + until + " and is being ended. Try again once it has."
	case l.Holder != nil:
		e.Message = by + " until " + until + "."
	default:
		e.Message = by + " until " + until + ". End that first, or " + instead + "."
	}

	e.Message = field.Label + " is held by " + e.Message

	return e
}
