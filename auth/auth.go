package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/sync/singleflight"

	"github.com/graph-olap/opsconsole/internal/basepath"
	"github.com/graph-olap/opsconsole/internal/clientaddr"
	"github.com/graph-olap/opsconsole/internal/store"
)

// The paths below the public URL that the provider must know.
const (
	// CallbackPath is the redirect URI.
	CallbackPath = "/auth/callback"
	// SignedOutPath is the post-logout redirect URI.
	SignedOutPath = "/login"
)

// The defaults of [Config].
const (
	DefaultRolesClaim      = "https://api.graph-olap.example.com/roles"
	DefaultEmailClaim      = "https://api.graph-olap.example.com/email"
	DefaultUsernameClaim   = claimPreferredUsername
	DefaultOpsRole         = "ops"
	DefaultSessionLifetime = 12 * time.Hour
	DefaultSessionIdle     = time.Hour
)

// Config says who vouches for users, and how long to believe it.
type Config struct {
	// Issuer is the provider's URL, as it writes it in its tokens.
	Issuer       string
	ClientID     string
	ClientSecret string // "" for a public client
	// Scopes are asked for beside openid; nil means profile and email. A provider
	// may want offline_access before it hands out refresh tokens.
	Scopes []string
	// Audiences are accepted in bearer tokens, beside the client ID.
	Audiences []string
	// Resources and RequestAudience say for which APIs access tokens are asked for, where the provider wants to be
	// told: RFC 8707, and the parameter audience as Auth0 has it. Both may be empty.
	Resources       []string
	RequestAudience string
	// UnmarkedTokens takes bearer tokens that do not say that they are access tokens, as
	// Dex's do not. ID tokens pass then too.
	UnmarkedTokens bool

	// The claims, as [ParseClaimPath] reads them. Where the default username claim is
	// missing, email and then sub stand in; the email claim falls back to "email".
	RolesClaim    string
	UsernameClaim string
	EmailClaim    string
	// OpsRole is the one value of the roles claim that makes an operator, in any case.
	OpsRole string

	// PublicURL is where browsers reach the console; https makes its cookies Secure.
	PublicURL *url.URL

	// SessionLifetime ends a session however busy, SessionIdle one that is not used.
	SessionLifetime time.Duration
	SessionIdle     time.Duration
	// StepUpMaxAge is how old a sign-in may be after [Auth.StartFresh], in whole seconds.
	StepUpMaxAge time.Duration

	// TrustedProxies are the networks whose word on where a request comes from counts.
	TrustedProxies []netip.Prefix

	// OnVouched is told what the provider says of who has a session here: which role they have by now, or, where
	// vouched is false, that it does not go on with their session; nil tells nobody.
	OnVouched func(ctx context.Context, who Identity, vouched bool)

	DB     *store.DB
	Now    func() time.Time
	Logger *slog.Logger
	// HTTPClient calls the provider; nil means one with a timeout that follows no redirects.
	HTTPClient *http.Client
}

// Auth signs people in and out and tells who sent a request.
type Auth struct {
	clientID  string
	bearer    bearerRules
	signedOut string
	now       func() time.Time
	log       *slog.Logger
	noteEvery time.Duration
	address   func(*http.Request) string
	// maxAge is that of [Auth.StartFresh].
	maxAge time.Duration

	provider *provider
	profiler profiler
	sessions *sessionStore
	attempts *attemptStore

	latest    latestTokens
	open      openSessions
	onVouched func(ctx context.Context, who Identity, vouched bool)
	refreshes singleflight.Group
	pauses    pauses
}

