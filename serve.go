package main

import (
	"context"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/config"
)

// serve serves the console with the operators' own identity provider, over a control
// plane that runs elsewhere or over the embedded one.
func serve(ctx context.Context, cfg config.Serve) error {
	c, err := open(ctx, cfg.Console)
	if err != nil {
		return err
	}

	p, err := c.platform(ctx)
	if err != nil {
		return err
	}

	return c.run(ctx, p, auth.Config{
		Issuer: cfg.OIDC.Issuer.String(), ClientID: cfg.OIDC.ClientID, ClientSecret: string(cfg.OIDC.ClientSecret),
		Scopes: cfg.OIDC.Scopes, RolesClaim: cfg.OIDC.RolesClaim, EmailClaim: cfg.OIDC.EmailClaim,
		UsernameClaim: cfg.OIDC.UsernameClaim, OpsRole: cfg.OIDC.OpsRole, UnmarkedTokens: cfg.OIDC.UnmarkedTokens,
	}, nil)
}

// platform is the control plane that serve was told to administer.
func (c *console) platform(ctx context.Context) (platform, error) {
	if remote := c.config.ControlPlane.Remote; remote != nil {
		return remotePlatform(*remote)
	}

	cfg := *c.config.ControlPlane.Embedded

	tokens, err := tokenVerifier(cfg.Tokens)
	if err != nil {
		return platform{}, err
	}

	plane, err := c.embeddedPlatform(ctx, cfg, tokens)

	return platform{Platform: plane, caller: asConsole}, err
}

// tokenVerifier is nil when the REST API takes no bearer tokens.
func tokenVerifier(cfg *config.Tokens) (*auth.Tokens, error) {
	if cfg == nil {
		return nil, nil //nolint:nilnil // none are taken
	}

	return auth.NewTokens(auth.TokensConfig{
		Issuer: cfg.Issuer.String(), Audience: cfg.Audience, Now: now, UnmarkedTokens: cfg.UnmarkedTokens,
		RolesClaim: cfg.RolesClaim, EmailClaim: cfg.EmailClaim, UsernameClaim: cfg.UsernameClaim, OpsRole: cfg.OpsRole,
	})
}
