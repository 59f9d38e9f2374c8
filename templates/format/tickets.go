package format

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Tickets finds in a text what leads somewhere: tickets and e-mail addresses. The zero value finds none.
type Tickets struct {
	Pattern *regexp.Regexp
	// URL is where a ticket leads; {ticket} in it stands for the ticket.
	URL string
	// Emails has e-mail addresses lead to a message to them.
	Emails bool
}

// Piece is a part of a text: URL is "" where it leads nowhere.
type Piece struct {
	Text string
	URL  string
}

// address finds what may be an e-mail address, and email says whether it is one as people write them: of RFC 5321 without what
// is quoted. Part of another address, such as one in other letters, would lead to somebody else.
//
//nolint:gochecknoglobals // each is one expression, as one that is compiled at once would be
var (
	address = compiled(`[\pL\pM\pN!#$%&'*+/=?^_{|}~.@\x60-]*[\pL\pM\pN]`)
	email   = compiled(`^[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:[A-Za-z]{2,}|xn--[A-Za-z0-9-]+)$`)
)

// compiled is an expression that is compiled when it is used first: all letters there are take half a millisecond of a start.
func compiled(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// Split cuts a text into what leads somewhere and what does not. What looks like a ticket within an
// e-mail address is a part of it.
func (t Tickets) Split(text string) []Piece {
	pieces := []Piece{{Text: text}}

	if t.Emails && strings.Contains(text, "@") {
		pieces = cut(pieces, address(), mailto)
	}

	if t.Pattern != nil {
		pieces = cut(pieces, t.Pattern, func(ticket string) string { return strings.ReplaceAll(t.URL, "{ticket}", url.PathEscape(ticket)) })
	}

	return pieces
}

// Leads reports whether anything in a text leads somewhere.
func (t Tickets) Leads(text string) bool {
	return slices.ContainsFunc(t.Split(text), func(p Piece) bool { return p.URL != "" })
}

// mailto is where an e-mail address leads, "" for what is none.
func mailto(text string) string {
	if !email().MatchString(text) {
		return ""
	}

	return "mailto:" + text
}

// cut cuts what matches and leads somewhere out of the pieces that lead nowhere yet.
func cut(pieces []Piece, pattern *regexp.Regexp, leads func(match string) string) []Piece {
	var out []Piece

	for _, piece := range pieces {
		if piece.URL != "" {
			out = append(out, piece)

			continue
		}

		last := 0

		for _, at := range pattern.FindAllStringIndex(piece.Text, -1) {
			match := piece.Text[at[0]:at[1]]

			to := leads(match)
			if to == "" {
				continue
			}

			if at[0] > last {
				out = append(out, Piece{Text: piece.Text[last:at[0]]})
			}

			out = append(out, Piece{Text: match, URL: to})
			last = at[1]
		}

		if last < len(piece.Text) {
			out = append(out, Piece{Text: piece.Text[last:]})
		}
	}

	return out
}
