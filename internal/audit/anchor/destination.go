package anchor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// Destination is a place to which anchors are sent.
type Destination interface {
	// Send returns once the line is there, as far as the place can say.
	Send(ctx context.Context, line []byte, at time.Time) error
	// String names the place, without what may be secret in its address.
	String() string
}

// Access is what places ask for.
type Access struct {
	// Token is sent to webhooks as a bearer token, "" for none.
	Token string
	// Roots sign the certificates of syslog servers and webhooks; nil are the system's.
	Roots *x509.CertPool
}

// Schemes are how the addresses of destinations begin, for people.
const Schemes = "file:///PATH, syslog+tls://HOST, syslog+tcp://HOST, syslog+udp://HOST, syslog+unix:///dev/log or https://HOST/PATH"

var errDestination = errors.New("is not a destination for signed heads; write " + Schemes)

// ParseDestination reads an address. Errors are for people, and follow it.
func ParseDestination(address string, access Access) (Destination, error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return nil, errDestination
	}

	secured := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: access.Roots, ServerName: u.Hostname()}

	switch u.Scheme {
	case "file", "syslog+unix":
		if u.Host != "" || u.RawQuery != "" || !filepath.IsAbs(u.Path) || strings.HasSuffix(u.Path, "/") {
			return nil, fmt.Errorf("names no file; write %s:///PATH", u.Scheme)
		}

		if u.Scheme == "file" {
			return File(u.Path), nil
		}

		return newSyslog("unix", u.Path, nil), nil
	case "syslog+udp", "syslog+tcp", "syslog+tls":
		// RFC 5426, RFC 6587, RFC 5425.
		port := map[string]string{"syslog+udp": "514", "syslog+tcp": "601", "syslog+tls": "6514"}[u.Scheme]
		if u.Port() != "" {
			port = u.Port()
		}

		if u.Hostname() == "" || u.Path != "" || u.RawQuery != "" {
			return nil, fmt.Errorf("names no host; write %s://HOST:%s", u.Scheme, port)
		}

		network, hostPort := strings.TrimPrefix(u.Scheme, "syslog+"), net.JoinHostPort(u.Hostname(), port)
		if network != "tls" {
			return newSyslog(network, hostPort, nil), nil
		}

		return newSyslog("tcp", hostPort, secured), nil
	case "http", "https":
		if u.Hostname() == "" {
			return nil, errDestination
		}

		if u.Scheme == "http" && !isLoopback(u.Hostname()) {
			return nil, errors.New("is not https; signed heads are only posted over https, or to this machine")
		}

		return newWebhook(u, access.Token, secured), nil
	default:
		return nil, errDestination
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)

	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// webhook posts each anchor as JSON.
type webhook struct {
	url    *url.URL
	token  string
	client *http.Client
}

func newWebhook(to *url.URL, token string, secured *tls.Config) *webhook {
	return &webhook{url: to, token: token, client: &http.Client{
		Transport: &http.Transport{
			Proxy: nil, TLSClientConfig: secured, DisableKeepAlives: true, MaxResponseHeaderBytes: lineMax,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send implements [Destination].
func (w *webhook) Send(ctx context.Context, line []byte, _ time.Time) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url.String(), strings.NewReader(string(line)+"\n"))
	if err != nil {
		return fmt.Errorf("ask %s: %w", w, err)
	}

	request.Header.Set("Content-Type", "application/json")

	if w.token != "" {
		request.Header.Set("Authorization", "Bearer "+w.token)
	}

	response, err := w.client.Do(request)
	if err != nil {
		// What the client says repeats the address, which may be secret.
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}

		return err
	}
	defer response.Body.Close()

	if response.StatusCode/100 != http.StatusOK/100 {
		return fmt.Errorf("it answered %d %s", response.StatusCode, http.StatusText(response.StatusCode))
	}

	return nil
}

// String implements [Destination].
func (w *webhook) String() string { return w.url.Scheme + "://" + w.url.Host }
