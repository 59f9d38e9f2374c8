package announce

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// entriesMax bounds the feed; readers keep what they have seen.
const entriesMax = 100

// entries are those of all windows, the newest first.
func (v Announcements) entries() []atomEntry {
	var out []atomEntry

	for a := range v.all() {
		out = append(out, a.entries()...)
	}

	// The times are all as RFC 3339 writes them in UTC, which sorts.
	slices.SortStableFunc(out, func(a, b atomEntry) int { return cmp.Compare(b.Updated, a.Updated) })

	return out[:min(len(out), entriesMax)]
}

// entries are one for each event of the window, the newest first. What was told before there was one for each is one entry,
// under the id that the window's only one had: readers know it, and do not tell it again.
func (a Announcement) entries() []atomEntry {
	var out []atomEntry

	for i, c := range a.changes {
		if c.SummedUp && i+1 < len(a.changes) && a.changes[i+1].SummedUp {
			continue // the last of them has what they came to
		}

		out = append(out, a.entry(c))
	}

	slices.Reverse(out) // what comes last in one second is the newer

	return out
}

func (a Announcement) entry(c change) atomEntry {
	id := a.URL
	if !c.SummedUp && !c.first() {
		id = fmt.Sprintf("%s-%d", a.URL, c.ID)
	}

	return atomEntry{
		ID: id, Title: plainText(c.title()), Updated: atomTime(c.At), Link: atomLink{Rel: "alternate", Type: "text/html", Href: a.URL},
		Category: atomCategory{Term: string(c.window.Phase), Label: c.label()},
		Content:  atomText{Type: "html", Body: plainText(c.html())},
	}
}

// first reports whether it is the announcement of a window that stands alone, or of a series: it has the id
// that the window always had. Those of a series that follow were under theirs before they were told.
func (c change) first() bool { return c.Kind == maintenance.EventAnnounced && c.Window.Occurrence <= 1 }

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

	if c.Kind == maintenance.EventEnded && c.window.EndedAt != nil {
		text += paragraph("Ended " + c.window.momentWords(*c.window.EndedAt) + ".")
	}

	return text + string(c.window.MessageHTML)
}

func atomTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
