package handlers

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/announcements"
	approvalhandlers "github.com/graph-olap/opsconsole/handlers/approvals"
	"github.com/graph-olap/opsconsole/handlers/asof"
	"github.com/graph-olap/opsconsole/handlers/find"
	"github.com/graph-olap/opsconsole/handlers/incident"
	"github.com/graph-olap/opsconsole/handlers/instances"
	"github.com/graph-olap/opsconsole/handlers/leases"
	"github.com/graph-olap/opsconsole/handlers/live"
	"github.com/graph-olap/opsconsole/handlers/platform"
	"github.com/graph-olap/opsconsole/handlers/record"
	"github.com/graph-olap/opsconsole/handlers/scheduled"
	"github.com/graph-olap/opsconsole/handlers/session"
	"github.com/graph-olap/opsconsole/handlers/settings"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/handlers/webhooks"
	"github.com/graph-olap/opsconsole/handlers/windows"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/backup"
	"github.com/graph-olap/opsconsole/internal/basepath"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/idempotency"
	gathered "github.com/graph-olap/opsconsole/internal/incident"
	acts "github.com/graph-olap/opsconsole/internal/instances"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/runs"
	"github.com/graph-olap/opsconsole/internal/search"
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
	// Instances is the users' side of the same control plane.
	Instances ops.InstancesPlatform
	// ResumesForOwner says that it counts what is resumed against the limit of its owner, and not of who asks.
	ResumesForOwner bool
	Changes         *changes.Changes
	Windows         *maintenance.Windows
	// Feeds tells Readers of the windows.
	Feeds    *announce.Feeds
	Readers  announce.Audience
	Webhooks *hooks.Webhooks
	Audit    *audit.Log
	Triggers *triggers.Triggers
	// Runs are the runs of the control plane's jobs.
	Runs runs.Runs
	// InstanceActs does what operators do to instances.
	InstanceActs *acts.Instances
	// NewestInstances are what live pages show of instances.
	NewestInstances *acts.Newest
	Monitor         *monitor.Monitor
	Search          *search.Index
	Keys            *idempotency.Keys
	// Approvals are what needs a second person.
	Approvals *approvals.Approvals
	// StepUp says what needs a newer sign-in.
	StepUp   *StepUp
	Database Database
	// Backups tells how the scheduled backups do; nil where none are made.
	Backups func() backup.Status
	// SignedHeads says where heads of the audit log are sent, and how that goes; nil for nowhere.
	SignedHeads platform.SignedHeads

	// TrustedProxies are the networks whose word on where a request comes from counts.
	TrustedProxies []netip.Prefix

	// Draining is closed when the process is asked to end: it answers as ever, and is not ready any more.
	// Drained is closed when those who follow streams are to go elsewhere. nil never ends.
	Draining, Drained <-chan struct{}

	Static      fs.FS
	Environment shell.Environment
	// Tickets become links in reasons.
	Tickets   format.Tickets
	PublicURL *url.URL
	Version   string
	Now       func() time.Time
	Logger    *slog.Logger
	// Answered is told of each request: its method, its route, "" for none that there is, its status,
	// and how long it took. nil tells nobody.
	Answered func(method, route string, status int, took time.Duration)
	// Trace is told of each request as it begins, with its route and its id, and returns the request as it goes on
	// and what is called with the answer's status; nil leaves it as it is.
	Trace func(r *http.Request, route, requestID string) (traced *http.Request, ended func(status int))

	// IdentityProvider, when not nil, is served below IdentityProviderPath: the demo's.
	IdentityProvider http.Handler
}

// Database is how the console's own database does.
type Database interface {
	// Ready returns why it cannot be read at this moment.
	Ready(ctx context.Context) error
	// Err is why it could not be read when it was last looked at, nil when it could.
	Err() error
	// InTrouble reports whether it cannot be read or written, without asking it.
	InTrouble() bool
	// Condition is all that is known of it, without asking it.
	Condition() database.Condition
}

// IdentityProviderPath is where the demo's identity provider is served.
const IdentityProviderPath = "/demo-idp"

// Console is the console as a handler.
type Console struct {
	http.Handler

	memory  *memory
	feeds   *announce.Feeds
	streams *live.Streams
	kept    *keptPages
}

// Streams is how many streams of live updates are open.
func (c *Console) Streams() int64 { return c.streams.Open() }

// Remember reads what pages and announcements show while the database cannot be read. Its
// errors are those of the database, and leave what was read before.
func (c *Console) Remember(ctx context.Context) error {
	_, err := c.feeds.View(ctx)

	return errors.Join(err, c.memory.remember(ctx))
}

// console is what answers: each subject by its own handlers.
type console struct {
	Config

	memory *memory

	platform      *platform.Handlers
	instances     *instances.Handlers
	settings      *settings.Handlers
	leases        *leases.Handlers
	scheduled     *scheduled.Handlers
	windows       *windows.Handlers
	webhooks      *webhooks.Handlers
	announcements *announcements.Handlers
	record        *record.Handlers
	asof          *asof.Handlers
	find          *find.Handlers
	incident      *incident.Handlers
	approvals     *approvalhandlers.Handlers
	session       *session.Handlers
	streams       *live.Streams

	place       *web.Place
	crossOrigin *http.CrossOriginProtection
	errors      *web.Errors
	echo        *echo.Echo
	kept        *keptPages
	// parameters are what addresses may have behind their ?, by path.
	parameters map[string][]string
	// again are the acts' answers once more, by route.
	again map[string]again
}

