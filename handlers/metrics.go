package handlers

import (
	"net/http"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/platform"
	shellview "github.com/graph-olap/opsconsole/templates/shell"
)

func (h *Handlers) metrics(p *page) error {
	view := metricsView(h.Monitor.Snapshot(), p.now, p.QueryParam("q"))
	shell := h.shell(p, "metrics", "Metrics")
	shell.Events, shell.Fresh = "/events", view.Freshness

	return p.answer(answer{data: view, full: platform.MetricsPage(shell, view)})
}

func metricsView(s *monitor.Snapshot, now time.Time, search string) platform.Metrics {
	all := s.Metrics.Value.Families
	view := platform.Metrics{
		Freshness: shellview.Fresh(s.Metrics, now), Families: []platform.MetricFamily{}, Total: len(all), Search: search,
	}
	needle := strings.ToLower(strings.TrimSpace(search))

	for _, family := range all {
		if !strings.Contains(strings.ToLower(searchable(family)), needle) {
			continue
		}

		out := platform.MetricFamily{
			Name: family.Name, Help: family.Help, Type: family.Type, Metrics: []platform.Metric{},
			Moved: s.Moved[family.Name], Grows: family.Grows(),
		}

		for _, metric := range family.Metrics {
			m := platform.Metric{Metric: metric}
			if h := metric.Histogram; h != nil {
				m.Quantiles = &platform.Quantiles{P50: h.Quantile(0.5), P95: h.Quantile(0.95), P99: h.Quantile(0.99)}
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

// rawMetrics is the exposition as the control plane sent it.
func (h *Handlers) rawMetrics(p *page) error {
	metrics := h.Monitor.Snapshot().Metrics
	if !metrics.Known() {
		return ops.Unavailable("control plane", notKnown(metrics.Err).Text)
	}

	p.Response().Header().Set("Last-Modified", metrics.AsOf.UTC().Format(http.TimeFormat))

	return p.Blob(http.StatusOK, "text/plain; version=0.0.4; charset=utf-8", metrics.Value.Raw)
}
