package webhooks

import "net/netip"

// AddressAllowed lets tests look at addresses that they cannot dial.
func AddressAllowed(c Config, addr netip.Addr) bool { return c.addressAllowed(addr) }
