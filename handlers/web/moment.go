package web

import (
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// ChoiceSuffix ends the name of the field that answers which moment was meant by another: its
// value is what was typed there, =, and what is meant. It is none once something else is typed.
const ChoiceSuffix = "_choice"

// Moment is a moment as people write it, on the clocks of a zone. What was not typed is zero.
func (f *Fields) Moment(name string, now time.Time, loc *time.Location) humantime.Moment {
	typed := strings.TrimSpace(f.Text(name))

	if about, meant, answered := strings.Cut(f.Text(name+ChoiceSuffix), "="); answered && about == typed {
		typed = meant
	}

	if typed == "" {
		return humantime.Moment{}
	}

	m, err := humantime.ParseMoment(typed, now, loc)
	if err != nil {
		f.Refuse(name, "datetime", err.Error())
	}

	return m
}

// Location is the zone in which the user reads and types times. Where that is the browser's, its
// script has told which that is.
func (p *Page) Location() *time.Location {
	p.zoned = true

	name := p.preferences().Zone
	if name == ZoneBrowser {
		name, _ = url.QueryUnescape(p.preference(shell.BrowserZoneCookie))
	}

	loc, err := zoneinfo.Location(name)
	if err != nil {
		return time.UTC
	}

	return loc
}

// untilField is the end of a temporary change.
const untilField = "until"

// Until is the end of a temporary change, as [Page.Moment] reads it.
func (p *Page) Until(f *Fields) string { return p.Moment(f, untilField) }

// AtField is when a change is to be made; the answer to what may be meant by it is beside it.
const AtField = "at"

// Moment is a moment of a change: in a form as people write it, which is asked about where it may
// mean two moments, since it is done as it is sent. It is RFC 3339, "" for none.
func (p *Page) Moment(f *Fields, name string) string {
	if !f.IsForm() {
		return f.Text(name)
	}

	m := f.Moment(name, p.Now, p.Location())

	switch {
	case m.At.IsZero():
		return ""
	case len(m.Choices) > 1:
		f.Refuse(name, "term", m.Note+" Say which is meant.")

		return ""
	case m.Note != "":
		f.Refuse(name, "term", m.Note+" Write that time, if it is meant.")

		return ""
	default:
		return m.At.UTC().Format(time.RFC3339Nano)
	}
}

// UntilInput is its field with what was typed.
func (p *Page) UntilInput(typed, chosen string) components.MomentInput {
	return p.momentInput(typed, chosen)
}

// FixedMoment is what was typed as a program sends it; what cannot be read stays as it is.
func (p *Page) FixedMoment(typed string) string {
	m, err := humantime.ParseMoment(typed, p.Now, p.Location())
	if err != nil {
		return typed
	}

	return m.At.UTC().Format(time.RFC3339)
}

func (p *Page) momentInput(typed, chosen string) components.MomentInput {
	loc := p.Location()
	in := components.MomentInput{Text: typed, Zone: loc.String()}
	in.Understand(p.Now, loc, chosen)

	return in
}

// FilterMoments are the fields of the times in an address, on the clocks of the user.
func (p *Page) FilterMoments(names ...string) map[string]components.MomentInput {
	out := map[string]components.MomentInput{}

	for _, name := range names {
		typed := p.QueryParam(name)
		if m, err := humantime.ParseMoment(typed, p.Now, p.Location()); err == nil && m.Fixed {
			typed = humantime.Format(m.At, p.Location())
		}

		out[name] = p.momentInput(typed, "")
	}

	return out
}

// FixTimes leads to the address that means the same to everybody for good, where times in that of
// a page are on the user's clocks: it is kept, sent to others, and what follows the monitor is drawn
// for all. Times that clocks skip or repeat stay, to be told of.
func (p *Page) FixTimes(names ...string) (led bool, err error) {
	if p.WantsJSON() {
		return false, nil
	}

	query, changed := p.Request().URL.Query(), false

	for _, name := range names {
		m, err := humantime.ParseMoment(query.Get(name), p.Now, p.Location())
		if err == nil && !m.Fixed && m.Note == "" {
			query.Set(name, m.At.UTC().Format(time.RFC3339))

			changed = true
		}
	}

	if !changed {
		return false, nil
	}

	return true, p.SeeOther(p.Request().URL.Path + "?" + query.Encode())
}
