package web

import (
	"cmp"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
)

const secureKey = "secure"

// Secure says that browsers reach the console over https: what is set for them is meant for that alone.
func Secure(c echo.Context) { c.Set(secureKey, true) }

func (p *Page) secure() bool {
	secure, _ := p.Get(secureKey).(bool)

	return secure
}

// Keep has the browser keep a value for maxAge seconds, 0 for as long as it is open, below 0 no longer.
func (p *Page) Keep(name, value string, maxAge int) { p.setCookie(name, value, maxAge, true) }

// KeepForScripts has the browser keep a value that a script may replace.
func (p *Page) KeepForScripts(name, value string, maxAge int) {
	p.setCookie(name, value, maxAge, false)
}

func (p *Page) setCookie(name, value string, maxAge int, httpOnly bool) {
	p.SetCookie(&http.Cookie{ //nolint:gosec // Secure wherever browsers come by https
		Name: auth.CookieName(name, p.secure()), Value: value, Path: "/", MaxAge: maxAge,
		Secure: p.secure(), HttpOnly: httpOnly, SameSite: http.SameSiteLaxMode,
	})
}

// CookieValue is what [Page.Keep] kept, "" when nothing was.
func (p *Page) CookieValue(name string) string {
	return p.cookieNamed(auth.CookieName(name, p.secure()))
}

// preference is what [Page.KeepForScripts] or a script kept. What the version before kept, for a year, has its plain
// name also over https: another host can set that one as well, and is believed in no more than this.
func (p *Page) preference(name string) string {
	return cmp.Or(p.CookieValue(name), p.cookieNamed(name))
}

func (p *Page) cookieNamed(name string) string {
	if p.cookies == nil {
		p.cookies = append([]*http.Cookie{}, p.Cookies()...)
	}

	for _, cookie := range p.cookies {
		if cookie.Name == name {
			return cookie.Value
		}
	}

	return ""
}