// New returns the console as a handler.
func New(config Config) *Console {
	c := newConsole(config)

	return &Console{Handler: c.routes(), memory: c.memory, feeds: c.Feeds, streams: c.streams, kept: c.kept}
}

func newConsole(config Config) *console {
	memory := newMemory(config)
	f := &frame{Config: config, memory: memory}
	c := &console{Config: config, memory: memory, kept: newKept(config), parameters: parameters()}
	c.place, c.crossOrigin = placeOf(basepath.Of(c.PublicURL)), crossOriginOf(c.PublicURL)

	c.platform = &platform.Handlers{
		Frame: f, Platform: c.Platform, Monitor: c.Monitor, Triggers: memory.triggers, Runs: c.Runs, Changes: memory.changes,
		Windows: memory.windows, Audit: c.Audit, Tickets: c.Tickets, Database: c.Database, SignedHeads: c.SignedHeads, Backups: c.Backups,
		MemoryAsOf: memory.readAt, Now: c.Now,
	}
	c.instances = &instances.Handlers{
		Frame: f, Platform: c.Instances, ResumesForOwner: c.ResumesForOwner, Acts: c.InstanceActs, Config: lifetimes{memory.changes},
		Monitor: c.Monitor, PublicURL: c.PublicURL, Newest: c.NewestInstances,
	}
	c.settings = &settings.Handlers{
		Frame: f, Platform: c.Platform, Changes: c.Changes, Windows: c.Windows, Monitor: c.Monitor, Tickets: c.Tickets,
		PublicURL: c.PublicURL, Asked: func(object string) []approvals.Approval { return c.Approvals.Current().Of(object) },
	}
	c.leases = &leases.Handlers{
		Frame: f, Platform: c.Platform, Changes: c.Changes, Monitor: c.Monitor, Tickets: c.Tickets,
		PublicURL: c.PublicURL,
	}
	c.scheduled = &scheduled.Handlers{
		Frame: f, Platform: c.Platform, Changes: c.Changes, Monitor: c.Monitor, Tickets: c.Tickets, PublicURL: c.PublicURL,
	}
	c.windows = &windows.Handlers{
		Frame: f, Platform: c.Platform, Windows: c.Windows, Changes: c.Changes, Mode: c.settings, Webhooks: c.Webhooks,
		Monitor: c.Monitor, Environment: c.Environment, Tickets: c.Tickets, PublicURL: c.PublicURL,
	}
	c.webhooks = &webhooks.Handlers{Frame: f, Webhooks: c.Webhooks}
	c.announcements = &announcements.Handlers{Feeds: c.Feeds, Readers: c.Readers, Identify: c.Auth.Identify}
	c.record = &record.Handlers{Frame: f, Changes: c.Changes, Audit: c.Audit, Tickets: c.Tickets, Now: c.Now}
	c.find = &find.Handlers{
		Frame: f, Search: c.Search, Changes: c.Changes, Audit: c.Audit, Windows: c.Windows, Webhooks: c.Webhooks, Monitor: c.Monitor,
		Platform: c.Instances, Tickets: c.Tickets,
	}
	happened := gathered.Sources{Monitor: c.Monitor, Changes: c.Changes, Windows: c.Windows, Runs: c.Runs, Audit: c.Audit}
	c.incident = &incident.Handlers{Frame: f, Tickets: c.Tickets, Sources: happened}
	c.asof = &asof.Handlers{
		Frame: f, Monitor: c.Monitor, Changes: c.Changes, Runs: c.Runs, Sources: happened, Tickets: c.Tickets,
	}
	c.approvals = &approvalhandlers.Handlers{
		Frame: f, Approvals: c.Approvals, Platform: c.Platform, Changes: c.Changes, Replay: c.replay, Fresh: c.fresh,
		Tickets: c.Tickets, PublicURL: c.PublicURL,
	}
	c.session = &session.Handlers{
		Frame: f, Auth: c.Auth, Audit: c.Audit, Environment: c.Environment, PublicURL: c.PublicURL, Logger: c.Logger,
	}
	c.streams = live.New(live.Config{
		Monitor: c.Monitor, Recheck: c.Auth.Recheck, IsOpen: c.Auth.IsOpen, Beat: f.beat, Now: c.Now, Logger: c.Logger, Drained: c.Drained,
		Site:    basepath.Of(c.PublicURL),
		Regions: slices.Concat(f.regions(), c.platform.Regions(), c.settings.Regions(), c.windows.Regions()),
		Views: slices.Concat(
			c.platform.Views(), c.instances.Views(), c.leases.Views(), c.scheduled.Views(), c.session.Views(), c.approvals.Views(),
		),
		Objects: slices.Concat(
			c.instances.Objects(), c.leases.Objects(), c.scheduled.Objects(), c.windows.Objects(),
			c.webhooks.Objects(), c.approvals.Objects(),
		),
	})
	c.errors = &web.Errors{
		Frame: f, Environment: c.Environment, Identify: c.Auth.Recheck, Confirm: c.Auth.Confirm, SignIn: c.session.SignIn,
		Challenge: c.session.Challenge(),
		LastRead:  f.lastRead, Now: c.Now, Logger: c.Logger,
	}

	c.again = c.acts()

	return c
}
