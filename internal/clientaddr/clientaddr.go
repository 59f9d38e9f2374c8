// Package clientaddr tells from which address a request over HTTP comes where proxies stand in between.
package clientaddr

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Header is where each proxy adds the address that its request came from, as the last one.
const Header = "X-Forwarded-For"

// From returns what tells the address of a request's client: that of the peer, or, where the
// peer is one of the trusted networks, the last one in [Header] that is none of theirs. What stands before that
// anybody can have written. An address that cannot be read proves nothing: then it is the
// last that could. Without trusted networks the header counts for nothing.
func From(trusted []netip.Prefix) func(*http.Request) string {
	isTrusted := func(addr netip.Addr) bool {
		return slices.ContainsFunc(trusted, func(network netip.Prefix) bool { return network.Contains(addr) })
	}

	return func(r *http.Request) string {
		client, ok := parse(r.RemoteAddr)
		if !ok {
			return r.RemoteAddr
		}

		said := strings.Split(strings.Join(r.Header.Values(Header), ","), ",")

		for isTrusted(client) && len(said) > 0 {
			before, ok := parse(said[len(said)-1])
			if !ok {
				break
			}

			client, said = before, said[:len(said)-1]
		}

		return client.String()
	}
}

// parse reads an address, also with a port, as some proxies write it.
func parse(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)

	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}

		addr = withPort.Addr()
	}

	return addr.Unmap().WithZone(""), true
}
