package trino

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"time"
)

// DialTo makes the client reach every host at one address.
func (c *Client) DialTo(address string) {
	transport, _ := c.http.Transport.(*http.Transport)
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

// AnswerBy has a handler answer the client's requests, without the network.
func (c *Client) AnswerBy(handler http.Handler) { c.http.Transport = direct{handler} }

type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	d.ServeHTTP(answer, r)

	return answer.Result(), r.Context().Err()
}

// QueryFor runs a statement that a queue may keep for so long.
func (c *Client) QueryFor(ctx context.Context, patience time.Duration, statement string) (int, error) {
	rows, err := c.query(ctx, patience, statement)

	return len(rows), err
}
