package store

import (
	"net"
	"time"
)

// keepAlive finds out within half a minute that a host is gone which says nothing.
//
//nolint:gochecknoglobals,mnd // a constant
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}

// unacknowledged is how long what was sent may remain without an acknowledgement: RFC 5482.
const unacknowledged = 30 * time.Second

// dialer dials as pgx's own would, but for finding out sooner that the other host is gone.
func dialer() *net.Dialer {
	return &net.Dialer{KeepAliveConfig: keepAlive, Control: limitUnacknowledged}
}
