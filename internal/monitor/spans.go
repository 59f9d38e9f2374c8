package monitor

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// span is the time in which a component was seen to hold a status.
type span struct {
	status       ops.ComponentStatus
	since, until time.Time
}

// spanKey names a span, as its row is named.
type spanKey struct {
	component string
	since     time.Time
}

// spans are what this process sees.
type spans struct {
	// now are the spans that may go on, by component.
	now map[string]span
	// unwritten are those that the database does not have as they are: also of the time in which
	// it takes none.
	unwritten map[spanKey]span
}

func newSpans() spans { return spans{now: map[string]span{}, unwritten: map[spanKey]span{}} }

// see adds the statuses that the snapshot shows, what is old adds none, and reports whether one is
// another than before. While it is asked in vain how the components are, nobody knows, however
// short that is.
func (s spans) see(next *Snapshot, begun, now time.Time) (changed bool) {
	if !next.Health.Stale() {
		for name, component := range next.Health.Value.Components {
			changed = s.extend(name, component.Status, now, now) || changed
		}
	} else if next.ControlPlane.Status != NotAsked {
		for name, last := range s.now {
			if !strings.HasPrefix(name, ownPrefix) && last.status != ops.ComponentNotConfigured {
				changed = s.extend(name, Unknown, begun, now) || changed
			}
		}
	}

	// However long it was waited for in vain, it did not answer in all that time.
	if own := next.ControlPlane; own.Status != NotAsked {
		changed = s.extend(ControlPlane, own.Status, begun, now) || changed
	}

	for _, sight := range next.sights {
		changed = s.extend(Database, sight.Status, microseconds(sight.Since), microseconds(sight.Until)) || changed
	}

	return changed
}

// extend adds a time in which a component held a status: to its span while that holds without a
// gap, else it begins another one. It reports whether the status is another one.
func (s spans) extend(component string, status ops.ComponentStatus, from, until time.Time) (changed bool) {
	last, known := s.now[component]

	next := span{status, from, until}
	if known && last.status == status && from.Sub(last.until) <= GapAfter {
		next.since = last.since
	}

	s.now[component], s.unwritten[spanKey{component, next.since}] = next, next

	return known && last.status != status
}

// seen are all that the database may not have as they are.
func (s spans) seen() []StatusSpan {
	all := maps.Clone(s.unwritten)
	for component, now := range s.now {
		all[spanKey{component, now.since}] = now
	}

	out := make([]StatusSpan, 0, len(all))
	for key, s := range all {
		out = append(out, StatusSpan{Component: key.component, Status: s.status, Since: s.since, Until: s.until})
	}

	return out
}

// unwrittenMost bounds the spans that wait for a database which takes no writes.
const unwrittenMost = 1000

// forget drops the oldest of those that wait, once they are too many.
func (s spans) forget() {
	if len(s.unwritten) <= unwrittenMost {
		return
	}

	oldest := slices.SortedFunc(maps.Keys(s.unwritten), func(a, b spanKey) int {
		return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.component, b.component))
	})
	for _, key := range oldest[:len(oldest)-unwrittenMost] {
		delete(s.unwritten, key)
	}
}
