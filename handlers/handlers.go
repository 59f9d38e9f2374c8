package handlers

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/triggers"
	"github.com/graph-olap/opsconsole/internal/webhooks"
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
	Readers  Audience
	Webhooks *webhooks.Webhooks
	Audit    *audit.Log
	Triggers *triggers.Triggers
	Monitor  *monitor.Monitor
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

// Handlers answers requests.
type Handlers struct {
	Config

	live     *live
	refusals refusals
}

// New returns the console as a handler.
func New(config Config) http.Handler {
	h := &Handlers{Config: config}
	h.live = newLive(h)

	return h.routes()
}
