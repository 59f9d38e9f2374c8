package platform

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Health shows each component, and how it was.
func (h *Handlers) Health(p *web.Page) error {
	look, led, err := h.look(p, "/health", pages.HealthReaches(), nil)
	if err != nil || led {
		return err
	}

	view, err := h.healthOver(p.Ctx(), h.Monitor.Snapshot(), p.Now, look.Range)
	if err != nil {
		return err
	}

	view.Bar = look.bar

	view.Overall.URL = "" // It leads here.
	shell := h.Shell(p, "health", "Health")
	shell.Fresh, shell.Events = view.Freshness, look.events("health", rangeValues(look.Range, pages.HealthReaches()))

	return p.Answer(web.Answer{Status: look.status, Data: view, Full: pages.HealthPage(shell, view), Kept: look.status == 0})
}

func healthView(s *monitor.Snapshot, now time.Time) pages.Health {
	view := pages.Health{Freshness: shell.Fresh(s.Health, now), Components: []pages.Component{}}

	var own pages.Component

	view.ControlPlane, own = controlPlane(s)
	view.Own = append(view.Own, own)

	health := s.Health.Value
	view.Overall = asKnown(s, view.Freshness, healthLine(health))

	if !s.Health.Known() {
		return view
	}

	checked := health.CheckedAt.Time
	view.Status, view.CheckedAt = health.Status, &checked

	for name, c := range health.Components {
		component := pages.Component{
			Name: name, Status: c.Status, LatencyMS: c.LatencyMS, Error: c.Error, Note: c.Note,
			Latency: s.Components[name].Latency, Check: whatToCheck(name, c.Status),
		}
		if since := s.Components[name].Since; !since.IsZero() {
			component.Since = &since
		}

		view.Components = append(view.Components, component)
	}

	slices.SortFunc(view.Components, func(a, b pages.Component) int {
		return cmp.Or(cmp.Compare(severity(b.Status), severity(a.Status)), cmp.Compare(a.Name, b.Name))
	})

	if view.Stale {
		forget(&view)
	}

	return view
}

// forget leaves of what the control plane said how things were: how they are nobody knows.
func forget(view *pages.Health) {
	view.LastStatus, view.Status = view.Status, ops.HealthStatus(monitor.NotAsked)

	for i, c := range view.Components {
		view.Components[i] = pages.Component{
			Name: c.Name, Status: monitor.NotAsked, LastStatus: c.Status, Since: view.AsOf, Latency: c.Latency,
		}
	}
}

func healthLine(health ops.Health) said {
	bad := 0

	for _, c := range health.Components {
		// One that is connected has an error where it does only half of what it is for.
		if severity(c.Status) > severity(ops.ComponentConnected) || c.Error != nil {
			bad++
		}
	}

	line := said{Line: components.Line{State: components.OfHealth(health.Status), URL: "/health"}}

	switch {
	case health.Status == ops.Healthy:
		line.Text, line.was = "The platform is healthy.", "The platform was healthy"
	case bad == 1:
		line.Text = fmt.Sprintf("The platform is %s: 1 component needs attention.", health.Status)
		line.was = fmt.Sprintf("The platform was %s, and 1 component needed attention,", health.Status)
	default:
		line.Text = fmt.Sprintf("The platform is %s: %d components need attention.", health.Status, bad)
		line.was = fmt.Sprintf("The platform was %s, and %d components needed attention,", health.Status, bad)
	}

	return line
}

// severity orders the statuses of components: the higher, the worse.
func severity(s ops.ComponentStatus) int {
	// A status that the contract does not name may be anything short of unreachable.
	const unnamed ops.ComponentStatus = ""

	order := []ops.ComponentStatus{
		ops.ComponentNotConfigured, ops.ComponentConnected, ops.ComponentSlow, unnamed, ops.ComponentUnreachable,
	}

	if i := slices.Index(order, s); i >= 0 {
		return i
	}

	return slices.Index(order, unnamed)
}

func whatToCheck(name string, status ops.ComponentStatus) string {
	if status == ops.ComponentConnected || status == ops.ComponentNotConfigured {
		return ""
	}

	switch name {
	case ops.ComponentDatabase:
		return "Check the database's connections and disk, and the network between it and the control plane. " +
			"Without it nothing can be read or changed."
	case ops.ComponentKubernetes:
		return "Check the API server and the control plane's service account. Running instances keep running; none can be started or ended."
	case ops.ComponentStarburst:
		return "Check the coordinator and its queue. Exports wait or fail until it answers; running instances keep running."
	default:
		return "Check the component and the network between it and the control plane."
	}
}
