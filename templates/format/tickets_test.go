package format_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/templates/format"
)

func TestTicketsBecomeLinks(t *testing.T) {
	t.Parallel()

	tickets := format.Tickets{Pattern: regexp.MustCompile(`[A-Z]+[-/][0-9]+`), URL: "https://tickets.example.com/{ticket}"}

	for text, want := range map[string][]format.Piece{
		"no ticket": {{Text: "no ticket"}},
		"OPS-1":     {{Text: "OPS-1", URL: "https://tickets.example.com/OPS-1"}},
		"see OPS-1, and A/2.": {
			{Text: "see "},
			{Text: "OPS-1", URL: "https://tickets.example.com/OPS-1"},
			{Text: ", and "},
			{Text: "A/2", URL: "https://tickets.example.com/A%2F2"},
			{Text: "."},
		},
	} {
		if got := tickets.Split(text); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}

	tickets.Emails = true

	for text, want := range map[string][]format.Piece{
		"OPS-1 of ana.b+x@example.co.uk.": {
			{Text: "OPS-1", URL: "https://tickets.example.com/OPS-1"},
			{Text: " of "},
			{Text: "ana.b+x@example.co.uk", URL: "mailto:ana.b+x@example.co.uk"},
			{Text: "."},
		},
		"OPS-1@example.com": {{Text: "OPS-1@example.com", URL: "mailto:OPS-1@example.com"}},
		"a@b, @c.de x@":     {{Text: "a@b, @c.de x@"}},
		"<ana@example.com>, or mailto:bo@example.org?": {
			{Text: "<"},
			{Text: "ana@example.com", URL: "mailto:ana@example.com"},
			{Text: ">, or mailto:"},
			{Text: "bo@example.org", URL: "mailto:bo@example.org"},
			{Text: "?"},
		},
		"bo@xn--mnchen-3ya.xn--p1ai": {{Text: "bo@xn--mnchen-3ya.xn--p1ai", URL: "mailto:bo@xn--mnchen-3ya.xn--p1ai"}},
	} {
		if got := tickets.Split(text); !slices.Equal(got, want) || tickets.Leads(text) != (len(want) > 1 || want[0].URL != "") {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}

	// Each has an address of somebody else in it.
	for _, text := range []string{
		"j\u00f6rg@example.com", "j\u043ehn@example.com", "o'brien@example.com", "a!b@example.com", "bo@mail.ex\u00e4mple.com", "bo@example.com\u0301",
		"bo@example.com_x", "bo@example.com-x", "bo@example.com.2", "bo@example.com@example.org", "https://bo@example.com",
	} {
		if got := tickets.Split(text); len(got) != 1 || got[0].URL != "" || tickets.Leads(text) {
			t.Errorf("%q: got %v, want no link", text, got)
		}
	}

	if got := (format.Tickets{}).Split("OPS-1"); !slices.Equal(got, []format.Piece{{Text: "OPS-1"}}) {
		t.Errorf("without a pattern: got %v, want OPS-1 as one piece of text", got)
	}
}
