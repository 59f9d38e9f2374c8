package platform

import (
	"maps"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/internal/timerange"
	"github.com/graph-olap/opsconsole/templates/components"
)

// TimeBar leads to other times of a page, and to the same time on others.
type TimeBar struct {
	// Path is that of the page, Rest what else its address has.
	Path  string
	Rest  url.Values
	Range timerange.Range
	Now   time.Time
	// Typed is what is typed for the ends, on the clocks of the Zone, Errors what is wrong with them, by name.
	Typed  map[string]string
	Errors map[string]string
	Zone   string
	// Notes say what is meant by ends that the clocks skip or repeat, by name.
	Notes map[string]string
}

// offeredTimes are those that every page with charts offers.
func offeredTimes() []Reach { return []Reach{LastHour, LastSixHours, LastDay, LastWeek, LastMonth} }

// to is the address of the page with another time.
func (b TimeBar) to(r timerange.Range) string { return b.on(b.Path, r, b.Rest) }

func (b TimeBar) on(path string, r timerange.Range, rest url.Values) string {
	query := r.Values()
	maps.Copy(query, rest)

	return path + "?" + query.Encode()
}

// moved is the time of that length which ends then: it reaches to now where it would reach beyond, and does
// not begin before anything is kept.
func (b TimeBar) moved(length time.Duration, until time.Time) timerange.Range {
	now := b.Now.Truncate(time.Second)
	length = min(max(length, timerange.Shortest), timerange.Furthest)

	if !until.Before(now) {
		return timerange.Last(length)
	}

	from := until.Add(-length)
	if first := now.Add(-timerange.Furthest + time.Hour); from.Before(first) {
		from = first
	}

	if until.Sub(from) < timerange.Shortest {
		until = from.Add(timerange.Shortest)
	}

	return timerange.Between(from, until)
}

// span is when the time begins, how long it is, and when it ends, in whole seconds.
func (b TimeBar) span() (length time.Duration, until time.Time) {
	from, until := b.Range.Times(b.Now.Truncate(time.Second))

	return until.Sub(from), until
}

func (b TimeBar) earlier() string {
	length, until := b.span()

	// A page may be open for long: what is earlier is known when it is asked for.
	if b.Range.Live() && b.Range.From.Moves() && 2*length < timerange.Furthest {
		return b.to(timerange.Range{From: timerange.Ago(2 * length), To: timerange.Ago(length)})
	}

	return b.to(b.moved(length, until.Add(-length)))
}

func (b TimeBar) later() string {
	length, until := b.span()

	return b.to(b.moved(length, until.Add(length)))
}

// wider is twice as long, narrower half as long: around the middle of what is over, up to now else.
func (b TimeBar) wider() string {
	length, until := b.span()

	return b.to(b.moved(2*length, until.Add(length/2)))
}

func (b TimeBar) narrower() string {
	length, until := b.span()
	if !b.Range.Live() {
		until = until.Add(-length / 4)
	}

	return b.to(b.moved((length / 2).Truncate(time.Second), until.Truncate(time.Second)))
}

// current reports whether the time is the last of that length.
func (b TimeBar) current(r Reach) bool { return b.Range == timerange.Last(r.Duration()) }

// others are the pages of the same time.
func (b TimeBar) others() []components.Named {
	var out []components.Named

	for _, page := range []components.Named{
		{Value: "/capacity", Name: "Capacity"},
		{Value: "/health", Name: "Health"},
		{Value: "/metrics", Name: "Metrics"},
		{Value: "/incident", Name: "Incident"},
	} {
		if page.Value != b.Path {
			out = append(out, components.Named{Value: b.on(page.Value, b.Range, nil), Name: page.Name})
		}
	}

	return out
}
