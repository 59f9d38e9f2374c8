package app

import (
	"context"
	"io/fs"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/config"
)

// NewServe is the console with the operators' own identity provider, over a control
// plane that runs elsewhere or over the embedded one. Static are the built assets.
func NewServe(ctx context.Context, cfg config.Serve, static fs.FS) (*App, error) {
	return construct(ctx, cfg.Console, static, func(a *App) error {
		p, err := a.platform(ctx)
		if err != nil {
			return err
		}

		return a.pages(p, auth.Config{
			Issuer: cfg.OIDC.Issuer.String(), ClientID: cfg.OIDC.ClientID, ClientSecret: string(cfg.OIDC.ClientSecret),
			Scopes: cfg.OIDC.Scopes, Audiences: cfg.OIDC.Audiences,
			Resources: cfg.OIDC.Resources, RequestAudience: cfg.OIDC.RequestAudience,
			RolesClaim: cfg.OIDC.RolesClaim, EmailClaim: cfg.OIDC.EmailClaim, UsernameClaim: cfg.OIDC.UsernameClaim,
			OpsRole: cfg.OIDC.OpsRole, UnmarkedTokens: cfg.OIDC.UnmarkedTokens,
		}, nil)
	})
}

// platform is the control plane that serve was told to administer.
func (a *App) platform(ctx context.Context) (platform, error) {
	if remote := a.config.ControlPlane.Remote; remote != nil {
		return a.remotePlatform(*remote)
	}

	cfg := *a.config.ControlPlane.Embedded

	tokens, err := tokenVerifier(cfg.Tokens)
	if err != nil {
		return platform{}, err
	}

	plane, err := a.embeddedPlatform(ctx, cfg, tokens)

	return a.inside(plane, cfg), err
}

// tokenVerifier is nil when the REST API takes no bearer tokens.
func tokenVerifier(cfg *config.Tokens) (*auth.Tokens, error) {
	if cfg == nil {
		return nil, nil //nolint:nilnil // none are taken
	}

	return auth.NewTokens(auth.TokensConfig{
		Issuer: cfg.Issuer.String(), Audiences: cfg.Audiences, Now: now, UnmarkedTokens: cfg.UnmarkedTokens,
		RolesClaim: cfg.RolesClaim, EmailClaim: cfg.EmailClaim, UsernameClaim: cfg.UsernameClaim, OpsRole: cfg.OpsRole,
	})
}
