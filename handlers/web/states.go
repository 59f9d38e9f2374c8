package web

import (
	"net/url"
	"strconv"

	"github.com/graph-olap/opsconsole/templates/components"
)

// InState is what the address of a list asks for: what is not over, unless it names a state.
type InState struct {
	// State is as it was written, "" for what is not over.
	State  string
	Before int64
	Limit  int
}

// ReadInState reads the query of an address.
func ReadInState[S ~string](values url.Values, states []S) (InState, error) {
	q := ReadQuery(values)

	return InState{State: q.OneOf("state", append(Strings(states), components.AnyState)), Before: q.Cursor(), Limit: q.Limit()}, q.Err()
}

// Named is the state that is named, "" for any.
func (s InState) Named() string {
	if s.State == components.AnyState {
		return ""
	}

	return s.State
}

// Values are the query as it is written of the same list.
func (s InState) Values() url.Values {
	values := url.Values{}
	if s.State == "" {
		return values
	}

	values.Set("state", s.State)

	if s.Before > 0 {
		values.Set("before", strconv.FormatInt(s.Before, 10))
	}

	if s.Limit > 0 {
		values.Set("limit", strconv.Itoa(s.Limit))
	}

	return values
}
