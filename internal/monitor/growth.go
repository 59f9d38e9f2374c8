package monitor

import "strings"

// counts are what series stood at when they were last read.
type counts struct {
	// stood is by seriesKey.
	stood map[string]float64
	// unread are the lines of that page that could not be read.
	unread []Unread
}

// counts returns where the series of the page stand. One that is not there is forgotten,
// unless it may be in a line that could not be read.
func (m Metrics) counts(before counts) counts {
	now := counts{stood: map[string]float64{}, unread: m.Unread}

	for _, family := range m.Families {
		for _, metric := range family.Metrics {
			if value := metric.count(); finite(value) {
				now.stood[seriesKey(family.Name, metric.Labels)] = value
			}
		}
	}

	for key, value := range before.stood {
		if _, there := now.stood[key]; !there && now.doubts(key) {
			now.stood[key] = value
		}
	}

	return now
}

// doubts reports whether a series may be in a line that could not be read.
func (c counts) doubts(key string) bool {
	name, _, _ := strings.Cut(key, "\xff")

	for _, line := range c.unread {
		if strings.HasPrefix(line.Text, name) {
			return true
		}
	}

	return false
}

// count is how often was counted, or observed.
func (m Metric) count() float64 {
	if m.Histogram != nil {
		return float64(m.Histogram.Count)
	}

	return float64(m.Value)
}

// before is what a series stood at: at nothing where it was not there, since a labelled
// series begins with its first event. Of one that may have been there nothing is known, and
// it has not moved.
func (c counts) before(key string, now float64) float64 {
	before, seen := c.stood[key]
	if !seen && c.doubts(key) {
		return now
	}

	return before
}

// grown is by how much a series of the family grew. One that is lower than before began
// anew.
func (c counts) grown(family string, m Metric) float64 {
	now := m.count()
	before := c.before(seriesKey(family, m.Labels), now)

	switch {
	case !finite(now):
		return 0
	case now < before:
		return now
	default:
		return now - before
	}
}

// moved is by how much all the series of a family grew. Where some are lower than before
// and none is higher, the process began anew, and all of them count from nothing.
func (c counts) moved(f Family) float64 {
	var (
		sum, total  float64
		lower, more bool
	)

	for _, m := range f.Metrics {
		now := m.count()
		before := c.before(seriesKey(f.Name, m.Labels), now)
		lower, more = lower || now < before, more || now > before
		sum, total = sum+c.grown(f.Name, m), total+now
	}

	if lower && !more {
		return total
	}

	return sum
}
