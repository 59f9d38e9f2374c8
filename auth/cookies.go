package auth

import (
	"net/http"

	"github.com/gorilla/sessions"
)

// cookies makes the names and options of the console's cookies. Over https a
// cookie is Secure and its name begins with __Host-, so that no other host and no
// plain connection can have set it.
type cookies struct {
	secure bool
}

func (c cookies) name(base string) string { return CookieName(base, c.secure) }

// CookieName is the name of a cookie of the console: over https browsers take it from this host alone, for all of it,
// and not over a plain connection (RFC 6265bis, section 4.1.3.2).
func CookieName(base string, secure bool) string {
	if secure {
		return "__Host-" + base
	}

	return base
}

// options of a cookie that lasts for maxAge seconds, 0 for as long as the browser
// is open, below 0 to delete it.
func (c cookies) options(maxAge int) *sessions.Options {
	return &sessions.Options{
		Path: "/", MaxAge: maxAge, Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

func (c cookies) set(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, sessions.NewCookie(name, value, c.options(maxAge)))
}

// LetGo has the browser let go of the pages that it kept while the session was there: those that
// Back brings, too (W3C, Clear Site Data).
func LetGo(header http.Header) { header.Set("Clear-Site-Data", `"cache"`) }
