package announcements

import (
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/format"
)

// length is that many seconds in words.
func length(seconds int64) string {
	if seconds == 0 {
		return "none"
	}

	return format.Span(time.Duration(seconds) * time.Second)
}

func percent(s announce.Share) string {
	if s.Percent == nil {
		return "not watched"
	}

	return strconv.FormatFloat(*s.Percent, 'f', -1, 64) + " %"
}

// shareWords say how much of a time a component answered, and what became of the rest. The moments between two
// looks are not worth a word.
func shareWords(s announce.Share) string {
	const moment = 60

	words := []string{percent(s)}

	if s.DownSeconds > 0 {
		words = append(words, length(s.DownSeconds)+" not answering")
	}

	if s.MaintenanceSeconds > 0 {
		words = append(words, length(s.MaintenanceSeconds)+" maintenance")
	}

	if s.Percent != nil && s.UnknownSeconds >= moment {
		words = append(words, length(s.UnknownSeconds)+" not watched")
	}

	return strings.Join(words, ", ")
}

// badBelow is the share from which down a day is bad.
const badBelow = 95

func dayState(s announce.Share) components.State {
	switch {
	case s.Percent != nil && *s.Percent < badBelow:
		return components.Bad
	case s.DownSeconds > 0:
		return components.Warn
	case s.MaintenanceSeconds > 0:
		return components.Busy
	case s.Percent != nil:
		return components.OK
	default:
		return components.Unknown
	}
}

// The picture of a component: a day is 1 wide; its bar is as high as it was watched, and below it stands a mark where
// it did not answer all the time.
const (
	barHeight     = 10
	markTop       = 11
	pictureHeight = 13
)

// run is days that look alike, from the first to the last.
type run struct {
	announce.Share

	first, last announce.UptimeDay
	at, days    int
	state       components.State
	// height is that of the bar.
	height int
}

// runs are the days, in order. Events on one is told of that one.
func runs(days []announce.UptimeDay) []run {
	var out []run

	for i, d := range days {
		next := run{Share: d.Share, first: d, last: d, at: i, days: 1, state: dayState(d.Share), height: watchedHeight(d.Share)}
		last := len(out) - 1

		if last >= 0 && d.DownSeconds+d.MaintenanceSeconds == 0 && out[last].state == next.state && out[last].height == next.height {
			out[last].Share, out[last].last = out[last].Plus(d.Share), d
			out[last].days++
		} else {
			out = append(out, next)
		}
	}

	return out
}

// watchedHeight is how much of the day is known; what is, be it little, is drawn.
func watchedHeight(s announce.Share) int {
	known := s.UpSeconds + s.DownSeconds + s.MaintenanceSeconds
	if known == 0 {
		return 0
	}

	return int(max(1, barHeight*known/(known+s.UnknownSeconds)))
}

// when names the days; 90 days have no month twice.
func (r run) when() string {
	const day = "Mon 2 Jan"

	if r.days == 1 {
		return r.first.Start.Format(day)
	}

	return r.first.Start.Format(day) + " to " + r.last.Start.Format(day)
}

func (r run) marked() bool { return r.DownSeconds > 0 }

func (r run) top() string { return strconv.Itoa(barHeight - r.height) }
