package format

import (
	"net/url"
	"regexp"
	"strings"
)

// Tickets finds the tickets in a text; the zero value finds none.
type Tickets struct {
	Pattern *regexp.Regexp
	// URL is where a ticket leads; {ticket} in it stands for the ticket.
	URL string
}

// Piece is a part of a text: URL is "" where it is no ticket.
type Piece struct {
	Text string
	URL  string
}

// Split cuts a text into what leads somewhere and what does not.
func (t Tickets) Split(text string) []Piece {
	if t.Pattern == nil {
		return []Piece{{Text: text}}
	}

	var pieces []Piece

	last := 0

	for _, at := range t.Pattern.FindAllStringIndex(text, -1) {
		if at[0] > last {
			pieces = append(pieces, Piece{Text: text[last:at[0]]})
		}

		ticket := text[at[0]:at[1]]
		pieces = append(pieces, Piece{Text: ticket, URL: strings.ReplaceAll(t.URL, "{ticket}", url.PathEscape(ticket))})
		last = at[1]
	}

	if last < len(text) {
		pieces = append(pieces, Piece{Text: text[last:]})
	}

	return pieces
}
