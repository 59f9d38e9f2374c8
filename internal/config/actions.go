package config

import (
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/action"
)

// actions reads names of the acts of operators.
func (r *reader) actions(l list) []string {
	names := l.items()

	for _, name := range names {
		if _, ok := action.Named(name); !ok {
			r.badf(l.setting, "has %q, which is not an action; the actions are %s", name, strings.Join(action.Names(), ", "))
		}
	}

	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// approvals reads the names of those for which a second person is asked.
func (r *reader) approvals(l list) []string {
	names := r.actions(l)

	for _, name := range names {
		if named, _ := action.Named(name); named.Alone != "" {
			r.badf(l.setting, "has %s, which another operator cannot approve: %s; leave it out", name, named.Alone)
		}
	}

	return names
}

// stepUp reads both settings or neither.
func (r *reader) stepUp(l list, maxAge setting) ([]string, time.Duration) {
	names := r.actions(l)

	switch {
	case len(names) == 0 && maxAge.text == "":
		return nil, 0
	case len(names) == 0:
		r.badf(maxAge, "is given without --step-up-actions; give both or neither")
	case maxAge.text == "":
		r.badf(l.setting, "is given without --step-up-max-age; give both or neither")
	default:
		return names, r.parseDuration(maxAge, time.Minute)
	}

	return nil, 0
}
