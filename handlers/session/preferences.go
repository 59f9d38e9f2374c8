package session

import (
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// How long the preferences are kept, and a zone that is none, for the page that says so.
const (
	keptFor    = 365 * 24 * time.Hour
	toldWithin = time.Minute
)

// Preferences keeps how the user wants to see the console, in cookies of their own.
func (h *Handlers) Preferences(p *web.Page) error {
	f, err := p.Fields()
	if err != nil {
		return err
	}

	theme, inZone, back := f.Text(shell.ThemeCookie), f.Text(shell.ZoneCookie), f.Text(web.ReturnParam)

	if f.Given(shell.ThemeCookie) && string(shell.ParseTheme(theme)) != theme {
		f.Refuse(shell.ThemeCookie, "enum", "must be system, light or dark")
	}

	if inZone = strings.TrimSpace(inZone); inZone == "" || strings.EqualFold(inZone, web.ZoneUTC) {
		inZone = web.ZoneUTC
	}

	if !web.IsZone(inZone) {
		// A page stays, and its menu says what is wrong.
		if f.OK() && len(f.Rest()) == 0 && f.IsForm() && back != "" && !p.WantsJSON() {
			keep(p, shell.RefusedZoneCookie, ops.Clip(inZone), toldWithin)

			return p.SeeOther(auth.LocalPath(back))
		}

		f.Refuse(shell.ZoneCookie, "enum", "must be UTC, browser or the name of a time zone, such as Europe/Berlin")
	}

	if err := f.Done(); err != nil {
		return err
	}

	if f.Given(shell.ThemeCookie) {
		keep(p, shell.ThemeCookie, theme, keptFor)
	}

	if f.Given(shell.ZoneCookie) {
		keep(p, shell.ZoneCookie, inZone, keptFor)
	}

	return p.SeeOther(auth.LocalPath(back))
}

func keep(p *web.Page, name, value string, during time.Duration) {
	p.KeepForScripts(name, url.QueryEscape(value), int(during.Seconds()))
}
