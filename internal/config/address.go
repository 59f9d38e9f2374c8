package config

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// address reads host:port; no host means every interface. It returns "" when it is wrong.
func (r *reader) address(s setting) string {
	_, port, err := net.SplitHostPort(s.text)
	if err != nil {
		r.badf(s, "is %q, which is not HOST:PORT; write one such as 127.0.0.1:8080", s.text)

		return ""
	}

	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		r.badf(s, "has the port %q; use a port from 1 to 65535", port)

		return ""
	}

	return s.text
}

// loopbackAddress reads host:port and refuses a host that others can reach.
func (r *reader) loopbackAddress(ctx context.Context, s setting) string {
	address := r.address(s)
	if address == "" {
		return ""
	}

	host, _, _ := net.SplitHostPort(address) // read above
	if isLoopback(host) {
		return address
	}

	const todo = "the demo's accounts have no passwords, so it only serves this machine; use 127.0.0.1"

	if host == "" {
		r.badf(s, "means every interface: %s", todo)

		return ""
	}

	addrs, err := r.lookupHost(ctx, host)
	if err != nil || len(addrs) == 0 {
		r.badf(s, "names the host %q, which cannot be resolved: %s", host, todo)

		return ""
	}

	for _, addr := range addrs {
		if !addr.Unmap().IsLoopback() {
			r.badf(s, "is %s, which is not loopback: %s", addr.Unmap(), todo)

			return ""
		}
	}

	return address
}

// isLoopback says so of localhost and of a literal address.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)

	return strings.EqualFold(host, "localhost") || err == nil && addr.Unmap().IsLoopback()
}

// httpURL reads an http or https URL of a place: without user, query or fragment.
// It returns nil when it is missing or wrong.
func (r *reader) httpURL(s setting, todo string) *url.URL {
	text := r.required(s, todo)
	if text == "" {
		return nil
	}

	u, err := url.Parse(text)

	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		// The text is not repeated: it may have a password in it.
		r.badf(s, "is not an http or https URL; %s", todo)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		r.badf(s, "has a user, a query or a fragment; leave them out")
	default:
		return u
	}

	return nil
}

// publicURL reads where browsers reach the pages.
func (r *reader) publicURL(s setting) *url.URL {
	u := r.httpURL(s, "give the URL that browsers use, such as https://console.example.com")

	switch {
	case u == nil:
		return nil
	case !isPlainPath(u.EscapedPath()):
		r.badf(s, "has the path %q; use only letters, digits, - and _ between slashes, such as /ops", u.Path)
	case u.Scheme != "https" && !isLoopback(u.Hostname()):
		r.badf(s, "is not https; sessions are only safe over https, so put a TLS proxy in front")
	}

	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimSuffix(u.Path, "/")}
}

// isPlainPath reports whether the path is written in one way alone, whoever writes it.
func isPlainPath(path string) bool {
	return plainPath.MatchString(path)
}

var plainPath = regexp.MustCompile(`^(/[A-Za-z0-9_-]+)*/?$`)
