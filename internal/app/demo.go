package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/auth/devidp"
	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/internal/basepath"
	"github.com/graph-olap/opsconsole/internal/config"
	world "github.com/graph-olap/opsconsole/internal/demo"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
)

// demoClient is how the demo's identity provider knows the console.
const demoClient = "opsconsole"

// NewDemo is the console over a synthetic platform, with an identity provider that asks
// for no passwords. It is for this machine alone. Once it serves, out is told where it is.
func NewDemo(ctx context.Context, cfg config.Demo, static fs.FS, out io.Writer) (*App, error) {
	fmt.Fprintln(out, "\n  opsconsole is starting.")

	return construct(ctx, cfg.Console, static, func(a *App) error {
		issuer := cfg.PublicURL.JoinPath(handlers.IdentityProviderPath).String()
		secret := rand.Text()

		identityProvider, err := devidp.New(devidp.Config{
			Issuer: issuer, ClientID: demoClient, ClientSecret: secret,
			RedirectURI:   cfg.PublicURL.JoinPath(auth.CallbackPath).String(),
			PostLogoutURI: cfg.PublicURL.JoinPath(auth.SignedOutPath).String(),
			Accounts:      devidp.DemoAccounts(), Stylesheet: basepath.Of(cfg.PublicURL).At(components.StylesheetURL), Logger: a.logger,
		})
		if err != nil {
			return err
		}

		p, err := a.demoPlatform(ctx, cfg, issuer)
		if err != nil {
			return err
		}

		a.serving = func() { welcome(out, cfg) }

		return a.pages(p, auth.Config{
			Issuer: issuer, ClientID: demoClient, ClientSecret: secret,
			Scopes: []string{"profile", "email", "offline_access"},
		}, identityProvider)
	})
}

// demoPlatform is a control plane elsewhere if one is named, else the embedded one with
// a synthetic day in it.
func (a *App) demoPlatform(ctx context.Context, cfg config.Demo, issuer string) (platform, error) {
	if remote := cfg.ControlPlane.Remote; remote != nil {
		return a.remotePlatform(*remote)
	}

	embedded := *cfg.ControlPlane.Embedded
	embedded.TrustIdentityHeaders, embedded.DirectIdentityHeaders = loopback(), true

	tokens, err := auth.NewTokens(auth.TokensConfig{
		Issuer: issuer, Audiences: []string{demoClient}, UsernameClaim: auth.DefaultUsernameClaim, Now: now,
	})
	if err != nil {
		return platform{}, err
	}

	plane, err := a.embeddedPlatform(ctx, embedded, tokens)
	if err != nil {
		return platform{}, err
	}

	if err := world.Seed(ctx, a.db, now(), cfg.Seed); err != nil {
		return platform{}, err
	}

	if cfg.Speed > 0 {
		if err := a.live(cfg, embedded); err != nil {
			return platform{}, err
		}
	}

	return a.inside(plane, embedded), nil
}

// live lets the synthetic analysts live their day, over the platform's public API.
func (a *App) live(cfg config.Demo, embedded config.Embedded) error {
	client, err := ops.NewClient(ops.ClientConfig{BaseURL: "http://" + embedded.Addr, Credentials: ops.IdentityHeaders()})
	if err != nil {
		return err
	}

	workload := world.NewWorkload(world.Config{
		DB: a.db, Platform: client, Now: now, Logger: a.logger, Seed: cfg.Seed, Speed: cfg.Speed,
	})
	a.background = append(a.background, workload.Run)

	return nil
}

// welcome says where the demo is and who can sign in.
func welcome(out io.Writer, cfg config.Demo) {
	fmt.Fprintf(out, "\n  The console:  %s\n", cfg.PublicURL)

	if embedded := cfg.ControlPlane.Embedded; embedded != nil {
		fmt.Fprintf(out, "  Its platform: http://%s\n", embedded.Addr)
	} else {
		fmt.Fprintf(out, "  The platform: %s\n", cfg.ControlPlane.Remote.URL)
	}

	fmt.Fprint(out, "\n  Sign in as, without a password:\n")

	for _, account := range devidp.DemoAccounts() {
		fmt.Fprintf(out, "    %-8s %s\n", account.Username, account.RoleName())
	}

	fmt.Fprint(out, "\n  Only operators (Ops) can come in. Stop with Ctrl-C.\n\n")
}
