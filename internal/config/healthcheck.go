package config

import (
	"net"
	"net/netip"
	"time"
)

func (r *reader) healthcheck(f healthcheckFlags) Healthcheck {
	host, port, _ := net.SplitHostPort(r.address(f.Addr)) // wrong ones are noted

	// A server on every interface is on this one too.
	if addr, err := netip.ParseAddr(host); host == "" || err == nil && addr.IsUnspecified() {
		host = "localhost"
	}

	return Healthcheck{
		URL:     "http://" + net.JoinHostPort(host, port) + "/healthz",
		Timeout: r.parseDuration(f.Timeout, time.Millisecond),
	}
}
