package announce

import (
	"cmp"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

// UptimeDays is how many days users are told how components answered, today among them.
const UptimeDays = 90

// Observed is what was seen of the components that users are told of.
type Observed struct {
	// At is until when; zero when nothing was ever seen.
	At         time.Time
	Components []Component
}

// Component is what was seen of one.
type Component struct {
	// Name is what users read.
	Name string
	// Answered and Silent are when it was seen to answer, and not to, in no order. Where they overlap, since two
	// looked at once, it counts as silent. What is in neither was not seen.
	Answered, Silent []Span
}

// Uptimes are how components answered.
type Uptimes struct {
	// AsOf is until when.
	AsOf time.Time `json:"as_of,omitzero"`
	// TimeZone is whose days they are, an IANA name.
	TimeZone   string   `json:"time_zone,omitempty"`
	Components []Uptime `json:"components"`
}

// Uptime is how a component answered.
type Uptime struct {
	Share

	Name string `json:"name"`
	// Days are oldest first; the last one is today, so far.
	Days []UptimeDay `json:"days"`
}

// UptimeDay is how it answered on a day, which has 23 or 25 hours where clocks change.
type UptimeDay struct {
	Share

	// Date is the day in the zone, 2006-01-02.
	Date string `json:"date"`
	// Start is when it began.
	Start time.Time `json:"-"`
}

// Share is what became of a time, in seconds: the component answered, or did not, while it was watched; maintenance
// was under way; or nobody knows.
type Share struct {
	// Percent is how much of the time it answered in which it was watched and no maintenance was under way, with one
	// decimal, rounded down: 100 is all of it. It is nil when that was never.
	Percent            *float64 `json:"percent"`
	UpSeconds          int64    `json:"up_seconds"`
	DownSeconds        int64    `json:"down_seconds"`
	MaintenanceSeconds int64    `json:"maintenance_seconds"`
	UnknownSeconds     int64    `json:"unknown_seconds"`
}

// UptimesOf are how what was observed answered, on the days of the zone; without components where nothing was.
func UptimesOf(seen *Observed, windows []maintenance.Window, zone *time.Location) Uptimes {
	out := Uptimes{Components: []Uptime{}}
	if seen == nil || seen.At.IsZero() {
		return out
	}

	out.AsOf, out.TimeZone = seen.At.UTC(), zone.String()

	days := daysUntil(seen.At, zone)
	all := Span{Since: days[0].Since, Until: seen.At.Truncate(time.Second)}
	planned := union(outages(windows, seen.At), all)

	for _, c := range seen.Components {
		silent := union(c.Silent, all)
		answered := without(without(union(c.Answered, all), silent), planned)

		out.Components = append(out.Components, uptime(c.Name, days, answered, without(silent, planned), planned))
	}

	return out
}

func uptime(name string, days, answered, silent, planned []Span) Uptime {
	u := Uptime{Name: name, Days: make([]UptimeDay, len(days))}

	for i, day := range days {
		d := &u.Days[i]
		d.Start, d.Date = day.Since, day.Since.Format(time.DateOnly)

		for _, part := range []struct {
			of *int64
			in *[]Span
		}{{&d.UpSeconds, &answered}, {&d.DownSeconds, &silent}, {&d.MaintenanceSeconds, &planned}} {
			*part.of, *part.in = spent(*part.in, day)
		}

		d.UnknownSeconds = int64(day.Until.Sub(day.Since)/time.Second) - d.UpSeconds - d.DownSeconds - d.MaintenanceSeconds
		d.Share = Share{}.Plus(d.Share)
		u.Share = u.Plus(d.Share)
	}

	return u
}

// Plus is what became of both times.
func (s Share) Plus(other Share) Share {
	s.UpSeconds += other.UpSeconds
	s.DownSeconds += other.DownSeconds
	s.MaintenanceSeconds += other.MaintenanceSeconds
	s.UnknownSeconds += other.UnknownSeconds
	s.Percent = nil

	if watched := s.UpSeconds + s.DownSeconds; watched > 0 {
		const tenths, all = 10, 100

		s.Percent = new(float64(s.UpSeconds*all*tenths/watched) / tenths)
	}

	return s
}

// spent are the seconds of a union within a day, and what of it lies in that day or later.
func spent(spans []Span, day Span) (total int64, rest []Span) {
	for i, s := range spans {
		if !s.Since.Before(day.Until) {
			return total, spans[i:]
		}

		total += int64(s.within(day).Until.Sub(s.within(day).Since) / time.Second)

		if s.Until.After(day.Until) {
			return total, spans[i:]
		}
	}

	return total, nil
}

// daysUntil are the days up to a moment, each in the zone; the last one ends then.
func daysUntil(at time.Time, zone *time.Location) []Span {
	at = at.Truncate(time.Second)
	year, month, today := calendar.Wall(at, zone).Date()
	midnight := func(day int) time.Time {
		begins, _ := calendar.Resolve(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), zone)

		return begins.In(zone)
	}
	days := make([]Span, UptimeDays)

	for i := range days {
		day := today - UptimeDays + 1 + i
		days[i] = Span{Since: midnight(day), Until: earlier(midnight(day+1), at)}
	}

	return days
}

// outages are when windows kept the platform, be it longer than planned: until users had it back.
func outages(windows []maintenance.Window, now time.Time) []Span {
	var spans []Span

	for _, w := range windows {
		if w.StartedAt == nil {
			continue
		}

		until := cmp.Or(w.BackAt, w.EndedAt)
		if until == nil && w.Phase.Final() {
			until = &w.UpdatedAt
		}

		if until == nil {
			until = &now
		}

		spans = append(spans, Span{Since: *w.StartedAt, Until: *until})
	}

	return spans
}
