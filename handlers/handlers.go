package handlers

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/announcements"
	"github.com/graph-olap/opsconsole/handlers/leases"
	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/platform"
	"github.com/graph-olap/opsconsole/handlers/record"
	"github.com/graph-olap/opsconsole/handlers/session"
	"github.com/graph-olap/opsconsole/handlers/settings"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/handlers/webhooks"
	"github.com/graph-olap/opsconsole/handlers/windows"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/idempotency"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/triggers"
	hooks "github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/format"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Config is what the console is made of.
type Config struct {
	Auth     *auth.Auth
	Platform ops.Platform
	Changes  *changes.Changes
	Windows  *maintenance.Windows
	// Feeds tells Readers of the windows.
	Feeds    *announce.Feeds
	Readers  announce.Audience
	Webhooks *hooks.Webhooks
	Audit    *audit.Log
	Triggers *triggers.Triggers
	Monitor  *monitor.Monitor
	Keys     *idempotency.Keys
	// Ready says whether the console's own database answers.
	Ready func(ctx context.Context) error

	Static      fs.FS
	Environment shell.Environment
	// Tickets become links in reasons.
	Tickets   format.Tickets
	PublicURL *url.URL
	// Issuer is the identity provider: signing out leads there.
	Issuer  *url.URL
	Version string
	Now     func() time.Time
	Logger  *slog.Logger

	// IdentityProvider, when not nil, is served below IdentityProviderPath: the demo's.
	IdentityProvider http.Handler
}

// IdentityProviderPath is where the demo's identity provider is served.
const IdentityProviderPath = "/demo-idp"

// console is what answers: each subject by its own handlers.
type console struct {
	Config

	platform      *platform.Handlers
	settings      *settings.Handlers
	leases        *leases.Handlers
	windows       *windows.Handlers
	webhooks      *webhooks.Handlers
	announcements *announcements.Handlers
	record        *record.Handlers
	session       *session.Handlers
	streams       *live.Streams

	errors   *web.Errors
	refusals refusals
	// again are the acts' answers once more, by route.
	again map[string]again
}

// New returns the console as a handler.
func New(config Config) http.Handler { return newConsole(config).routes() }

func newConsole(config Config) *console {
	f := &frame{Config: config}
	c := &console{Config: config}

	c.platform = &platform.Handlers{
		Frame: f, Platform: c.Platform, Monitor: c.Monitor, Triggers: c.Triggers, Changes: c.Changes, Windows: c.Windows,
		Audit: c.Audit, Tickets: c.Tickets,
	}
	c.settings = &settings.Handlers{
		Frame: f, Platform: c.Platform, Changes: c.Changes, Windows: c.Windows, Monitor: c.Monitor, Tickets: c.Tickets,
		PublicURL: c.PublicURL,
	}
	c.leases = &leases.Handlers{
		Frame: f, Platform: c.Platform, Changes: c.Changes, Windows: c.Windows, Monitor: c.Monitor, Tickets: c.Tickets,
		PublicURL: c.PublicURL,
	}
	c.windows = &windows.Handlers{
		Frame: f, Platform: c.Platform, Windows: c.Windows, Changes: c.Changes, Mode: c.settings, Webhooks: c.Webhooks,
		Monitor: c.Monitor, Environment: c.Environment, PublicURL: c.PublicURL,
	}
	c.webhooks = &webhooks.Handlers{Frame: f, Webhooks: c.Webhooks}
	c.announcements = &announcements.Handlers{Feeds: c.Feeds, Readers: c.Readers, Identify: c.Auth.Identify}
	c.record = &record.Handlers{Frame: f, Changes: c.Changes, Audit: c.Audit, Tickets: c.Tickets, Now: c.Now}
	c.session = &session.Handlers{
		Auth: c.Auth, Audit: c.Audit, Environment: c.Environment, PublicURL: c.PublicURL, Logger: c.Logger,
	}
	c.streams = live.New(live.Config{
		Monitor: c.Monitor, Recheck: c.Auth.Recheck, IsOpen: c.Auth.IsOpen, Beat: f.beat, Now: c.Now, Logger: c.Logger,
		Regions: slices.Concat(f.regions(), c.platform.Regions(), c.settings.Regions(), c.leases.Regions(), c.windows.Regions()),
		Objects: slices.Concat(c.leases.Objects(), c.windows.Objects()),
	})
	c.errors = &web.Errors{
		Frame: f, Environment: c.Environment, Identify: c.Auth.Recheck, Confirm: c.Auth.Confirm, SignIn: c.session.SignIn,
		LastRead: f.lastRead, Now: c.Now, Logger: c.Logger,
	}

	c.again = c.acts()

	return c
}
