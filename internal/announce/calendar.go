package announce

import (
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// refresh is how often calendars are asked to look again, as RFC 5545 writes a duration.
const refresh = "PT15M"

// Calendar writes the announcements as iCalendar, RFC 5545. An event keeps its UID;
// SEQUENCE grows with what is told of it, and one that is called off stays, as
// cancelled, so that calendars take it down. Times are in UTC, which every calendar
// shows in its owner's zone; the zone of the announcement is in the description.
func (v Announcements) Calendar(s Source) []byte {
	cal := ics.NewCalendar()
	cal.SetProductId("-//graph-olap//opsconsole//EN")
	cal.SetName(plainText(s.title()))
	cal.SetDescription(plainText(s.subtitle()))
	cal.SetUrl(s.Page.String())
	cal.SetRefreshInterval(refresh)
	cal.SetXPublishedTTL(refresh)

	for a := range v.all() {
		cal.AddVEvent(a.event())
	}

	return []byte(cal.Serialize(ics.WithNewLineWindows))
}

func (a Announcement) event() *ics.VEvent {
	e := ics.NewEvent(plainText(a.UID))
	e.SetDtStampTime(a.UpdatedAt)
	e.SetModifiedAt(a.UpdatedAt)
	e.SetSequence(int(a.Sequence))
	e.SetStartAt(a.StartsAt)

	// An end has to be later than the start; without one the event takes no time.
	if a.EndsAt.Truncate(time.Second).After(a.StartsAt.Truncate(time.Second)) {
		e.SetEndAt(a.EndsAt)
	}

	e.SetStatus(ics.ObjectStatusConfirmed)

	if a.Phase == maintenance.Cancelled {
		e.SetStatus(ics.ObjectStatusCancelled)
	}

	e.SetSummary(plainText(a.Title))
	e.SetDescription(plainText(a.Label + ": " + a.When() + "\n\n" + a.MessageText))
	e.SetURL(a.URL)
	e.SetClass(ics.ClassificationPublic)
	e.AddCategory("Maintenance")
	e.SetTimeTransparency(ics.TransparencyTransparent) // nobody is busy because of it

	return e
}

// plainText leaves out what text in a calendar or in XML cannot have.
func plainText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")

	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r) || r == '\uFFFE' || r == '\uFFFF':
			return -1
		default:
			return r
		}
	}, s)
}