// New checks the configuration, all of it, and calls nobody.
func New(cfg Config) (*Auth, error) {
	cfg = cfg.withDefaults()

	profiler, profilerErr := cfg.profiler()
	if err := errors.Join(cfg.check(), profilerErr); err != nil {
		return nil, err
	}

	cookies := cookies{basepath.Of(cfg.PublicURL)}
	a := &Auth{
		clientID:  cfg.ClientID,
		bearer:    bearerRules{audiences: append(slices.Clone(cfg.Audiences), cfg.ClientID), unmarked: cfg.UnmarkedTokens},
		signedOut: cfg.PublicURL.JoinPath(SignedOutPath).String(),
		now:       cfg.Now,
		log:       cfg.Logger,
		maxAge:    cfg.StepUpMaxAge,
		onVouched: cfg.OnVouched,
		noteEvery: min(time.Minute, cfg.SessionIdle/10),
		address:   clientaddr.From(cfg.TrustedProxies),
		provider:  newProvider(cfg),
		profiler:  profiler,
		attempts:  &attemptStore{db: cfg.DB, cookies: cookies, now: cfg.Now},
		sessions: &sessionStore{
			db: cfg.DB, cookies: cookies, now: cfg.Now,
			cookieName: cookies.name("opsconsole"), issuer: cfg.Issuer,
			lifetime: cfg.SessionLifetime, idle: cfg.SessionIdle, boundTo: cfg.binding(),
		},
	}

	return a, nil
}

func (c Config) withDefaults() Config {
	for _, text := range []struct {
		field    *string
		fallback string
	}{
		{&c.RolesClaim, DefaultRolesClaim},
		{&c.EmailClaim, DefaultEmailClaim},
		{&c.UsernameClaim, DefaultUsernameClaim},
		{&c.OpsRole, DefaultOpsRole},
	} {
		if *text.field == "" {
			*text.field = text.fallback
		}
	}

	if c.Scopes == nil {
		c.Scopes = []string{oidc.ScopeProfile, oidc.ScopeEmail}
	}

	if c.SessionLifetime == 0 {
		c.SessionLifetime = DefaultSessionLifetime
	}

	if c.SessionIdle == 0 {
		c.SessionIdle = DefaultSessionIdle
	}

	if c.OnVouched == nil {
		c.OnVouched = func(context.Context, Identity, bool) {}
	}

	if c.HTTPClient == nil {
		c.HTTPClient = &http.Client{
			Timeout: providerTimeout,
			// A redirect would carry the client's secret to where nobody configured it.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}

	return c
}

func (c Config) check() error {
	var errs []error

	if err := checkIssuer(c.Issuer); err != nil {
		errs = append(errs, err)
	}

	if c.ClientID == "" {
		errs = append(errs, errors.New("the client ID is missing"))
	}

	if c.PublicURL == nil {
		errs = append(errs, errors.New("the public URL is missing"))
	} else if err := checkWebURL(c.PublicURL.String()); err != nil {
		errs = append(errs, fmt.Errorf("the public URL: %w", err))
	}

	if c.SessionLifetime < 0 || c.SessionIdle < 0 {
		errs = append(errs, errors.New("a session cannot last less than no time"))
	}

	if c.DB == nil || c.Now == nil || c.Logger == nil {
		errs = append(errs, errors.New("a database, a clock and a logger are needed"))
	}

	return errors.Join(errs...)
}

// binding stands for the settings that decide who is let in, and as what.
func (c Config) binding() string {
	parts := []string{c.Issuer, c.ClientID, c.RolesClaim, c.OpsRole}
	if asked := c.indicators(); len(asked) > 0 {
		parts = append(parts, asked.Encode())
	}

	return hashOf(strings.Join(parts, "\x00"))
}

func (c Config) profiler() (profiler, error) {
	roles, rolesErr := ParseClaimPath(c.RolesClaim)
	username, usernameErr := ParseClaimPath(c.UsernameClaim)
	email, emailErr := ParseClaimPath(c.EmailClaim)

	return profiler{issuer: c.Issuer, opsRole: c.OpsRole, roles: roles, username: username, email: email},
		errors.Join(rolesErr, usernameErr, emailErr)
}

func checkIssuer(issuer string) error {
	if err := checkWebURL(issuer); err != nil {
		return fmt.Errorf("the issuer: %w", err)
	}

	return nil
}

func checkWebURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return err
	}

	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q is not a plain http or https URL", raw)
	}

	return nil
}
