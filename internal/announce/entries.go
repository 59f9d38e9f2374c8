package announce

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// entriesMax bounds the feed; readers keep what they have seen. Of one window it has the newest sameMax
// that are alike: one of which much is told pushes out nothing that is told of others.
const (
	entriesMax = 100
	sameMax    = 10
)

// entries are those of all windows, newest first.
func (v Announcements) entries() []atomEntry {
	var out []atomEntry

	for a := range v.all() {
		out = append(out, a.entries()...)
	}

	// The times are all as RFC 3339 writes them in UTC, which sorts.
	slices.SortStableFunc(out, func(a, b atomEntry) int { return cmp.Compare(b.Updated, a.Updated) })

	return out[:min(len(out), entriesMax)]
}

// entries are one for each event of the window, newest first. What was told before there was one for each is one entry,
// under the id that the window's only one had: readers know it, and do not tell it again.
func (a Announcement) entries() []atomEntry {
	var out []atomEntry

	alike := map[maintenance.EventKind]int{}

	for i, c := range slices.Backward(a.changes) { // what comes last in one second is the newer
		if c.SummedUp && i+1 < len(a.changes) && a.changes[i+1].SummedUp {
			continue // the last of them has what they came to
		}

		if alike[c.Kind]++; alike[c.Kind] <= sameMax {
			out = append(out, a.entry(c))
		}
	}

	return out
}

// entry tells of the change. It leads to a place of its own, since there are readers that tell of each address once.
func (a Announcement) entry(c change) atomEntry {
	id := a.URL + c.suffix()

	return atomEntry{
		ID: id, Title: plainText(c.title()), Updated: atomTime(c.At), Link: atomLink{Rel: "alternate", Type: "text/html", Href: id},
		Category: atomCategory{Term: string(c.window.Phase), Label: c.label()},
		Content:  atomText{Type: "html", Body: plainText(c.html())},
	}
}

// first reports whether it is the announcement of a window that stands alone, or of a series: it has the id
// that the window always had. Those of a series that follow were under theirs before they were told.
func (c change) first() bool { return c.Kind == maintenance.EventAnnounced && c.Window.Occurrence <= 1 }

// suffix sets the change apart from the others of the window; "" of what has the window's own name.
func (c change) suffix() string {
	if c.SummedUp || c.first() {
		return ""
	}

	return fmt.Sprintf("-%d", c.ID)
}

// Places are the names of the window's changes on the page, to which the entries lead.
func (a Announcement) Places() []string {
	var places []string

	for _, c := range a.changes {
		if suffix := c.suffix(); suffix != "" {
			places = append(places, a.UID+suffix)
		}
	}

	return places
}

// html is the entry's content.
func (c change) html() string {
	paragraph := func(text string) string { return "<p>" + html.EscapeString(text) + "</p>\n" }

	if c.Kind == maintenance.EventUpdated {
		return string(Render(c.Text).HTML) + "\n" + paragraph(c.window.When())
	}

	text := paragraph(c.window.When())
	if recurs := c.recurs(); recurs != "" {
		text = paragraph("Recurs "+recurs+".") + text
	}

	if c.moved() {
		text = paragraph(c.sentence()+".") + text
	}

	if ended := c.window.Ended(); ended != "" {
		text += paragraph(ended + ".")
	}

	return text + string(c.window.MessageHTML)
}

func atomTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
