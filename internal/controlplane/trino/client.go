package trino

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Config says where Starburst, or Trino, answers and who asks.
type Config struct {
	// URL is http or https, without a user in it. A password goes over https alone.
	URL      string
	User     string
	Password string
	// Roots are whose certificates are trusted; those of the system when it is nil.
	Roots *x509.CertPool
}

// Client asks one coordinator.
type Client struct {
	base           *url.URL
	user, password string
	http           *http.Client
}

// requestTimeout bounds one request; Trino answers each within about a second.
const requestTimeout = 30 * time.Second

// New checks the configuration; it does no I/O.
func New(c Config) (*Client, error) {
	base, err := url.Parse(c.URL)

	switch {
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, errors.New("--starburst-url must begin with http:// or https:// and name a host")
	case base.User != nil:
		return nil, errors.New("--starburst-url must not contain a user: use --starburst-user and --starburst-password")
	case c.User == "":
		return nil, errors.New("--starburst-user is missing: Starburst needs a username")
	case c.Password != "" && base.Scheme != "https":
		return nil, errors.New("--starburst-password is only sent over https: change --starburst-url")
	}

	return &Client{
		base: base, user: c.User, password: c.Password,
		http: &http.Client{
			Timeout: requestTimeout,
			Transport: &http.Transport{
				Proxy: http.ProxyFromEnvironment, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
				TLSClientConfig: &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12},
			},
			// The password would go where the redirect says.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Ready reports whether Trino is there and done with starting, else [ErrStarting],
// [ErrNotTrino], a [*StatusError] or why no answer came. It proves no password.
func (c *Client) Ready(ctx context.Context) error {
	body, err := c.exchange(ctx, http.MethodGet, c.base.JoinPath("/v1/info").String(), "")
	if err != nil {
		return err
	}

	var info struct {
		Starting *bool `json:"starting"`
	}

	switch err := json.Unmarshal(body, &info); {
	case err != nil || info.Starting == nil:
		return ErrNotTrino
	case *info.Starting:
		return ErrStarting
	}

	return nil
}

// proveQueued is how long a queue may keep the query of [Client.Prove].
const proveQueued = 5 * time.Second

// Prove runs the smallest query, which needs the password and a queue that moves. It
// stays in Trino's history of queries.
func (c *Client) Prove(ctx context.Context) error {
	_, err := c.query(ctx, proveQueued, "SELECT 1")

	return err
}

// ours refuses an address elsewhere: the password would go there.
func (c *Client) ours(address string) error {
	next, err := url.Parse(address)
	if err != nil {
		return ErrElsewhere
	}

	if next.Scheme != c.base.Scheme || origin(next) != origin(c.base) {
		return elsewhere(next, c.base.Scheme+"://"+c.base.Host)
	}

	return nil
}

// origin is the host and the port of a URL, also of one that leaves the port to its scheme.
func origin(u *url.URL) string {
	implied := map[string]string{"http": "80", "https": "443"}

	return strings.ToLower(u.Hostname()) + ":" + cmp.Or(u.Port(), implied[u.Scheme])
}
