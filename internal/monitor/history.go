package monitor

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Kept is how far back samples reach, and spans where their status matters; see [AnswersKept].
const Kept = 30 * 24 * time.Hour

// StatusSpan is the time in which a component was seen to hold a status without a break.
type StatusSpan struct {
	Component string              `json:"component"`
	Status    ops.ComponentStatus `json:"status"`
	Since     time.Time           `json:"since"`
	Until     time.Time           `json:"until"`
}

// History is how components were, oldest first: what several consoles saw alike is one span, and
// time that no span covers was not seen.
type History struct {
	// Components are those that the control plane names, Own what this console sees itself, such
	// as the [ControlPlane].
	Components, Own []StatusSpan
	// AsOf is when it was last read, with what this process saw since, while the console's own
	// database cannot be read; nil when it was read now.
	AsOf *time.Time
}

// History returns the spans of which some part lies within the last [Kept]: as the database has
// them and as this process sees them, which may not be written yet.
func (m *Monitor) History(ctx context.Context) (History, error) {
	var (
		history History
		down    = m.config.DB.CannotRead()
		err     error
	)
	if down == nil {
		err = m.recall(ctx)
		down = store.TroubleOf(err)
	}

	past := m.past.Load()

	switch {
	case past == nil, down == nil && err != nil:
		return History{}, cmp.Or(err, error(down))
	case down != nil:
		history.AsOf = &past.at
	}

	for _, s := range joined(slices.Concat(past.spans, m.Snapshot().spans)) {
		if strings.HasPrefix(s.Component, ownPrefix) {
			history.Own = append(history.Own, s)
		} else {
			history.Components = append(history.Components, s)
		}
	}

	return history, nil
}

// past is what the database had of the spans.
type past struct {
	at    time.Time
	spans []StatusSpan
}

// recallEvery is how old what is shown while the database cannot be read is at most, when nobody
// has looked at it before.
const recallEvery = 5 * time.Minute

// recall reads the spans and remembers them.
func (m *Monitor) recall(ctx context.Context) error {
	now := m.config.Now()

	spans, err := m.readSpans(ctx, `WHERE until > $1`, store.Time{Time: now.Add(-Kept)})
	if err != nil {
		return err
	}

	m.past.Store(&past{at: now, spans: spans})

	return nil
}

// joined makes one span of those that tell of the same without a gap.
func joined(all []StatusSpan) []StatusSpan {
	all = slices.SortedFunc(slices.Values(all), func(a, b StatusSpan) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Component, b.Component), a.Until.Compare(b.Until))
	})

	j := joiner{spans: []StatusSpan{}, newest: map[string]int{}}
	for _, s := range all {
		j.add(s)
	}

	return j.spans
}

// joiner makes one span of those that tell of the same without a gap, and come oldest first.
type joiner struct {
	spans  []StatusSpan
	newest map[string]int
}

func (j *joiner) add(s StatusSpan) {
	i, seen := j.newest[s.Component]
	if seen && j.spans[i].Status == s.Status && s.Since.Sub(j.spans[i].Until) <= GapAfter {
		j.spans[i].Until = later(j.spans[i].Until, s.Until)

		return
	}

	j.newest[s.Component] = len(j.spans)
	j.spans = append(j.spans, s)
}

// Availability is how long a component answered within a time.
type Availability struct {
	// Of is the time looked at, Seen the part of it in which the component was watched
	// and configured, Up the part of that in which it answered, be it slowly.
	Of, Seen, Up time.Duration
	// Unknown is how long it was asked in vain how the component is, and nobody saw it.
	Unknown time.Duration
}

// AvailabilityOf adds up the spans of a component, oldest first, that lie between from and
// until. The moments between two samples of different status belong to neither; where two
// consoles saw different things, the span that began first counts, and what one saw is known.
func AvailabilityOf(spans []StatusSpan, component string, from, until time.Time) Availability {
	a := Availability{Of: until.Sub(from)}

	var covered time.Duration

	seenTo, coveredTo := from, from

	for _, s := range spans {
		if s.Component != component || s.Status == ops.ComponentNotConfigured {
			continue
		}

		covered += s.within(&coveredTo, until)

		if s.Status == Unknown {
			continue
		}

		length := s.within(&seenTo, until)

		a.Seen += length
		if up(s.Status) {
			a.Up += length
		}
	}

	a.Unknown = covered - a.Seen

	return a
}

// within is how much of the span lies between from and until; from becomes where that ends.
func (s StatusSpan) within(from *time.Time, until time.Time) time.Duration {
	end := earlier(s.Until, until)

	length := end.Sub(later(s.Since, *from))
	if length <= 0 {
		return 0
	}

	*from = end

	return length
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}
