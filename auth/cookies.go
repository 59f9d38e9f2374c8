package auth

import (
	"net/http"

	"github.com/gorilla/sessions"

	"github.com/graph-olap/opsconsole/internal/basepath"
)

// cookies makes the names and options of the console's cookies.
type cookies struct{ site basepath.Site }

func (c cookies) name(base string) string { return c.site.CookieName(base) }

// options of a cookie that lasts for maxAge seconds, 0 for as long as the browser
// is open, below 0 to delete it.
func (c cookies) options(maxAge int) *sessions.Options {
	return &sessions.Options{
		Path: c.site.CookiePath(), MaxAge: maxAge, Secure: c.site.Secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

func (c cookies) set(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, sessions.NewCookie(name, value, c.options(maxAge)))
}

// LetGo has the browser let go of the pages that it kept while the session was there: those that
// Back brings, too (W3C, Clear Site Data).
func LetGo(header http.Header) { header.Set("Clear-Site-Data", `"cache"`) }
