package auth

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// endpoints is a provider that has answered.
type endpoints struct {
	*provider
	document

	readAt     time.Time
	discovered *oidc.Provider
	oauth      *oauth2.Config
	keys       *keySet
}

// document is what there is in a discovery document beside what go-oidc reads: OpenID
// Connect Discovery 1.0, section 3, and RFC 9207, section 3.
type document struct {
	Authorization string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	JWKSURI       string   `json:"jwks_uri"`
	EndSession    string   `json:"end_session_endpoint"` // "" when the provider has none
	AuthMethods   []string `json:"token_endpoint_auth_methods_supported"`
	Prompts       []string `json:"prompt_values_supported"`
	SendsIssuer   bool     `json:"authorization_response_iss_parameter_supported"`
}

func (p *provider) discover(ctx context.Context) (*endpoints, error) {
	readAt := p.now()
	ctx = oidc.ClientContext(ctx, p.client)

	discovered, err := oidc.NewProvider(ctx, p.issuer)
	if err != nil {
		return nil, p.failed(err)
	}

	var read document
	if err := discovered.Claims(&read); err != nil {
		return nil, p.failed(err)
	}

	if lacking := read.lacking(p.oauth.RedirectURL != ""); len(lacking) > 0 {
		return nil, fail(ErrUnreachable, fmt.Sprintf(
			"The discovery document of the identity provider at %s has no usable %s", p.host, strings.Join(lacking, ", no ")), nil)
	}

	config := p.oauth
	config.Endpoint = discovered.Endpoint()
	config.Endpoint.AuthStyle = authStyle(config.ClientSecret, read.AuthMethods)

	found := &endpoints{
		provider: p, document: read, readAt: readAt,
		discovered: discovered,
		oauth:      &config,
		keys:       p.keysAt(ctx, read.JWKSURI),
	}
	p.found.Store(found)
	p.doubted.Store(false)

	return found, nil
}

// keysAt returns the set of keys there. What is known of it is read again too, so that a key
// that was taken back is not taken for ever; where that fails, the keys at hand stay.
func (p *provider) keysAt(ctx context.Context, at string) *keySet {
	fresh := &keySet{url: at, client: p.client, now: p.now, renewal: map[sender]time.Time{}}

	known := p.found.Load()
	if known == nil {
		return fresh
	}

	if known.keys.url == at {
		fresh = known.keys
	} else {
		fresh.keys = known.keys.current()
	}

	_, _ = fresh.renewed(ctx, byAnybody) // it keeps the failure itself

	return fresh
}

// lacking names what is needed and not there: to verify tokens, and to sign people in.
func (d document) lacking(signsIn bool) (names []string) {
	needed := map[string]string{"jwks_uri": d.JWKSURI}
	if signsIn {
		needed["authorization_endpoint"], needed["token_endpoint"] = d.Authorization, d.Token
	}

	for name, value := range needed {
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			names = append(names, name)
		}
	}

	slices.Sort(names)

	return names
}

// The times around reading a discovery document again.
const (
	discoveryLasts = time.Hour
	// discoveryRetry is how long nobody asks again after a provider did not answer, or after
	// something did not fit.
	discoveryRetry = 10 * time.Second
	// discoveryPatience is how long a request waits where an older document is at hand.
	discoveryPatience = 2 * time.Second
)

// reread returns the provider as it is by now, or as it was where it does not answer soon.
func (p *provider) reread(ctx context.Context, known *endpoints) *endpoints {
	now := p.now()
	if last := p.tried.Load(); last != nil && now.Before(last.Add(discoveryRetry)) {
		return known
	}

	p.tried.Store(&now)

	ctx, cancel := context.WithTimeout(ctx, discoveryPatience)
	defer cancel()

	fresh, err := p.shared(ctx, p.discover)
	if err != nil {
		return known
	}

	return fresh
}

// shared makes one call of many that come together.
func (p *provider) shared(ctx context.Context, call func(context.Context) (*endpoints, error)) (*endpoints, error) {
	flight := p.flight.DoChan("", func() (any, error) {
		// Others wait for it too, so it does not end with the request that began it.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), providerTimeout)
		defer cancel()

		return call(ctx)
	})

	select {
	case <-ctx.Done():
		return nil, p.silent(ctx.Err())
	case result := <-flight:
		found, _ := result.Val.(*endpoints)

		return found, result.Err
	}
}
