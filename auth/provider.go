package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

// providerTimeout bounds each call to the provider.
const providerTimeout = 10 * time.Second

// provider is the identity provider by its address. What else there is to know
// about it is asked when it is first needed, and again until it answers.
type provider struct {
	issuer string
	host   string
	client *http.Client
	oauth  oauth2.Config // lacks the endpoint
	// indicators are sent wherever an access token is asked for.
	indicators url.Values
	now        func() time.Time

	flight singleflight.Group
	found  atomic.Pointer[endpoints]
	// doubted is set when what was found does not fit any more, tried when it was last read again.
	doubted atomic.Bool
	tried   atomic.Pointer[time.Time]
}

func newProvider(cfg Config) *provider {
	host := cfg.Issuer
	if u, err := url.Parse(cfg.Issuer); err == nil {
		host = u.Host
	}

	return &provider{
		issuer: cfg.Issuer, host: host, client: cfg.HTTPClient, oauth: cfg.oauth(), indicators: cfg.indicators(), now: cfg.Now,
	}
}

// oauth is how the console signs people in; it has nothing in it where nobody is.
func (c Config) oauth() oauth2.Config {
	if c.PublicURL == nil {
		return oauth2.Config{}
	}

	scopes := append([]string{oidc.ScopeOpenID}, c.Scopes...)
	slices.Sort(scopes)

	return oauth2.Config{
		ClientID:     c.ClientID,
		ClientSecret: c.ClientSecret,
		RedirectURL:  c.PublicURL.JoinPath(CallbackPath).String(),
		Scopes:       slices.Compact(scopes),
	}
}

// get returns the provider's endpoints; many who ask at once make one request. What is known
// is read again every hour, and when something did not fit.
func (p *provider) get(ctx context.Context) (*endpoints, error) {
	if known := p.found.Load(); known != nil {
		if p.doubted.Load() || !p.now().Before(known.readAt.Add(discoveryLasts)) {
			return p.reread(ctx, known), nil
		}

		return known, nil
	}

	return p.shared(ctx, p.discover)
}

// authStyle decides how the client proves itself. Trying one way and then the
// other, as oauth2 would, spends a code or a refresh token twice.
func authStyle(clientSecret string, supported []string) oauth2.AuthStyle {
	const basic, post = "client_secret_basic", "client_secret_post"

	if clientSecret == "" || (slices.Contains(supported, post) && !slices.Contains(supported, basic)) {
		return oauth2.AuthStyleInParams
	}

	return oauth2.AuthStyleInHeader // what the specification says where the provider says nothing
}

// failed sorts the error of a call to the provider: it does not answer, or not as
// one should, or it refuses.
func (p *provider) failed(err error) error {
	var (
		network  *url.Error
		mismatch *oidc.IssuerMismatchError
		answer   *oauth2.RetrieveError
	)

	switch {
	case errors.As(err, &network):
		return p.silent(err)
	case errors.As(err, &mismatch) && mismatch.Discovered == "":
		return fail(ErrUnreachable, fmt.Sprintf("The discovery document of the identity provider at %s has no usable issuer", p.host), err)
	case errors.As(err, &mismatch):
		return fail(ErrUnreachable, fmt.Sprintf(
			"The identity provider at %s calls itself %q, but %q is configured", p.host, mismatch.Discovered, mismatch.Provided), err)
	case !errors.As(err, &answer):
		p.doubted.Store(true)

		return fail(ErrUnreachable, p.host+" does not answer as an OpenID Connect provider", err)
	}

	// Not the error itself, which carries the whole answer.
	cause := fmt.Errorf("token endpoint: %s %q %q", answer.Response.Status, answer.ErrorCode, answer.ErrorDescription)
	if answer.ErrorCode == "" {
		p.doubted.Store(true) // as where an endpoint was moved
	}

	if status := answer.Response.StatusCode; answer.ErrorCode == "" ||
		status == http.StatusTooManyRequests || status >= http.StatusInternalServerError {
		return p.silent(cause)
	}

	return p.refused(answer.ErrorCode, cause)
}

func (p *provider) silent(cause error) error {
	return fail(ErrUnreachable, fmt.Sprintf("The identity provider at %s does not answer", p.host), cause)
}

// refused says that the provider answered with an error code of OAuth.
func (p *provider) refused(code string, cause error) error {
	switch code {
	case "access_denied":
		return fail(ErrDenied, fmt.Sprintf("The sign-in at %s was cancelled or denied", p.host), cause)
	case "server_error", "temporarily_unavailable":
		return p.silent(cause)
	default:
		return fail(ErrRefused, fmt.Sprintf("The identity provider at %s refused: %s", p.host, code), cause)
	}
}
