package auth

import (
	"net/url"
	"strings"
)

const returnToMax = 2000

// LocalPath returns target if it is a path on this console, with its query, that
// every browser reads as one; anything else becomes "/".
func LocalPath(target string) string {
	const home = "/"

	printable := func(r rune) bool { return r > ' ' && r <= '~' && r != '\\' }
	if len(target) > returnToMax || !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") ||
		strings.ContainsFunc(target, func(r rune) bool { return !printable(r) }) {
		return home
	}

	u, err := url.Parse(target)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil {
		return home
	}

	return target
}
