package series

import (
	"iter"

	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// dayLength is how much of a date in [calendar.WallLayout] is its day.
const dayLength = len("2006-01-02")

// Days are days that a series leaves out. The zero value leaves out none.
type Days struct{ days map[string]bool }

// Add leaves out the day of a date.
func (d *Days) Add(wall string) {
	if d.days == nil {
		d.days = map[string]bool{}
	}

	d.days[wall[:dayLength]] = true
}

// Remove takes the day of a date in again.
func (d *Days) Remove(wall string) { delete(d.days, wall[:dayLength]) }

// Filter yields the dates whose day is not left out.
func (d *Days) Filter(dates iter.Seq[calendar.Occurrence]) iter.Seq[calendar.Occurrence] {
	return func(yield func(calendar.Occurrence) bool) {
		for o := range dates {
			if !d.days[o.Wall[:dayLength]] && !yield(o) {
				return
			}
		}
	}
}
