package trino

import (
	"context"
	"net"
	"net/http"
	"time"
)

// DialTo makes the client reach every host at one address.
func (c *Client) DialTo(address string) {
	transport, _ := c.http.Transport.(*http.Transport)
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

// QueryFor runs a statement that a queue may keep for so long.
func (c *Client) QueryFor(ctx context.Context, patience time.Duration, statement string) (int, error) {
	rows, err := c.query(ctx, patience, statement)

	return len(rows), err
}
