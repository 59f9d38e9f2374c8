package handlers

import (
	"compress/gzip"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/basepath"
	"github.com/graph-olap/opsconsole/internal/clientaddr"
	"github.com/graph-olap/opsconsole/internal/protected"
)

// access says who may use a route.
type access int

const (
	// operators is what a route needs unless it says otherwise.
	operators access = iota
	// signedIn takes any role.
	signedIn
	// everybody needs no sign-in.
	everybody
)

type route struct {
	method, path string
	handle       func(p *web.Page) error
	access       access
}

// served is a route that is served.
type served struct {
	route

	// again is its answer once more, nil where it is no act.
	again again
}

// table is all there is. A route needs Ops unless its line says otherwise.
func (c *console) table() []route {
	return slices.Concat(c.platformRoutes(), c.maintenanceRoutes(), c.configurationRoutes(), c.recordRoutes(), c.openRoutes())
}

func (c *console) platformRoutes() []route {
	return []route{
		{http.MethodGet, "/", c.asof.Overview(c.platform.Overview), operators},
		{http.MethodGet, "/health", c.asof.Health(c.platform.Health), operators},
		{http.MethodGet, "/health.csv", c.platform.HealthCSV, operators},
		{http.MethodGet, "/capacity", c.asof.Capacity(c.platform.Capacity), operators},
		{http.MethodGet, "/capacity.csv", c.platform.CapacityCSV, operators},
		{http.MethodGet, "/instances", c.instances.List, operators},
		{http.MethodGet, "/instances/terminate", c.instances.Review, operators},
		{http.MethodPost, "/instances/terminate", c.instances.Several, operators},
		{http.MethodGet, "/instances/terminate/results", c.instances.Results, operators},
		{http.MethodGet, "/instances/:id", c.instances.Show, operators},
		{http.MethodGet, "/instances/:id/:act", c.instances.Form, operators},
		{http.MethodPost, "/instances/:id/:act", c.instances.Act, operators},
		{http.MethodGet, "/jobs", c.asof.Jobs(c.platform.Jobs), operators},
		{http.MethodGet, "/jobs/:name", c.platform.JobRuns, operators},
		{http.MethodGet, "/jobs/:name/trigger", c.platform.TriggerForm, operators},
		{http.MethodPost, "/jobs/:name/trigger", c.platform.Trigger, operators},
		{http.MethodGet, "/jobs/:name/receipt", c.platform.Receipt, operators},
		{http.MethodGet, "/exports", c.asof.Exports(c.platform.Exports), operators},
		{http.MethodGet, "/exports.csv", c.platform.ExportsCSV, operators},
		{http.MethodGet, "/metrics", c.platform.Metrics, operators},
		{http.MethodGet, "/metrics.csv", c.platform.MetricsCSV, operators},
		{http.MethodGet, "/metrics/raw", c.platform.RawMetrics, operators},
		{http.MethodGet, "/find", c.find.Find, operators},
		{http.MethodGet, "/events", c.streams.Events, operators},
	}
}

