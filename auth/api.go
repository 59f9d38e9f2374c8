package auth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// TokensConfig says whose bearer tokens an API takes that signs nobody in.
type TokensConfig struct {
	// Issuer signs the tokens, which are for at least one of the Audiences.
	Issuer    string
	Audiences []string
	// UnmarkedTokens takes tokens that do not say that they are access tokens, as Dex's do
	// not. ID tokens pass then too.
	UnmarkedTokens bool
	// The claims, as [ParseClaimPath] reads them, and the role that makes an operator;
	// "" means the platform's own. Where no claim is named for the username, the e-mail
	// names the user.
	RolesClaim, EmailClaim, UsernameClaim, OpsRole string

	Now func() time.Time
	// HTTPClient calls the provider; nil means one with a timeout that follows no redirects.
	HTTPClient *http.Client
}

// Tokens verifies the bearer tokens of a provider as [Auth.Identify] does. The
// provider is asked for its keys when the first token comes, and again until it
// answers: one that is down keeps nothing from starting.
type Tokens struct {
	provider *provider
	rules    bearerRules
	profiler profiler
}

// NewTokens checks the configuration and calls nobody.
func NewTokens(cfg TokensConfig) (*Tokens, error) {
	if cfg.EmailClaim == "" {
		cfg.EmailClaim = DefaultEmailClaim
	}

	if cfg.UsernameClaim == "" {
		cfg.UsernameClaim = cfg.EmailClaim
	}

	all := Config{
		Issuer: cfg.Issuer, HTTPClient: cfg.HTTPClient, Now: cfg.Now,
		RolesClaim: cfg.RolesClaim, EmailClaim: cfg.EmailClaim, UsernameClaim: cfg.UsernameClaim, OpsRole: cfg.OpsRole,
	}.withDefaults()

	profiler, err := all.profiler()
	if len(cfg.Audiences) == 0 || slices.Contains(cfg.Audiences, "") {
		err = errors.Join(err, errors.New("the audience of the tokens is missing"))
	}

	if err := errors.Join(err, checkIssuer(all.Issuer)); err != nil {
		return nil, err
	}

	return &Tokens{
		provider: newProvider(all), profiler: profiler,
		rules: bearerRules{audiences: slices.Clone(cfg.Audiences), unmarked: cfg.UnmarkedTokens},
	}, nil
}

// Wanted implements opsapi.Verifier: who issues the tokens that are taken, and for whom they have to be.
func (t *Tokens) Wanted() (issuer string, audiences []string) {
	return t.provider.issuer, slices.Clone(t.rules.audiences)
}

// Verify tells whom a token speaks for. One that does not hold is an UNAUTHORIZED,
// one without a role of the platform MISSING_ROLE or INVALID_ROLE. When the provider
// does not answer it is a SERVICE_UNAVAILABLE: then the token may well be good.
func (t *Tokens) Verify(ctx context.Context, raw string) (ops.Caller, error) {
	token, err := t.provider.verifyBearer(ctx, raw, t.rules)
	if err != nil {
		return ops.Caller{}, err
	}

	who, _, err := t.profiler.read(token.claims)

	switch {
	case err != nil:
		return ops.Caller{}, badBearer("it does not say who its user is", err)
	case len(who.Roles) == 0:
		return ops.Caller{}, &ops.Error{
			Code:    ops.CodeMissingRole,
			Message: "The bearer token has no role: the claim " + t.profiler.roles.String() + " is missing or empty",
		}
	case who.Role == "":
		return ops.Caller{}, &ops.Error{Code: ops.CodeInvalidRole, Message: "The role must be analyst, admin or ops"}
	default:
		return ops.Caller{Username: who.Username, Email: who.Email, Role: who.Role, Token: raw}, nil
	}
}
