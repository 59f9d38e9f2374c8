package shell

import (
	"bytes"
	"html"
	"strconv"
	"time"

	"github.com/graph-olap/opsconsole/templates/format"
)

// Viewer is who looks at a page: all of it that is not alike for everybody who asks for the same
// address. A page is drawn with gaps in the places of this ([Layout]), which are filled for
// each viewer: so nothing of one can get to another by a page that is kept.
type Viewer struct {
	User        User
	Preferences Preferences
	// Now is the moment at which the page is sent, for the clocks of its script.
	Now time.Time
}

// mark stands for what is the viewer's in what is drawn: a NUL and a letter. No text of a page has a NUL
// by right; one that has it by somebody's doing shows its viewer what they know of themselves: what
// stands for a mark can neither open an element nor end an attribute.
type mark byte

// The marks. What stands for those from markNow on is not alike for one viewer either.
const (
	markName mark = iota
	markEmail
	markRole
	markZone
	markTheme
	markSystem
	markLight
	markDark
	markNow
	marksEnd
)

const (
	markBegin  = '\x00'
	markLetter = 'a'
	markSize   = 2
)

func (m mark) String() string { return string(markBegin) + string(markLetter+rune(m)) }

// markAt returns the mark that b begins with.
func markAt(b []byte) (m mark, ok bool) {
	if len(b) < markSize || b[0] != markBegin {
		return 0, false
	}

	m = mark(b[1] - markLetter)

	return m, m < marksEnd
}

// nextMark is where the next mark begins, -1 for none.
func nextMark(b []byte) int {
	for from := 0; ; from++ {
		i := bytes.IndexByte(b[from:], markBegin)
		if i < 0 {
			return -1
		}

		from += i
		if _, ok := markAt(b[from:]); ok {
			return from
		}
	}
}

// Gap is a place of a page for what is the viewer's: a mark, or several that are close together.
type Gap []byte

const (
	// near is how close to the mark before another one belongs to the same gap, in bytes.
	near = 32
	// padTo is to a multiple of how many bytes gaps are filled: pages in which that comes to the same
	// lengths are compressed once for all.
	padTo   = 8
	padding = "        "
)

// Cut takes what was drawn apart at its gaps: behind each part but the last is one.
func Cut(drawn []byte) (parts [][]byte, gaps []Gap) {
	for {
		begin := nextMark(drawn)
		if begin < 0 {
			return append(parts, withoutNULs(drawn)), gaps
		}

		end := begin + markSize
		for next := nextMark(drawn[end:]); next >= 0 && next < near; next = nextMark(drawn[end:]) {
			end += next + markSize
		}

		// What it is padded with has its place behind the attribute or the element.
		switch rest := drawn[end:]; {
		case bytes.HasPrefix(rest, []byte(`"`)):
			end++
		case bytes.HasPrefix(rest, []byte("</")):
			end += bytes.IndexByte(rest, '>') + 1
		}

		parts, gaps = append(parts, withoutNULs(drawn[:begin])), append(gaps, drawn[begin:end:end])
		drawn = drawn[end:]
	}
}

// noNUL stands for a NUL that begins no mark: HTML has none, and where parts are compressed, NULs stand for what is in gaps.
const noNUL = "\uFFFD"

// withoutNULs returns the same bytes where they have none.
func withoutNULs(b []byte) []byte {
	if bytes.IndexByte(b, markBegin) < 0 {
		return b
	}

	return bytes.ReplaceAll(b, []byte{markBegin}, []byte(noNUL))
}

// Fills are what stands for the marks for a viewer, as HTML.
type Fills [marksEnd]string

// Constant is what of it is alike each time.
func (f *Fills) Constant() []string { return f[:markNow] }

// Append appends what fills the gap.
func (f *Fills) Append(b []byte, g Gap) []byte {
	before := len(b)

	for i := 0; i < len(g); {
		if m, ok := markAt(g[i:]); ok {
			b = append(b, f[m]...)
			i += markSize

			continue
		}

		if g[i] == markBegin {
			b = append(b, noNUL...)
		} else {
			b = append(b, g[i])
		}

		i++
	}

	if over := (len(b) - before) % padTo; over > 0 {
		b = append(b, padding[over:]...)
	}

	return b
}

// Fills returns what stands for the marks for the viewer.
func (v Viewer) Fills() *Fills {
	theme := ParseTheme(string(v.Preferences.Theme))
	pressed := func(choice Theme) string { return strconv.FormatBool(theme == choice) }

	return &Fills{
		markName: html.EscapeString(v.User.Username), markEmail: html.EscapeString(v.User.Email),
		markRole: html.EscapeString(string(v.User.Role)), markZone: html.EscapeString(zoneOrUTC(v.Preferences.Zone)),
		markTheme: string(theme), markSystem: pressed(System), markLight: pressed(Light), markDark: pressed(Dark),
		markNow: format.RFC3339(&v.Now),
	}
}

// Fill fills the gaps of what was drawn.
func (v Viewer) Fill(drawn []byte) []byte {
	var b []byte

	fills := v.Fills()
	parts, gaps := Cut(drawn)

	for i, part := range parts {
		b = append(b, part...)
		if i < len(gaps) {
			b = fills.Append(b, gaps[i])
		}
	}

	return b
}
