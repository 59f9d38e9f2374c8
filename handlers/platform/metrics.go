package platform

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/timerange"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

const (
	// createdAsked asks for the families that only tell since when others count.
	createdAsked = "all"
	// unreadShown is how many lines that could not be read are named.
	unreadShown = 20
)

// Metrics shows the families that the search finds, or gives a scraper, which names plain text, all
// as they came.
func (h *Handlers) Metrics(p *web.Page) error {
	if p.Names(echo.MIMETextPlain) && !p.Names(echo.MIMETextHTML) && !p.WantsJSON() {
		p.Response().Header().Add(echo.HeaderVary, echo.HeaderAccept)

		return h.RawMetrics(p)
	}

	asked, err := metricsQuery(p.QueryParams())
	if err != nil {
		return err
	}

	look, led, err := h.look(p, "/metrics", pages.MetricsReaches(), asked.values())
	if err != nil || led {
		return err
	}

	asked.Range = look.Range
	view := metricsView(h.Monitor.Snapshot(), p.Now, asked)
	view.Bar = look.bar
	shell := h.Shell(p, "metrics", "Metrics")
	shell.Events, shell.Fresh = look.events("metrics", asked.all()), view.Freshness

	return p.Answer(web.Answer{Status: look.status, Data: view, Full: pages.MetricsPage(shell, view), Kept: look.status == 0})
}

// metricsAsked is what the address asks for.
type metricsAsked struct {
	timerange.Range

	search  string
	created bool
}

func metricsQuery(values url.Values) (asked metricsAsked, err error) {
	q := web.ReadQuery(values)
	asked.search, asked.created = q.Text("q"), q.OneOf("created", []string{createdAsked}) != ""

	return asked, q.Err()
}

// values are the parameters of the address but for its time.
func (a metricsAsked) values() url.Values {
	return pages.Metrics{Search: a.search, Created: a.created}.Query()
}

func (a metricsAsked) all() url.Values {
	values := a.values()
	maps.Copy(values, rangeValues(a.Range, pages.MetricsReaches()))

	return values
}

func metricsView(s *monitor.Snapshot, now time.Time, asked metricsAsked) pages.Metrics {
	search, created := asked.search, asked.created
	from, until := asked.Times(now)
	metrics := s.Metrics.Value
	view := pages.Metrics{
		Freshness: shell.Fresh(s.Metrics, now), Families: []pages.MetricFamily{}, Total: len(metrics.Families), Search: search,
		Created: created, Unread: append([]monitor.Unread{}, metrics.Unread[:min(len(metrics.Unread), unreadShown)]...),
		UnreadTotal: len(metrics.Unread), From: from, Until: until, Time: asked.Range,
	}
	needle := strings.ToLower(strings.TrimSpace(search))

	for _, family := range metrics.Families {
		if !strings.Contains(strings.ToLower(searchable(family)), needle) {
			continue
		}

		if !created && metrics.Created(family) {
			view.HiddenCreated++

			continue
		}

		out := pages.MetricFamily{
			Name: family.Name, Help: family.Help, Type: family.Type, Metrics: []pages.Metric{},
			Moved: s.Moved[family.Name].Between(from, until), Grows: family.Grows(),
		}

		for _, metric := range family.Metrics {
			m := pages.Metric{Metric: metric}
			if h := metric.Histogram; h != nil {
				m.Quantiles = &pages.Quantiles{P50: h.Quantile(0.5), P95: h.Quantile(0.95), P99: h.Quantile(0.99)}
			}

			out.Metrics = append(out.Metrics, m)
		}

		view.Families = append(view.Families, out)
	}

	return view
}

// searchable is what a search for a metric looks at.
func searchable(family monitor.Family) string {
	texts := []string{family.Name, family.Help}

	for _, metric := range family.Metrics {
		for _, label := range metric.Labels {
			texts = append(texts, label.Name+"="+label.Value)
		}
	}

	return strings.Join(texts, "\n")
}

// RawMetrics is the exposition as the control plane sent it at the last poll: whoever scrapes takes
// any 200 for what is so now, and would draw old figures on as new ones.
func (h *Handlers) RawMetrics(p *web.Page) error {
	metrics := h.Monitor.Snapshot().Metrics
	if metrics.Stale() {
		return ops.Unavailable(ops.ServiceControlPlane, notKnown(metrics.Err).Text)
	}

	p.Response().Header().Set("Last-Modified", metrics.AsOf.UTC().Format(http.TimeFormat))

	return p.Blob(http.StatusOK, "text/plain; version=0.0.4; charset=utf-8", metrics.Value.Raw)
}
