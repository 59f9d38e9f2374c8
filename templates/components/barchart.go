package components

import (
	"fmt"
	"time"
)

// BarChart is how long things took, one beside the other, oldest first.
type BarChart struct {
	// Label names what is drawn.
	Label string
	Items []ChartBar
	Now   time.Time
}

// ChartBar is how long one took, nil where that is not known: then it is as high as the chart.
type ChartBar struct {
	At      time.Time
	Seconds *float64
	State   State
	// Text says what it is, for who points at it.
	Text string
}

// top is the end of the axis.
func (b BarChart) top() float64 {
	highest := 0.0

	for _, bar := range b.Items {
		if bar.Seconds != nil {
			highest = max(highest, *bar.Seconds)
		}
	}

	if highest <= 0 {
		return 1
	}

	return highest
}

// rect is the place of a bar in the drawing; the shortest is still seen.
func (b BarChart) rect(i int) (x, y, width, height string) {
	const (
		gap, lowest = 0.2, 2.0
		most        = 25.0 // of the drawing's width, so that few are not planks
	)

	slot := min(drawingWidth/float64(len(b.Items)), most)
	tall := drawingHeight

	if s := b.Items[i].Seconds; s != nil {
		tall = max(lowest, drawingHeight**s/b.top())
	}

	return fmt.Sprintf("%.1f", slot*(float64(i)+gap/2)), fmt.Sprintf("%.1f", drawingHeight-tall),
		fmt.Sprintf("%.1f", slot*(1-gap)), fmt.Sprintf("%.1f", tall)
}
