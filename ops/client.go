package ops

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ClientConfig says where a control plane is and how to speak to it.
type ClientConfig struct {
	// BaseURL is http or https, host and perhaps a path below which the contract's
	// paths lie; no user, query or fragment.
	BaseURL string
	// Credentials put the caller on each request: [Passthrough], [APIKey] or [IdentityHeaders].
	Credentials Credentials
	// Timeout bounds each call, its repetition included; 0 means 10 s.
	Timeout time.Duration
	// Transport carries the requests; nil means one with net/http's defaults. It
	// must not repeat a write that may have reached the control plane.
	Transport http.RoundTripper
	// UserAgent names the program; "" means opsconsole.
	UserAgent string
}

const (
	defaultTimeout   = 10 * time.Second
	defaultUserAgent = "opsconsole"
)

// Client is a control plane over REST. It holds no caller: [Client.As] and
// [Client.InstancesAs] do. It is safe for concurrent use.
//
// A call is made once; only a GET whose connection broke is made a second time.
// Redirects are not followed. After a write that may have reached the control
// plane and was not answered in the contract's terms, the error has
// [ErrOutcomeUnknown] in its chain; when nothing was carried out for certain,
// [NotDone] says so. A read at which the control plane failed itself is a
// SERVICE_UNAVAILABLE.
type Client struct {
	base        *url.URL
	credentials Credentials
	timeout     time.Duration
	userAgent   string
	http        *http.Client
}

var (
	_ Platform          = (*Client)(nil)
	_ InstancesPlatform = (*Client)(nil)
)

// NewClient returns a client; it does no I/O.
func NewClient(config ClientConfig) (*Client, error) {
	base, err := parseBaseURL(config.BaseURL)
	if err != nil {
		return nil, err
	}

	if config.Credentials == nil {
		return nil, errors.New("a client needs credentials: passthrough, an API key or identity headers")
	}

	if config.Timeout < 0 {
		return nil, errors.New("the timeout of a client cannot be negative")
	}

	client := &Client{
		base:        base,
		credentials: config.Credentials,
		timeout:     config.Timeout,
		userAgent:   config.UserAgent,
		http: &http.Client{
			Transport: config.Transport,
			// A redirect would carry the caller's credentials to wherever it points.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}

	if client.timeout == 0 {
		client.timeout = defaultTimeout
	}

	if client.userAgent == "" {
		client.userAgent = defaultUserAgent
	}

	if client.http.Transport == nil {
		client.http.Transport = defaultTransport()
	}

	return client, nil
}

// defaultTransport is a copy, so that closing its idle connections touches nobody else's.
func defaultTransport() http.RoundTripper {
	if shared, ok := http.DefaultTransport.(*http.Transport); ok {
		return shared.Clone()
	}

	return http.DefaultTransport
}

// parseBaseURL does not repeat the URL in its errors: it may hold a password.
func parseBaseURL(raw string) (*url.URL, error) {
	base, err := url.Parse(raw)

	switch {
	case err != nil:
		return nil, errors.New("the control plane's URL cannot be read")
	case base.Scheme != "http" && base.Scheme != "https", base.Host == "":
		return nil, errors.New("the control plane's URL must be like https://control-plane.example.com")
	case base.User != nil:
		return nil, errors.New("the control plane's URL must not hold a user or password")
	case base.RawQuery != "", base.Fragment != "":
		return nil, errors.New("the control plane's URL must not have a query or fragment")
	}

	base.Path = strings.TrimRight(base.Path, "/")

	return base, nil
}

// As returns the operations as seen by the caller.
func (c *Client) As(caller Caller) Service { return session{client: c, caller: caller} }

// InstancesAs returns the users' side as seen by the caller.
func (c *Client) InstancesAs(caller Caller) Instances { return session{client: c, caller: caller} }

// Health asks the control plane's process whether it lives. It needs no caller.
func (c *Client) Health(ctx context.Context) (ProbeStatus, error) {
	return c.probe(ctx, "/health")
}

// Ready asks whether the control plane can serve. One that is not ready is an
// answer, not an error. It needs no caller.
func (c *Client) Ready(ctx context.Context) (ProbeStatus, error) {
	return c.probe(ctx, "/ready")
}

// CloseIdleConnections closes the connections that no call is using.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }
