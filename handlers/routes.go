package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
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
	handle       func(h *Handlers, p *page) error
	access       access
}

// table is all there is. A route needs Ops unless its line says otherwise.
func table() []route {
	return slices.Concat(platformRoutes(), maintenanceRoutes(), configurationRoutes(), openRoutes())
}

func platformRoutes() []route {
	return []route{
		{http.MethodGet, "/", (*Handlers).overview, operators},
		{http.MethodGet, "/health", (*Handlers).health, operators},
		{http.MethodGet, "/capacity", (*Handlers).capacity, operators},
		{http.MethodGet, "/jobs", (*Handlers).jobs, operators},
		{http.MethodGet, "/jobs/:name/trigger", (*Handlers).triggerForm, operators},
		{http.MethodPost, "/jobs/:name/trigger", (*Handlers).trigger, operators},
		{http.MethodGet, "/jobs/:name/receipt", (*Handlers).receipt, operators},
		{http.MethodGet, "/exports", (*Handlers).exports, operators},
		{http.MethodGet, "/exports.csv", (*Handlers).exportsCSV, operators},
		{http.MethodGet, "/metrics", (*Handlers).metrics, operators},
		{http.MethodGet, "/metrics/raw", (*Handlers).rawMetrics, operators},
		{http.MethodGet, "/events", (*Handlers).events, operators},
	}
}

func maintenanceRoutes() []route {
	return []route{
		{http.MethodGet, "/maintenance", (*Handlers).maintenance, operators},
		{http.MethodGet, "/maintenance/windows", (*Handlers).windows, operators},
		{http.MethodPost, "/maintenance/windows", (*Handlers).announceWindow, operators},
		{http.MethodGet, "/maintenance/windows/new", (*Handlers).windowForm, operators},
		{http.MethodPost, "/maintenance/windows/new", (*Handlers).windowFormAgain, operators},
		{http.MethodPost, "/maintenance/windows/review", (*Handlers).reviewWindow, operators},
		{http.MethodGet, "/maintenance/windows/:id", (*Handlers).window, operators},
		{http.MethodPatch, "/maintenance/windows/:id", (*Handlers).updateWindow, operators},
		{http.MethodPost, "/maintenance/windows/:id", (*Handlers).updateWindow, operators},
		{http.MethodGet, "/maintenance/windows/:id/edit", (*Handlers).editForm, operators},
		{http.MethodGet, "/maintenance/windows/:id/:act", (*Handlers).windowActForm, operators},
		{http.MethodPost, "/maintenance/windows/:id/:act", (*Handlers).windowAct, operators},
		{http.MethodGet, "/maintenance/templates", (*Handlers).windowTemplates, operators},
		{http.MethodPost, "/maintenance/templates", (*Handlers).keepTemplate, operators},
		{http.MethodGet, "/maintenance/templates/new", (*Handlers).newTemplate, operators},
		{http.MethodGet, "/maintenance/templates/:id", (*Handlers).windowTemplate, operators},
		{http.MethodGet, "/maintenance/templates/:id/delete", (*Handlers).deleteTemplateForm, operators},
		{http.MethodPost, "/maintenance/templates/:id/delete", (*Handlers).deleteTemplate, operators},
		{http.MethodGet, "/maintenance/webhooks", (*Handlers).webhooks, operators},
		{http.MethodPost, "/maintenance/webhooks", (*Handlers).createWebhook, operators},
		{http.MethodGet, "/maintenance/webhooks/new", (*Handlers).webhookForm, operators},
		{http.MethodGet, "/maintenance/webhooks/:id", (*Handlers).webhook, operators},
		{http.MethodPatch, "/maintenance/webhooks/:id", (*Handlers).updateWebhook, operators},
		{http.MethodPost, "/maintenance/webhooks/:id", (*Handlers).updateWebhook, operators},
		{http.MethodGet, "/maintenance/webhooks/:id/edit", (*Handlers).editWebhookForm, operators},
		{http.MethodGet, "/maintenance/webhooks/:id/:act", (*Handlers).webhookActForm, operators},
		{http.MethodPost, "/maintenance/webhooks/:id/:act", (*Handlers).webhookAct, operators},
		{http.MethodGet, "/maintenance/deliveries", (*Handlers).deliveries, operators},
		{http.MethodGet, "/maintenance/deliveries/:id", (*Handlers).deliveryPage, operators},
		{http.MethodPost, "/maintenance/deliveries/:id/redeliver", (*Handlers).redeliver, operators},
	}
}

