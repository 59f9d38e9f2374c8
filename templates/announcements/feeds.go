package announcements

import (
	"net/url"

	"github.com/graph-olap/opsconsole/internal/announce"
)

// Feeds are the addresses at which one subscribes.
type Feeds struct {
	Calendar, Atom string
	// Subscribe opens a calendar program.
	Subscribe string
}

// FeedsOf are the feeds of a console that is reached there.
func FeedsOf(public *url.URL) Feeds {
	calendar := *public.JoinPath(announce.CalendarPath)
	feeds := Feeds{Calendar: calendar.String(), Atom: public.JoinPath(announce.AtomPath).String()}
	calendar.Scheme = "webcal"
	feeds.Subscribe = calendar.String()

	return feeds
}
