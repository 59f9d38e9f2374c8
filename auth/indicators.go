package auth

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// indicators are the parameters that say for whom an access token is asked for: resource, of RFC 8707, and
// audience, as Auth0 and others have it. The provider needs them wherever it issues one.
func (c Config) indicators() url.Values {
	asked := url.Values{}
	if len(c.Resources) > 0 {
		asked["resource"] = c.Resources
	}

	if c.RequestAudience != "" {
		asked.Set("audience", c.RequestAudience)
	}

	return asked
}

// signInURL is where a browser is sent to: OpenID Connect Core 1.0, section 3.1.2.1, and RFC 8707, section 2.1.
func (e *endpoints) signInURL(state string, options ...oauth2.AuthCodeOption) string {
	at := e.oauth.AuthCodeURL(state, options...)
	if len(e.indicators) > 0 { // an option has one value
		at += "&" + e.indicators.Encode()
	}

	return at
}

// tokenContext has oauth2 call the token endpoint with the provider's client, and with the indicators: RFC 8707,
// section 2.2. It has no options for a renewal.
func (e *endpoints) tokenContext(ctx context.Context) context.Context {
	client := e.client

	if len(e.indicators) > 0 {
		asking := *client
		asking.Transport = &indicating{next: client.Transport, added: e.indicators.Encode()}
		client = &asking
	}

	return oidc.ClientContext(ctx, client)
}

// indicating adds parameters to each form that is sent.
type indicating struct {
	next  http.RoundTripper // nil is the default
	added string
}

// RoundTrip implements [http.RoundTripper].
func (i *indicating) RoundTrip(r *http.Request) (*http.Response, error) {
	form, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		return nil, err
	}

	form = append(form, "&"+i.added...)

	sent := r.Clone(r.Context())
	sent.ContentLength = int64(len(form))
	sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(form)), nil }
	sent.Body, _ = sent.GetBody()

	next := i.next
	if next == nil {
		next = http.DefaultTransport
	}

	return next.RoundTrip(sent)
}
