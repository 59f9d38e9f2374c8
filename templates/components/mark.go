package components

import (
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
)

// Mark is something that happened, drawn on the line of a chart.
type Mark struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
	URL  string    `json:"url"`
	// Kind is change, trigger or window.
	Kind MarkKind `json:"kind"`
}

// MarkKind is what a mark is of.
type MarkKind string

// The kinds.
const (
	MarkChange  MarkKind = "change"
	MarkTrigger MarkKind = "trigger"
	MarkWindow  MarkKind = "window"
)

// marksUnfolded is how many marks are listed at once.
const marksUnfolded = 3

// shape tells the kinds apart without color: a disc, a triangle, a square.
func (m Mark) shape() string {
	switch m.Kind {
	case MarkTrigger:
		return "M0-5L5 4H-5Z"
	case MarkWindow:
		return "M-4-4H4V4H-4Z"
	case MarkChange:
	}

	return "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0"
}

// place is where a mark stands in the drawing, and on which side of it there is room for its words.
func (f frame) place(values monitor.Series, m Mark) (x, y, anchor string) {
	const edge = 0.25

	share := f.x(m.At) / drawingWidth
	anchor = "middle"

	switch {
	case share < edge:
		anchor = "start"
	case share > 1-edge:
		anchor = "end"
	}

	return fmt.Sprintf("%.1f%%", 100*share), fmt.Sprintf("%.0f%%", f.at(values, m.At)), anchor
}
