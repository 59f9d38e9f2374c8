package web

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/graph-olap/opsconsole/internal/basepath"
)

func (p *Page) site() *basepath.Site { return &p.place.site }

// Keep has the browser keep a value for maxAge seconds, 0 for as long as it is open, below 0 no longer.
func (p *Page) Keep(name, value string, maxAge int) { p.setCookie(name, value, maxAge, true) }

// KeepForScripts has the browser keep a value that a script may replace.
func (p *Page) KeepForScripts(name, value string, maxAge int) {
	p.setCookie(name, value, maxAge, false)
}

func (p *Page) setCookie(name, value string, maxAge int, httpOnly bool) {
	p.SetCookie(&http.Cookie{ //nolint:gosec // Secure wherever browsers come by https
		Name: p.site().CookieName(name), Value: value, Path: p.site().CookiePath(), MaxAge: maxAge,
		Secure: p.site().Secure(), HttpOnly: httpOnly, SameSite: http.SameSiteLaxMode,
	})
}

// CookieValue is what [Page.Keep] kept, "" when nothing was.
func (p *Page) CookieValue(name string) string {
	return p.cookieNamed(p.site().CookieName(name))
}

// preference is what [Page.KeepForScripts] or a script kept. What the version before kept, for a year, has its plain
// name also over https: another host can set that one as well, and is believed in no more than this.
func (p *Page) preference(name string) string {
	return cmp.Or(p.CookieValue(name), p.cookieNamed(name))
}

func (p *Page) cookieNamed(name string) string {
	if !p.mayHaveCookie(name) {
		return ""
	}

	value, _ := basepath.CookieValue(p.Request(), name)

	return value
}

// mayHaveCookie reports whether the name stands before a value in what came with the request: most
// cookies that are asked for are not there, and need no others read.
func (p *Page) mayHaveCookie(name string) bool {
	for _, line := range p.Request().Header["Cookie"] {
		for rest := line; ; {
			i := strings.Index(rest, name)
			if i < 0 {
				break
			}

			if rest = rest[i+len(name):]; strings.HasPrefix(rest, "=") {
				return true
			}
		}
	}

	return false
}
