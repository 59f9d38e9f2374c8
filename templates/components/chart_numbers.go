package components

import (
	"fmt"
	"math"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/format"
)

// points reduces a series to the highest of each span, at most that many of them.
func (c Chart) points(series monitor.Series, most int) monitor.Series {
	step := c.step(most)

	return series.Highest(c.From.Truncate(step), step)
}

// step is as long as the steps of a chart of at most that many are. They begin at the same moments
// wherever the chart does, so that a number stays what it is while the chart moves on.
func (c Chart) step(most int) time.Duration {
	return monitor.RoundStep(max(c.Until.Sub(c.From)/time.Duration(most), time.Second))
}

// most is how many rows its table has at most.
func (c Chart) most() int {
	if c.Small {
		return smallRowsMost
	}

	return rowsMost
}

// row is a line of the table of a chart; nil where there was no data.
type row struct {
	at           time.Time
	value, limit *float64
}

// rows are the spans of the same length that the time of the chart is in, each with its highest value. The
// script reads them.
func (c Chart) rows(most int) []row {
	step := c.step(most)
	from := c.From.Truncate(step)

	length := c.Until.Sub(from)
	if length <= 0 {
		return nil
	}

	out := make([]row, int((length+step-1)/step))

	for i := range out {
		out[i].at = from.Add(time.Duration(i) * step)
	}

	// What was seen at the very end is of the last span.
	index := func(at time.Time) int { return min(int(at.Sub(from)/step), len(out)-1) }

	for _, p := range c.points(c.Values, most) {
		r := &out[index(p.At)]
		r.value = monitor.Higher(r.value, p.Value)
	}

	for _, p := range c.points(c.Limit, most) {
		r := &out[index(p.At)]
		r.limit = monitor.Higher(r.limit, p.Value)
	}

	return out
}

// summary says in a sentence what the table holds, for those who see neither.
func (c Chart) summary(most int) string {
	points, write := c.points(c.Values, most), writer(c.Unit)

	lowest, highest, last := extremes(points)
	if math.IsNaN(last) {
		return c.Title + ": no data"
	}

	text := fmt.Sprintf("%s: between %s and %s, last %s", c.Title, write(lowest), write(highest), write(last))
	if missing, whole := unseen(points); missing > 0 {
		text += fmt.Sprintf("; no data for %s of it", format.Percent(int(missing.Seconds()), int(whole.Seconds())))
	}

	return text
}

// extremes are infinite, and last is none, where no point has a value.
func extremes(points monitor.Series) (lowest, highest, last float64) {
	lowest, highest, last = math.Inf(1), math.Inf(-1), math.NaN()

	for _, p := range points {
		if p.Value != nil {
			lowest, highest, last = min(lowest, *p.Value), max(highest, *p.Value), *p.Value
		}
	}

	return lowest, highest, last
}

// unseen is how much of the time that the points are of lies in gaps.
func unseen(points monitor.Series) (missing, whole time.Duration) {
	usual := usualDistance(points)

	for i, p := range points {
		if p.Value != nil {
			continue
		}

		missing += usual
		if i > 0 && i+1 < len(points) {
			missing += points[i+1].At.Sub(points[i-1].At) - 2*usual
		}
	}

	return missing, points[len(points)-1].At.Sub(points[0].At) + usual
}

func (c Chart) write(v *float64) string {
	if v == nil {
		return "no data"
	}

	return writer(c.Unit)(*v)
}

// tick writes a value of the axis.
func (c Chart) tick(v float64) string { return writer(c.Unit)(v) }

// writer writes values of a unit: milliseconds as such, anything else as numbers.
func writer(unit string) func(float64) string {
	if unit == "ms" {
		return format.Millis
	}

	return format.Number
}

// sparkline is the chart of a series that spans its own time.
func sparkline(label, unit string, series monitor.Series) Chart {
	c := Chart{Title: label, Label: label, Unit: unit, Values: series}
	if len(series) > 0 {
		c.From, c.Until = series[0].At, series[len(series)-1].At
	}

	return c
}

// Extent writes the lowest and the highest latency of a series of milliseconds, "" when
// it has none: those of its sparkline and of the table below.
func Extent(series monitor.Series) string {
	c := sparkline("", "ms", series)

	lowest, highest, last := extremes(c.points(c.Values, sparklineRowsMost))
	if math.IsNaN(last) {
		return ""
	}

	return format.Millis(lowest) + " to " + format.Millis(highest)
}
