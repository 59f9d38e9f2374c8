package components

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
)

// Chart is a value over time with its limit.
type Chart struct {
	// ID tells the chart from others of its page. Small is one that is low.
	ID    string
	Small bool
	// CSV is the address of its numbers as a file, "" for none.
	CSV string
	// Title names the chart, Label the value, Unit what it counts.
	Title, Label, Unit string
	From, Until        time.Time
	Values             monitor.Series
	// Limit is drawn as a line of its own; it may be empty. LimitRecord is what it was set to from when on, where that is
	// known: then the line has its steps at those times, rather than where samples first told of them.
	Limit, LimitRecord monitor.Series
	LimitLabel         string
	Marks              []Mark
	Now                time.Time
}

// The size of a drawing in its own units: it is stretched to its place.
const (
	drawingWidth  = 1000.0
	drawingHeight = 100.0
	// rowsMost is how many rows the table below a chart has at most, but for one that its time begins in.
	rowsMost = 60
	// smallRowsMost is as many for a small one.
	smallRowsMost = 24
	// sparklineRowsMost is as many for a sparkline: one for five minutes of an hour.
	sparklineRowsMost = 12
	// pointsPerRow is how many points a line has for a row of its table.
	pointsPerRow = 4
)

// frame maps moments and values to a drawing.
type frame struct {
	from, until time.Time
	top         float64
}

func (c Chart) frame() frame {
	highest := 0.0

	for _, p := range slices.Concat(c.Values, c.Limit, c.LimitRecord) {
		if p.Value != nil {
			highest = max(highest, *p.Value)
		}
	}

	return frame{from: c.From, until: c.Until, top: niceTop(highest)}
}

// tight is the frame of a sparkline: as high as its highest, for it has no axis.
func (c Chart) tight() frame {
	f := frame{from: c.From, until: c.Until}

	for _, p := range c.Values {
		if p.Value != nil {
			f.top = max(f.top, *p.Value)
		}
	}

	if f.top <= 0 {
		f.top = 1
	}

	return f
}

// x is where a moment is; what begins before the drawing does is at its beginning.
func (f frame) x(t time.Time) float64 {
	span := f.until.Sub(f.from)
	if span <= 0 {
		return 0
	}

	return max(0, drawingWidth*float64(t.Sub(f.from))/float64(span))
}

func (f frame) y(v float64) float64 { return drawingHeight * (1 - v/f.top) }

// niceTop returns the end of an axis that holds v: a round number whose half is one too.
func niceTop(v float64) float64 {
	if v <= 2 {
		return 2
	}

	magnitude := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 1.2, 1.6, 2, 4, 6, 8} {
		if top := step * magnitude; v <= top {
			return top
		}
	}

	return 10 * magnitude
}

// segments splits a series at its gaps: where there is no value, and where samples are
// missing for longer than three times the usual distance.
func segments(series monitor.Series) []monitor.Series {
	var (
		out    []monitor.Series
		open   monitor.Series
		usual  = usualDistance(series)
		finish = func() {
			if len(open) > 0 {
				out = append(out, open)
				open = nil
			}
		}
	)

	for i, p := range series {
		if p.Value == nil {
			finish()

			continue
		}

		if i > 0 && usual > 0 && p.At.Sub(series[i-1].At) > 3*usual {
			finish()
		}

		open = append(open, p)
	}

	finish()

	return out
}

func usualDistance(series monitor.Series) time.Duration {
	if len(series) < 2 {
		return 0
	}

	distances := make([]time.Duration, 0, len(series)-1)
	for i := 1; i < len(series); i++ {
		distances = append(distances, series[i].At.Sub(series[i-1].At))
	}

	slices.Sort(distances)

	return distances[len(distances)/2]
}

// steps returns the path of a limit, which holds until it is another one: it never slopes. The last holds
// as long as one usually does. Of what nobody saw nothing is drawn, whatever the record says.
func (f frame) steps(series, record monitor.Series) string {
	var path strings.Builder

	usual := usualDistance(series)

	for _, segment := range segments(series) {
		end := segment[len(segment)-1].At.Add(usual)
		if end.After(f.until) {
			end = f.until
		}

		if len(record) > 0 {
			segment = recorded(record, segment[0], end)
		}

		for i, p := range segment {
			switch x, y := f.x(p.At), f.y(*p.Value); {
			case i == 0:
				fmt.Fprintf(&path, "M%.1f %.1f", x, y)
			case *p.Value != *segment[i-1].Value:
				fmt.Fprintf(&path, "H%.1fV%.1f", x, y)
			}
		}

		fmt.Fprintf(&path, "H%.1f", f.x(end))
	}

	return path.String()
}

// recorded is what a record has from a first sample, by which it was seen, to an end.
func recorded(record monitor.Series, first monitor.Point, end time.Time) monitor.Series {
	out := monitor.Series{first}

	for _, p := range record {
		switch {
		case !p.At.After(first.At):
			out[0].Value = p.Value
		case p.At.Before(end):
			out = append(out, p)
		}
	}

	return out
}

// at is where the line of a series is at a moment: between the two samples around it, and on the axis
// where nothing was seen.
func (f frame) at(series monitor.Series, t time.Time) float64 {
	for _, segment := range segments(series) {
		i, _ := slices.BinarySearchFunc(segment, t, func(p monitor.Point, t time.Time) int { return p.At.Compare(t) })

		switch {
		case i == len(segment):
			continue
		case segment[i].At.Equal(t):
			return f.y(*segment[i].Value)
		case i == 0:
			return drawingHeight
		}

		before, after := segment[i-1], segment[i]
		share := float64(t.Sub(before.At)) / float64(after.At.Sub(before.At))

		return f.y(*before.Value + share*(*after.Value-*before.Value))
	}

	return drawingHeight
}

// line returns the path of a series. A lone sample is a dot.
func (f frame) line(series monitor.Series) string {
	var path strings.Builder

	for _, segment := range segments(series) {
		for i, p := range segment {
			command := 'L'
			if i == 0 {
				command = 'M'
			}

			fmt.Fprintf(&path, "%c%.1f %.1f", command, f.x(p.At), f.y(*p.Value))
		}

		if len(segment) == 1 {
			path.WriteString("h0")
		}
	}

	return path.String()
}

// area returns the path of what lies below a series.
func (f frame) area(series monitor.Series) string {
	var path strings.Builder

	for _, segment := range segments(series) {
		if len(segment) < 2 {
			continue
		}

		fmt.Fprintf(&path, "M%.1f %.0f", f.x(segment[0].At), drawingHeight)

		for _, p := range segment {
			fmt.Fprintf(&path, "L%.1f %.1f", f.x(p.At), f.y(*p.Value))
		}

		fmt.Fprintf(&path, "V%.0fZ", drawingHeight)
	}

	return path.String()
}