func configurationRoutes() []route {
	return []route{
		{http.MethodGet, "/config/:section", (*Handlers).section, operators},
		{http.MethodPost, "/config/:section", (*Handlers).save, operators},
		{http.MethodGet, "/config/:section/review", (*Handlers).review, operators},
		{http.MethodGet, "/history", (*Handlers).history, operators},
		{http.MethodGet, "/history/:id", (*Handlers).change, operators},
		{http.MethodGet, "/history/:id/restore", (*Handlers).restoreReview, operators},
		{http.MethodPost, "/history/:id/restore", (*Handlers).restore, operators},
		{http.MethodGet, "/history/:id/keep", (*Handlers).keepForm, operators},
		{http.MethodPost, "/history/:id/keep", (*Handlers).keep, operators},
		{http.MethodGet, "/compare", (*Handlers).compare, operators},
		{http.MethodGet, "/leases", (*Handlers).leases, operators},
		{http.MethodGet, "/leases/:id", (*Handlers).showLease, operators},
		{http.MethodGet, "/leases/:id/:act", (*Handlers).leaseForm, operators},
		{http.MethodPost, "/leases/:id/:act", (*Handlers).leaseAct, operators},
		{http.MethodGet, "/points", (*Handlers).points, operators},
		{http.MethodPost, "/points", (*Handlers).keepPoint, operators},
		{http.MethodGet, "/points/:id", (*Handlers).point, operators},
		{http.MethodPost, "/points/:id/restore", (*Handlers).restorePoint, operators},
		{http.MethodGet, "/audit", (*Handlers).audit, operators},
		{http.MethodGet, "/audit.csv", (*Handlers).auditCSV, operators},
		{http.MethodGet, "/audit.jsonl", (*Handlers).auditLines, operators},
	}
}

func openRoutes() []route {
	return []route{
		{http.MethodGet, "/announcements", (*Handlers).announcements, everybody},
		{http.MethodGet, "/announcements.ics", (*Handlers).announcements, everybody},
		{http.MethodGet, "/announcements.atom", (*Handlers).announcements, everybody},
		{http.MethodGet, "/announcements.json", (*Handlers).announcements, everybody},
		{http.MethodGet, "/announcements/banner.js", (*Handlers).announcements, everybody},

		{http.MethodGet, "/login", (*Handlers).login, everybody},
		{http.MethodGet, "/auth/start", (*Handlers).start, everybody},
		{http.MethodGet, "/auth/callback", (*Handlers).callback, everybody},
		{http.MethodPost, auth.BackchannelPath, (*Handlers).backchannelLogout, everybody},
		{http.MethodPost, "/logout", (*Handlers).logout, everybody},
		{http.MethodPost, "/preferences", (*Handlers).preferences, signedIn},

		{http.MethodGet, "/healthz", (*Handlers).healthz, everybody},
		{http.MethodGet, "/readyz", (*Handlers).readyz, everybody},
	}
}

// signsIn reports whether a GET of the path begins or ends a sign-in: looking at its
// headers alone must use nothing up.
func signsIn(path string) bool { return strings.HasPrefix(path, "/auth/") }

func (h *Handlers) routes() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = h.fail
	// The peer itself: what a client says of other addresses proves nothing.
	e.IPExtractor = echo.ExtractIPDirect()

	e.Use(h.observe, h.secure, compress())

	for _, r := range table() {
		e.Add(r.method, r.path, h.serve(r))

		if r.method == http.MethodGet && !signsIn(r.path) {
			e.HEAD(r.path, h.serve(r))
		}
	}

	e.GET("/static/*", h.static())
	e.HEAD("/static/*", h.static())

	if h.IdentityProvider != nil {
		e.Any(IdentityProviderPath+"/*", echo.WrapHandler(h.IdentityProvider))
	}

	return e
}
