package web

import (
	"net/url"

	"github.com/graph-olap/opsconsole/internal/zoneinfo"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Zones in which times can be read beside the IANA ones.
const (
	ZoneUTC = "UTC"
	// ZoneBrowser is the zone of whoever looks.
	ZoneBrowser = "browser"
)

// Preferences are how the user wants to see the console. A page that is drawn by them is kept for
// nobody else.
func (p *Page) Preferences() shell.Preferences {
	p.own = true

	return p.preferences()
}

func (p *Page) preferences() shell.Preferences {
	return shell.Preferences{
		Theme: shell.ParseTheme(p.preference(shell.ThemeCookie)),
		Zone:  zone(p.preference(shell.ZoneCookie)),
	}
}

// zone returns the zone that a cookie holds if times can be shown in it, else UTC.
func zone(cookie string) string {
	if cookie == "" {
		return ZoneUTC
	}

	name, err := url.QueryUnescape(cookie)
	if err != nil || !IsZone(name) {
		return ZoneUTC
	}

	return name
}

// RefusedZone is what was typed into the account menu of the page before and is no zone, "" for
// nothing. It is told once.
func (p *Page) RefusedZone() string {
	typed, err := url.QueryUnescape(p.CookieValue(shell.RefusedZoneCookie))
	if typed == "" || err != nil {
		return ""
	}

	p.own = true
	p.Keep(shell.RefusedZoneCookie, "", -1)

	return typed
}

// IsZone reports whether times can be shown in the zone.
func IsZone(name string) bool {
	return name == ZoneBrowser || zoneinfo.Current().Has(name)
}
