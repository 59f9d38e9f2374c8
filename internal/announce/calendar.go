package announce

import (
	"slices"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// refresh is how often calendars are asked to look again, refreshISO as RFC 5545 writes it.
const (
	refresh    = 15 * time.Minute
	refreshISO = "PT15M"
	// lateAfter is how long after its end a window is being finished before that end counts as missed.
	lateAfter = time.Minute
)

// Calendar writes the announcements as iCalendar, RFC 5545. An event keeps its UID;
// SEQUENCE grows with what is told of it, and one that is called off stays, as
// cancelled, so that calendars take it down; what shows that status as taking place says so
// in its summary. Times are in UTC, which every calendar shows in its owner's zone; the
// zone of the announcement is in the description.
func (v Announcements) Calendar(s Source) []byte {
	cal := ics.NewCalendar()
	cal.SetProductId("-//graph-olap//opsconsole//EN")
	cal.SetName(plainText(s.title()))
	cal.SetDescription(plainText(s.subtitle()))
	cal.SetUrl(s.Page.String())
	cal.SetRefreshInterval(refreshISO)
	cal.SetXPublishedTTL(refreshISO)

	for a := range v.all() {
		cal.AddVEvent(a.event(v.Now))
	}

	return []byte(cal.Serialize(ics.WithNewLineWindows))
}

func (a Announcement) event(now time.Time) *ics.VEvent {
	endsAt, updatedAt := a.calendarEnd(now)

	e := ics.NewEvent(plainText(a.UID))
	e.SetDtStampTime(updatedAt)
	e.SetModifiedAt(updatedAt)
	e.SetSequence(int(a.Sequence))
	e.SetStartAt(a.StartsAt)

	// An end has to be later than the start; without one the event takes no time.
	if endsAt.Truncate(time.Second).After(a.StartsAt.Truncate(time.Second)) {
		e.SetEndAt(endsAt)
	}

	e.SetStatus(ics.ObjectStatusConfirmed)

	if a.Phase == maintenance.Cancelled {
		e.SetStatus(ics.ObjectStatusCancelled)
	}

	e.SetSummary(plainText(a.summary()))
	e.SetDescription(plainText(a.description()))
	e.SetURL(a.URL)
	e.SetClass(ics.ClassificationPublic)
	e.AddCategory("Maintenance")
	e.SetTimeTransparency(ics.TransparencyTransparent) // nobody is busy because of it

	return e
}

// late reports whether the end of a window has passed and users do not have the platform back.
func late(phase maintenance.Phase, endsAt, now time.Time) bool {
	return phase == maintenance.Overrun || phase == maintenance.Verifying && !now.Before(endsAt.Add(lateAfter))
}

// calendarEnd is when the event ends, and since when that is so: at the real end, or, while the planned
// one has passed, after calendars will have looked again.
func (a Announcement) calendarEnd(now time.Time) (endsAt, since time.Time) {
	switch since := now.UTC().Truncate(refresh); {
	case a.Phase == maintenance.Completed && a.EndedAt != nil:
		return *a.EndedAt, a.UpdatedAt
	case !late(a.Phase, a.EndsAt, now):
		return a.EndsAt, a.UpdatedAt
	case since.Before(a.UpdatedAt):
		return since.Add(2 * refresh), a.UpdatedAt
	default:
		return since.Add(2 * refresh), since
	}
}

// summary is the title, after what calendars do not show otherwise.
func (a Announcement) summary() string {
	switch a.Phase {
	case maintenance.Cancelled, maintenance.Active, maintenance.Verifying, maintenance.Overrun:
		return a.Label + ": " + a.Title
	case maintenance.Announced:
		if slices.ContainsFunc(a.changes, change.moved) {
			return "Moved: " + a.Title
		}
	case maintenance.Completed, maintenance.Held, maintenance.Missed: // the last two are not told
	}

	return a.Title
}

// changesShown bounds what a description says of what changed.
const changesShown = 50

// description says all that users are told: times in the window's zone and in UTC, and what changed when.
func (a Announcement) description() string {
	lines := []string{a.Label + ": " + a.When()}

	if ended := a.Ended(); ended != "" {
		lines = append(lines, ended)
	}

	lines = append(lines, "", a.MessageText)

	if len(a.changes) > 1 {
		lines = append(lines, "", "What changed when:")
		for _, c := range a.changes[max(0, len(a.changes)-changesShown):] {
			lines = append(lines, a.momentWords(c.At)+": "+c.sentence())
		}
	}

	return strings.Join(lines, "\n")
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
