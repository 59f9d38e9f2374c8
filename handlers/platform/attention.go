package platform

import (
	"fmt"
	"slices"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// attention keeps the lines that need a hand, or did when they were last read, the worst first,
// and sums them up: what is known now as it is, and the rest as it was. What is wrong with the
// console's own database and the control plane leads.
func attention(
	s *monitor.Snapshot, own pages.SeenHere, lines []components.Line, fresh shell.Freshness,
) ([]components.Line, components.Line) {
	lines = components.WorstFirst(slices.DeleteFunc(lines, func(l components.Line) bool { return !l.Last().NeedsLook() }))

	var now, then []components.Line

	for _, line := range lines {
		if line.Then == nil {
			now = append(now, line)
		} else {
			then = append(then, line)
		}
	}

	if line, ok := controlPlaneLine(s.ControlPlane); ok {
		lines = slices.Insert(lines, 0, line)

		if s.ControlPlane.Answers() { // that it does not is said by how things were when it did
			now = append(now, line)
		}
	}

	if line, ok := databaseLine(own); ok {
		lines, now = slices.Insert(lines, 0, line), append(now, line)
	}

	return lines, sumUp(s, now, then, fresh)
}

// sumUp is the one sentence over what needs attention now, and what did when it was last read.
func sumUp(s *monitor.Snapshot, now, then []components.Line, fresh shell.Freshness) components.Line {
	past := said{Line: components.Line{State: components.OK, Text: "All is well."}, was: "All was well"}

	if n := len(then); n > 0 {
		past.State, past.was = then[0].Last(), countOf(n, "thing", "things")+" needed attention"

		oldest := slices.MinFunc(then, func(a, b components.Line) int { return a.Then.At.Compare(b.Then.At) })
		fresh.AsOf = &oldest.Then.At
	}

	if len(now) == 0 {
		return asKnown(s, fresh, past)
	}

	sum := components.WorstFirst(slices.Clone(now))[0]
	sum = components.Line{State: sum.State, Text: countOf(len(now), "item needs", "items need") + " attention."}

	if fresh.Stale && fresh.Known() {
		rest := " All else was well"
		if n := len(then); n > 0 {
			rest = fmt.Sprintf(" %d more did", n)
		}

		sum.Text += rest + whenLast(s) + format.Relative(*fresh.AsOf, fresh.Now) + "."
	}

	return sum
}