func (c *console) maintenanceRoutes() []route {
	return []route{
		{http.MethodGet, "/maintenance", c.windows.Now, operators},
		{http.MethodGet, "/maintenance/windows", c.windows.List, operators},
		{http.MethodPost, "/maintenance/windows", c.windows.Announce, operators},
		{http.MethodGet, "/maintenance/windows/new", c.windows.Form, operators},
		{http.MethodPost, "/maintenance/windows/new", c.windows.FormAgain, operators},
		{http.MethodGet, "/maintenance/windows/review", c.windows.ReviewAgain, operators},
		{http.MethodPost, "/maintenance/windows/review", c.windows.Review, operators},
		{http.MethodPost, "/maintenance/windows/preview", c.windows.PreviewText, operators},
		{http.MethodGet, "/maintenance/windows/:id", c.windows.Show, operators},
		{http.MethodPatch, "/maintenance/windows/:id", c.windows.Update, operators},
		{http.MethodPost, "/maintenance/windows/:id", c.windows.Update, operators},
		{http.MethodGet, "/maintenance/windows/:id/edit", c.windows.EditForm, operators},
		{http.MethodGet, "/maintenance/windows/:id/updates", c.windows.UpdatesForm, operators},
		{http.MethodPost, "/maintenance/windows/:id/updates", c.windows.PostUpdate, operators},
		{http.MethodGet, "/maintenance/windows/:id/:act", c.windows.ActForm, operators},
		{http.MethodPost, "/maintenance/windows/:id/:act", c.windows.Act, operators},
		{http.MethodGet, "/maintenance/templates", c.windows.Templates, operators},
		{http.MethodPost, "/maintenance/templates", c.windows.KeepTemplate, operators},
		{http.MethodGet, "/maintenance/templates/new", c.windows.NewTemplate, operators},
		{http.MethodGet, "/maintenance/templates/:id", c.windows.Template, operators},
		{http.MethodGet, "/maintenance/templates/:id/delete", c.windows.DeleteTemplateForm, operators},
		{http.MethodPost, "/maintenance/templates/:id/delete", c.windows.DeleteTemplate, operators},
		{http.MethodGet, "/maintenance/webhooks", c.webhooks.List, operators},
		{http.MethodPost, "/maintenance/webhooks", c.webhooks.Create, operators},
		{http.MethodGet, "/maintenance/webhooks/new", c.webhooks.Form, operators},
		{http.MethodGet, "/maintenance/webhooks/:id", c.webhooks.Show, operators},
		{http.MethodPatch, "/maintenance/webhooks/:id", c.webhooks.Update, operators},
		{http.MethodPost, "/maintenance/webhooks/:id", c.webhooks.Update, operators},
		{http.MethodGet, "/maintenance/webhooks/:id/edit", c.webhooks.EditForm, operators},
		{http.MethodGet, "/maintenance/webhooks/:id/:act", c.webhooks.ActForm, operators},
		{http.MethodPost, "/maintenance/webhooks/:id/:act", c.webhooks.Act, operators},
		{http.MethodGet, "/maintenance/deliveries", c.webhooks.Deliveries, operators},
		{http.MethodGet, "/maintenance/deliveries/:id", c.webhooks.Delivery, operators},
		{http.MethodPost, "/maintenance/deliveries/:id/redeliver", c.webhooks.Redeliver, operators},
	}
}

func (c *console) configurationRoutes() []route {
	return []route{
		{http.MethodGet, "/config/:section", c.asof.Section(c.settings.Section), operators},
		{http.MethodPost, "/config/:section", c.settings.Save, operators},
		{http.MethodGet, "/config/:section/review", c.settings.Review, operators},
		{http.MethodGet, "/history", c.record.History, operators},
		{http.MethodGet, "/history/:id", c.record.Change, operators},
		{http.MethodGet, "/history/:id/restore", c.settings.RestoreReview, operators},
		{http.MethodPost, "/history/:id/restore", c.settings.Restore, operators},
		{http.MethodGet, "/history/:id/keep", c.record.KeepForm, operators},
		{http.MethodPost, "/history/:id/keep", c.record.Keep, operators},
		{http.MethodGet, "/compare", c.record.Compare, operators},
		{http.MethodGet, "/leases", c.leases.List, operators},
		{http.MethodGet, "/leases/:id", c.leases.Show, operators},
		{http.MethodGet, "/leases/:id/:act", c.leases.Form, operators},
		{http.MethodPost, "/leases/:id/:act", c.leases.Act, operators},
		{http.MethodGet, "/scheduled", c.scheduled.List, operators},
		{http.MethodGet, "/scheduled/:id", c.scheduled.Show, operators},
		{http.MethodGet, "/scheduled/:id/:act", c.scheduled.Form, operators},
		{http.MethodPost, "/scheduled/:id/:act", c.scheduled.Act, operators},
		{http.MethodGet, "/points", c.settings.Points, operators},
		{http.MethodPost, "/points", c.settings.KeepPoint, operators},
		{http.MethodGet, "/points/:id", c.settings.Point, operators},
		{http.MethodPost, "/points/:id/restore", c.settings.RestorePoint, operators},
	}
}

