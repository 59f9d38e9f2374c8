// Package basepath is where browsers reach the console: at the root of a host, or below a path of it that a proxy gives to
// the console. All other code knows addresses as they are at the root; here they get the path, and lose it.
package basepath

import (
	"net/http"
	"net/url"
	"strings"
)

// Site is where browsers reach the console. The zero value is the root of a host, over plain HTTP.
type Site struct {
	secure bool
	path   string // "" or /like/this
	links  *strings.Replacer
}

// Of returns the site at a public URL, whose path ends with no slash.
func Of(public *url.URL) Site {
	s := Site{secure: public.Scheme == "https", path: strings.TrimSuffix(public.EscapedPath(), "/")}
	if s.path == "" {
		return s
	}

	var pairs []string
	for _, name := range linking() {
		// Two slashes begin the name of another host.
		pairs = append(pairs, name+`="//`, name+`="//`, name+`="/`, name+`="`+s.path+`/`)
	}

	s.links = strings.NewReplacer(pairs...)

	return s
}

// linking are the attributes that lead somewhere. Text has its quotes escaped, so that it never looks like one.
func linking() []string {
	return []string{
		" href", " src", " action", " formaction", " hx-get", " hx-post",
		" data-events", " data-filled-at", " data-palette-item", " data-script",
	}
}

// Secure reports whether browsers come by https.
func (s Site) Secure() bool { return s.secure }

// CookieName is the name of a cookie of the console: over https browsers take it from this host alone, and not over a
// plain connection; at the root also for all of it alone (RFC 6265bis, sections 4.1.3.1 and 4.1.3.2).
func (s Site) CookieName(base string) string {
	switch {
	case !s.secure:
		return base
	case s.path != "":
		return "__Secure-" + base
	default:
		return "__Host-" + base
	}
}

// CookiePath is for which paths of the host browsers send the cookies: what is beside the console does not get them.
func (s Site) CookiePath() string {
	if s.path == "" {
		return "/"
	}

	return s.path
}

// Links returns HTML whose links lead to where the console is.
func (s Site) Links(html []byte) []byte {
	if s.links == nil {
		return html
	}

	return []byte(s.links.Replace(string(html)))
}

// At is where an address of the console is found on the host; one of another host stays as it is.
func (s Site) At(address string) string {
	if s.path == "" || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") {
		return address
	}

	return s.path + address
}

// Without is an address of the host as it is at the root. One that is not below the path stays as it is: many proxies
// take the path away, and who probes the console's own address knows of none.
func (s Site) Without(address string) string {
	rest, below := strings.CutPrefix(address, s.path)

	switch {
	case s.path == "" || !below:
		return address
	case rest == "" || rest[0] == '?':
		return "/" + rest
	case rest[0] != '/' || strings.HasPrefix(rest, "//"): // another name that begins like ours, or another host's
		return address
	default:
		return rest
	}
}

// Enter returns the request as it would have been at the root.
func (s Site) Enter(r *http.Request) *http.Request {
	path, raw := s.Without(r.URL.Path), s.Without(r.URL.RawPath)
	if path == r.URL.Path {
		return r
	}

	inside := r.WithContext(r.Context())
	address := *r.URL
	address.Path, address.RawPath = path, raw
	inside.URL = &address

	return inside
}

// Outside serves below its path what has it in its own addresses.
func (s Site) Outside(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		outside := r.WithContext(r.Context())
		address := *r.URL
		address.Path, address.RawPath = s.At(r.URL.Path), s.At(r.URL.RawPath)
		outside.URL = &address
		next.ServeHTTP(w, outside)
	})
}

// Leave has what an answer's header leads to lead to where the console is.
func (s Site) Leave(header http.Header) {
	if s.path == "" {
		return
	}

	for _, name := range []string{"Location", "Hx-Redirect", "Hx-Push-Url", "Hx-Replace-Url"} {
		if to := header.Get(name); to != "" {
			header.Set(name, s.At(to))
		}
	}

	if wait, to, ok := strings.Cut(header.Get("Refresh"), "url="); ok {
		header.Set("Refresh", wait+"url="+s.At(to))
	}
}
