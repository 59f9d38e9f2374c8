package webhooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/graph-olap/opsconsole/internal/neterr"
)

// errForbidden says that a name leads where nothing may be sent.
var errForbidden = errors.New("the address is not public")

// newClient returns a client that dials nothing but what is allowed, follows no
// redirect and asks no proxy. No connection is kept: what was dialled was looked at.
func newClient(c Config) *http.Client {
	dialer := &net.Dialer{
		Timeout: c.Timeout, Resolver: c.Resolver,
		Control: func(_, address string, _ syscall.RawConn) error {
			// The address as it is dialled, after every name has been looked up.
			if to, err := netip.ParseAddrPort(address); err != nil || !c.addressAllowed(to.Addr()) {
				return fmt.Errorf("%s: %w", address, errForbidden)
			}

			return nil
		},
	}

	return &http.Client{
		Timeout: c.Timeout,
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, DisableKeepAlives: true, DisableCompression: true,
			TLSHandshakeTimeout: c.Timeout, ResponseHeaderTimeout: c.Timeout, MaxResponseHeaderBytes: 64 << 10,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.RootCAs},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// result is how an attempt ended.
type result struct {
	// status is that of HTTP, 0 when there was none.
	status int
	// problem is a sentence that says why it failed, "" when it did not.
	problem string
	// retryAfter is when the endpoint wants to be asked again, 0 when it did not say.
	retryAfter time.Duration
}

// maxBody is how much of an answer is read before the connection is closed; nobody
// looks at it.
const maxBody = 64 << 10

// post sends the body. The cause of a failure is for the log alone.
func (s *Webhooks) post(ctx context.Context, to *url.URL, headers map[string]string, body string) (r result, cause error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewBufferString(body))
	if err != nil {
		return result{problem: "The address is not valid, so nothing can be sent to it."}, err
	}

	for name, value := range headers {
		request.Header.Set(name, value)
	}

	response, err := s.client.Do(request)
	if err != nil {
		return result{problem: s.describe(err, to.Hostname())}, err
	}
	defer response.Body.Close()

	_, _ = io.CopyN(io.Discard, response.Body, maxBody) // whatever it says, it has answered

	r.status = response.StatusCode

	switch class := r.status / 100; class {
	case 2:
	case 3:
		r.problem = fmt.Sprintf("%s answered %d, a redirect; those are not followed.", to.Hostname(), r.status)
	default:
		r.problem = fmt.Sprintf("%s answered %d %s.", to.Hostname(), r.status, http.StatusText(r.status))
	}

	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.retryAfter = min(time.Duration(seconds)*time.Second, maxPause)
	}

	return r, nil
}

// describe says what went wrong without the words of a driver.
func (s *Webhooks) describe(err error, host string) string {
	if errors.Is(err, errForbidden) {
		return host + " leads to an address that is not public and not in --webhook-allowed-networks."
	}

	switch neterr.ReasonOf(err) {
	case neterr.Stopped:
		return "The console was stopped before " + host + " had answered."
	case neterr.UnknownHost:
		return host + " is not known."
	case neterr.NoLookup:
		return host + " could not be looked up."
	case neterr.BadCertificate:
		return "The certificate of " + host + " is not valid for it."
	case neterr.NotTLS:
		return host + " does not speak TLS."
	case neterr.TimedOut:
		return fmt.Sprintf("%s did not answer within %s.", host, s.Timeout)
	case neterr.Refused:
		return host + " refused the connection."
	case neterr.Unreachable:
	}

	return host + " could not be reached."
}
