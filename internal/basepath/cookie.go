package basepath

import (
	"net/http"
	"strings"
)

// CookieValue is the value of the first cookie of that name that came with a request; there is false where none did. It reads
// as [http.Request.CookiesNamed] does, however many there are, and makes nothing of the other cookies.
func CookieValue(r *http.Request, name string) (value string, there bool) {
	for _, line := range r.Header["Cookie"] {
		for part := range strings.SplitSeq(line, ";") {
			named, value, _ := strings.Cut(strings.Trim(part, " \t"), "=")
			if strings.Trim(named, " \t") != name {
				continue
			}

			if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
				value = value[1 : len(value)-1]
			}

			if !strings.ContainsFunc(value, isNoneOfCookies) {
				return value, true
			}
		}
	}

	return "", false
}

// isNoneOfCookies reports whether a cookie with the character in its value is none.
func isNoneOfCookies(c rune) bool { return c < ' ' || c > '~' || c == '"' || c == ';' || c == '\\' }
