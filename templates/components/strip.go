package components

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
)

// cellsMost is how many cells a strip has at most: as many as a line has steps, and as can be told apart.
const cellsMost = 240

// cell is a time in which a strip shows a status, the worst one that was seen in it.
type cell struct {
	status      ops.ComponentStatus
	from, until time.Time
	// of is how many spans it stands for.
	of int
}

// cells are what a strip draws of spans: each, or where they are too many the worst of each step. Steps begin at the same
// moments wherever the strip does, and what follows with the same status is one cell.
func cells(spans []monitor.StatusSpan, from, until time.Time) (out []cell) {
	if len(spans) <= cellsMost {
		for _, s := range spans {
			out = append(out, cell{s.Status, s.Since, s.Until, 1})
		}

		return out
	}

	step := monitor.RoundStep(until.Sub(from) / cellsMost)
	at := map[int64]cell{} // by the moment, whatever zone it is told in

	for _, s := range spans {
		first := s.Since
		if first.Before(from) {
			first = from
		}

		for begin := first.Truncate(step); begin.Before(s.Until) && begin.Before(until); begin = begin.Add(step) {
			c, drawn := at[begin.UnixMicro()]
			if !drawn || OfComponent(s.Status).Severity() > OfComponent(c.status).Severity() {
				c.status = s.Status
			}

			at[begin.UnixMicro()] = cell{c.status, begin, earlier(begin.Add(step), until), c.of + 1}
		}
	}

	for _, begin := range slices.Sorted(maps.Keys(at)) {
		c := at[begin]

		if n := len(out); n > 0 && out[n-1].until.Equal(c.from) && out[n-1].status == c.status {
			out[n-1].until, out[n-1].of = c.until, out[n-1].of+c.of

			continue
		}

		out = append(out, c)
	}

	return out
}

func (c cell) title() string {
	word := Word(c.status)
	if c.of > 1 {
		word += " at worst"
	}

	return fmt.Sprintf("%s: %s to %s", word, format.Minute(c.from), format.Minute(c.until))
}

// stripSummary says how long each status held, for those who do not see the strip.
func stripSummary(name string, spans []monitor.StatusSpan, from, until time.Time) string {
	words, lengths := []string{}, map[string]time.Duration{}

	for _, s := range spans {
		word := Word(s.Status)
		if _, known := lengths[word]; !known {
			words = append(words, word)
		}

		lengths[word] += earlier(s.Until, until).Sub(later(s.Since, from))
	}

	if len(words) == 0 {
		return name + ": not seen"
	}

	for i, word := range words {
		words[i] = strings.ToLower(word) + " for " + format.Span(lengths[word])
	}

	return name + ", in " + format.Span(until.Sub(from)) + ": " + strings.Join(words, ", ")
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
