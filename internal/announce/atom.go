package announce

import (
	"encoding/xml"
	"time"
)

// The Atom feed, RFC 4287.

type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle"`
	Updated  string      `xml:"updated"`
	Author   string      `xml:"author>name"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID       string       `xml:"id"`
	Title    string       `xml:"title"`
	Updated  string       `xml:"updated"`
	Link     atomLink     `xml:"link"`
	Category atomCategory `xml:"category"`
	Content  atomText     `xml:"content"`
}

type atomCategory struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Body string `xml:",chardata"`
}

// Atom writes the announcements as an Atom feed, an entry an event: feed readers tell nobody of an entry
// that they know and that has changed. The newest leads.
func (v Announcements) Atom(s Source) ([]byte, error) {
	// A feed that has nothing to tell of has not been updated since the beginning of time.
	updated := v.AsOf
	if updated.IsZero() {
		updated = time.Unix(0, 0)
	}

	feed := atomFeed{
		ID: s.feed("atom"), Title: plainText(s.title()), Subtitle: plainText(s.subtitle()), Author: plainText(s.Name),
		Updated: atomTime(updated),
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: s.feed("atom")},
			{Rel: "alternate", Type: "text/html", Href: s.Page.String()},
		},
	}

	feed.Entries = v.entries()

	body, err := xml.MarshalIndent(feed, "", "  ")

	return append([]byte(xml.Header), body...), err
}
