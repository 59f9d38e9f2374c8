package session

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Preferences keeps how the user wants to see the console, in cookies of their own.
func (h *Handlers) Preferences(p *web.Page) error {
	const year = 365 * 24 * time.Hour

	keep := func(name, value string) {
		p.SetCookie(&http.Cookie{
			Name: name, Value: url.QueryEscape(value), Path: "/", MaxAge: int(year.Seconds()),
			Secure: h.PublicURL.Scheme == "https", HttpOnly: false, SameSite: http.SameSiteLaxMode,
		})
	}

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
		f.Refuse(shell.ZoneCookie, "enum", "must be UTC, browser or the name of a time zone, such as Europe/Berlin")
	}

	if err := f.Done(); err != nil {
		return err
	}

	if f.Given(shell.ThemeCookie) {
		keep(shell.ThemeCookie, theme)
	}

	if f.Given(shell.ZoneCookie) {
		keep(shell.ZoneCookie, inZone)
	}

	return p.SeeOther(auth.LocalPath(back))
}
