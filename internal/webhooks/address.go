package webhooks

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const maxURLLength = 2000

// CheckURL returns the address as it is dialled, and refuses one that no endpoint may
// have: other than https, with a user or a fragment, or to a host that is not allowed.
// The error is a sentence for the form.
func (c Config) CheckURL(raw string) (*url.URL, error) {
	// What another parser might read otherwise is not parsed at all.
	if raw == "" || len(raw) > maxURLLength || !utf8.ValidString(raw) || strings.ContainsFunc(raw, notInURL) {
		return nil, fmt.Errorf("must be an https address of at most %d characters", maxURLLength)
	}

	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, errors.New("must be an https address, such as https://hooks.example.com/maintenance")
	}

	u.Host = strings.ToLower(u.Host)
	host := u.Hostname()

	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !c.plainAllowed(host)):
		return nil, errors.New("must begin with https://")
	case u.User != nil:
		return nil, errors.New("must not have a user name or password in it")
	case u.Fragment != "" || strings.Contains(raw, "#"):
		return nil, errors.New("must not have a part after #")
	case !portAllowed(u.Port()):
		return nil, fmt.Errorf("leads to port %s, which is another service's; 443 and those from %d on are allowed", u.Port(), minPort)
	case !c.hostAllowed(host):
		return nil, fmt.Errorf("leads to %q, which is not an allowed host: %s", host, c.hosts())
	}

	return u, nil
}

// minPort is the first of the ports that are nobody's.
const minPort = 1024

// portAllowed keeps what is sent from what listens on the well-known ports: mail, shells
// and the like.
func portAllowed(port string) bool {
	if port == "" || port == "443" {
		return true
	}

	n, err := strconv.ParseUint(port, 10, 16)

	return err == nil && n >= minPort
}

// notInURL are characters that do not belong in an address as it is sent.
func notInURL(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`\"<>^`+"`{|}", r) }

// plainAllowed reports whether http will do: to an address of this machine that was
// allowed by name, with nobody in between.
func (c Config) plainAllowed(host string) bool {
	addr, err := netip.ParseAddr(host)

	return err == nil && addr.IsLoopback() && c.addressAllowed(addr)
}

func (c Config) hostAllowed(host string) bool {
	return slices.ContainsFunc(c.AllowedHosts, func(pattern string) bool {
		pattern = strings.ToLower(pattern)
		if suffix, wild := strings.CutPrefix(pattern, "*."); wild {
			name, below := strings.CutSuffix(host, "."+suffix)

			return below && name != "" && suffix != ""
		}

		return host == pattern && host != ""
	})
}

func (c Config) hosts() string {
	if len(c.AllowedHosts) == 0 {
		return "none is (--webhook-allowed-hosts)"
	}

	return strings.Join(c.AllowedHosts, ", ") + " (--webhook-allowed-hosts)"
}

// addressAllowed reports whether a connection to the address may be made: it is public,
// or of a network that was configured.
func (c Config) addressAllowed(addr netip.Addr) bool {
	addr = addr.Unmap()
	if addr.Zone() != "" {
		return false
	}

	return public(addr) || slices.ContainsFunc(c.AllowedNetworks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// public reports whether the address is one of the Internet at large, by the
// registries of IANA for special purposes. Addresses that stand for others, as those of
// tunnels and translators do, are not: what they lead to is not seen here.
func public(addr netip.Addr) bool {
	in := func(networks ...string) bool {
		return slices.ContainsFunc(networks, func(n string) bool { return netip.MustParsePrefix(n).Contains(addr) })
	}

	if addr.Is4() {
		return !in(
			"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
			"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
			"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		)
	}

	// Of all others only 2000::/3 has been given to networks.
	return in("2000::/3") && !in("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
}