func (c *console) recordRoutes() []route {
	return []route{
		{http.MethodGet, "/approvals", c.approvals.List, operators},
		{http.MethodGet, "/approvals/:id", c.approvals.Show, operators},
		{http.MethodGet, "/approvals/:id/:act", c.approvals.Form, operators},
		{http.MethodPost, "/approvals/:id/:act", c.approvals.Act, operators},
		{http.MethodGet, "/incident", c.incident.Show, operators},
		{http.MethodGet, "/audit", c.record.AuditLog, operators},
		{http.MethodGet, "/audit/compare", c.record.CompareEntries, operators},
		{http.MethodGet, "/audit.csv", c.record.AuditCSV, operators},
		{http.MethodGet, "/audit.jsonl", c.record.AuditLines, operators},
		{http.MethodGet, "/sessions", c.session.List, operators},
		{http.MethodGet, "/sessions/end", c.session.EndAllForm, operators},
		{http.MethodPost, "/sessions/end", c.session.EndAll, operators},
		{http.MethodGet, "/sessions/:id/end", c.session.EndForm, operators},
		{http.MethodPost, "/sessions/:id/end", c.session.End, operators},
	}
}

func (c *console) openRoutes() []route {
	return []route{
		{http.MethodGet, "/announcements", c.announcements.Serve, everybody},
		{http.MethodGet, "/announcements.ics", c.announcements.Serve, everybody},
		{http.MethodGet, "/announcements.atom", c.announcements.Serve, everybody},
		{http.MethodGet, "/announcements.json", c.announcements.Serve, everybody},
		{http.MethodGet, "/announcements/components.json", c.announcements.Serve, everybody},
		{http.MethodGet, "/announcements/banner.js", c.announcements.Serve, everybody},

		{http.MethodGet, "/login", c.session.Login, everybody},
		{http.MethodGet, "/auth/start", c.session.Start, everybody},
		{http.MethodGet, "/auth/callback", c.session.Callback, everybody},
		{http.MethodPost, auth.BackchannelPath, c.session.BackchannelLogout, everybody},
		{http.MethodPost, "/logout", c.session.Logout, everybody},
		{http.MethodGet, "/session", c.session.Current, everybody},
		{http.MethodGet, protected.MetadataPath, c.session.Resource, everybody},
		{http.MethodPost, "/preferences", c.session.Preferences, signedIn},
		{http.MethodGet, "/time-zones", c.session.TimeZone, signedIn},

		{http.MethodGet, "/healthz", c.healthz, everybody},
		{http.MethodGet, "/readyz", c.readyz, everybody},
	}
}

// signsIn reports whether a GET of the path begins or ends a sign-in: looking at its
// headers alone must use nothing up.
func signsIn(path string) bool { return strings.HasPrefix(path, "/auth/") }

func (c *console) routes() http.Handler {
	e := echo.New()
	c.echo = e
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = c.errors.Handle
	e.IPExtractor = clientaddr.From(c.TrustedProxies)

	where := basepath.Of(c.PublicURL)

	e.Use(c.observe)

	for _, r := range c.table() {
		var wrap []echo.MiddlewareFunc
		if inPieces(r.path) {
			wrap = append(wrap, compress(gzip.DefaultCompression))
		}

		e.Add(r.method, r.path, c.serve(r), wrap...)

		if r.method == http.MethodGet && !signsIn(r.path) {
			e.HEAD(r.path, c.serve(r), wrap...)
		}
	}

	e.GET("/static/*", c.static())
	e.HEAD("/static/*", c.static())

	if c.IdentityProvider != nil {
		e.Any(IdentityProviderPath+"/*", echo.WrapHandler(where.Outside(c.IdentityProvider)), compress(gzip.BestCompression))
	}

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.ServeHTTP(w, where.Enter(r)) })
}
