package opsapi

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/sync/singleflight"

	"github.com/graph-olap/opsconsole/ops"
)

// The claims that the platform's identity provider adds.
const (
	DefaultEmailClaim = "https://api.graph-olap.example.com/email"
	DefaultRolesClaim = "https://api.graph-olap.example.com/roles"
)

const issuerTimeout = 5 * time.Second

// OIDCConfig says whose tokens are accepted and how they are read.
type OIDCConfig struct {
	// Issuer signs the tokens, Audience is among those that they are for.
	Issuer, Audience string
	// Claims are names in the token, or names joined by dots where they are nested;
	// "" means the platform's own.
	EmailClaim, RolesClaim string
	// UsernameClaim names the user; "" means that the e-mail does.
	UsernameClaim string
	// OpsRole is the provider's word for the role ops; "" means ops.
	OpsRole string
	// Client asks the issuer; nil means one with net/http's defaults.
	Client *http.Client
	// Now says whether a token has expired; nil means time.Now.
	Now func() time.Time
}

// OIDC verifies bearer tokens of an OpenID Connect issuer: issuer, audience,
// signature and expiry. The issuer is asked for its keys when the first token comes,
// and again until it answers, so that one that is down keeps nothing from starting.
type OIDC struct {
	config OIDCConfig
	flight singleflight.Group
	keys   atomic.Pointer[oidc.RemoteKeySet]
}

var _ Verifier = (*OIDC)(nil)

// NewOIDC returns a verifier; it does no I/O.
func NewOIDC(config OIDCConfig) (*OIDC, error) {
	if config.Issuer == "" || config.Audience == "" {
		return nil, errors.New("verifying tokens needs an issuer and an audience")
	}

	if config.EmailClaim == "" {
		config.EmailClaim = DefaultEmailClaim
	}

	if config.RolesClaim == "" {
		config.RolesClaim = DefaultRolesClaim
	}

	if config.UsernameClaim == "" {
		config.UsernameClaim = config.EmailClaim
	}

	if config.OpsRole == "" {
		config.OpsRole = string(ops.RoleOps)
	}

	if config.Client == nil {
		config.Client = &http.Client{Timeout: issuerTimeout}
	}

	return &OIDC{config: config}, nil
}

// Verify implements [Verifier]. When the issuer does not answer it is a
// SERVICE_UNAVAILABLE: then the token may well be good.
func (o *OIDC) Verify(ctx context.Context, token string) (ops.Caller, error) {
	published, err := o.published(ctx)
	if err != nil {
		return ops.Caller{}, issuerSilent(err)
	}

	keys := &watchedKeys{KeySet: published}
	verified, err := oidc.NewVerifier(o.config.Issuer, keys, &oidc.Config{
		ClientID: o.config.Audience, SupportedSigningAlgs: asymmetric(), Now: o.config.Now,
	}).Verify(ctx, token)

	var expired *oidc.TokenExpiredError

	switch {
	case keys.missing != nil:
		return ops.Caller{}, issuerSilent(keys.missing)
	case errors.As(err, &expired):
		return ops.Caller{}, unauthorized("The bearer token has expired").Because(err)
	case err != nil:
		return ops.Caller{}, unauthorized("The bearer token is not valid here").Because(err)
	}

	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		return ops.Caller{}, unauthorized("The bearer token's claims cannot be read").Because(err)
	}

	return o.config.caller(claims)
}

// published returns the issuer's keys, asking once for all who wait for them.
func (o *OIDC) published(ctx context.Context) (*oidc.RemoteKeySet, error) {
	if keys := o.keys.Load(); keys != nil {
		return keys, nil
	}

	flight := o.flight.DoChan("", func() (any, error) {
		// It is for others too, so it does not end with the request that began it.
		ctx, cancel := context.WithTimeout(oidc.ClientContext(context.WithoutCancel(ctx), o.config.Client), issuerTimeout)
		defer cancel()

		keys, err := o.discover(ctx)
		if err == nil {
			o.keys.Store(keys)
		}

		return keys, err
	})

	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		keys, _ := result.Val.(*oidc.RemoteKeySet)

		return keys, result.Err
	}
}

func (o *OIDC) discover(ctx context.Context) (*oidc.RemoteKeySet, error) {
	provider, err := oidc.NewProvider(ctx, o.config.Issuer)
	if err != nil {
		return nil, err
	}

	var document struct {
		KeysURL string `json:"jwks_uri"`
	}

	if err := provider.Claims(&document); err != nil {
		return nil, err
	}

	return oidc.NewRemoteKeySet(ctx, document.KeysURL), nil
}

// asymmetric are the algorithms whose keys the issuer alone has.
func asymmetric() []string {
	return []string{
		oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
		oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
	}
}

// watchedKeys tells keys that cannot be had from a signature that is wrong: the
// verifier reports both alike.
type watchedKeys struct {
	oidc.KeySet

	missing error
}

// VerifySignature implements [oidc.KeySet].
func (k *watchedKeys) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, token)
	if errors.Unwrap(err) != nil { // a wrong signature wraps nothing
		k.missing = err
	}

	return payload, err
}

func issuerSilent(cause error) *ops.Error {
	return ops.Unavailable("identity_provider",
		"The identity provider does not answer, so the bearer token cannot be checked").Because(cause)
}
