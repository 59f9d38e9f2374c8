package platform

import (
	"maps"
	"net/url"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/timerange"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// MetricsRegion is the live region of the page.
const MetricsRegion = "live-metrics"

// Metrics is the page of the control plane's metrics.
type Metrics struct {
	shell.Freshness

	// Bar leads to other times.
	Bar TimeBar `json:"-"`
	// Time is what the charts show, up to now where it is not set.
	Time timerange.Range `json:"-"`
	// From and Until are the time of which is told how the metrics moved, as far as that is known.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Families are those that the search selects, by name; Total counts them all.
	Families []MetricFamily `json:"families"`
	Total    int            `json:"total"`
	// Search is what was looked for, "" for everything.
	Search string `json:"-"`
	// Created asks for the families that only tell since when others count; HiddenCreated
	// is how many the search selects that were not asked for.
	Created       bool `json:"-"`
	HiddenCreated int  `json:"hidden_created"`
	// Unread are the first lines of the page that could not be read, of UnreadTotal.
	Unread      []monitor.Unread `json:"unread"`
	UnreadTotal int              `json:"unread_total"`
}

// Query is that of the page's address.
func (v Metrics) Query() url.Values {
	query := url.Values{}
	if v.Search != "" {
		query.Set("q", v.Search)
	}

	if v.Created {
		query.Set("created", "all")
	}

	return query
}

// csv is the address of the numbers of a family as a file.
func (v Metrics) csv(family string) string {
	query := v.Time.Values()
	query.Set("family", family)
	query.Set("for", "excel")

	return "/metrics.csv?" + query.Encode()
}

// usualTime is what the page shows unless it is asked for another.
func usualTime() timerange.Range { return timerange.Last(MetricsReaches()[0].Duration()) }

// createdURL is this page with all families.
func (v Metrics) createdURL() string {
	v.Created = true

	query := v.Query()
	if v.Time != usualTime() {
		maps.Copy(query, v.Time.Values())
	}

	return "/metrics?" + query.Encode()
}

// MetricFamily is the samples of one metric name.
type MetricFamily struct {
	Name string `json:"name"`
	Help string `json:"help"`
	// Type is as in [monitor.Family].
	Type    string   `json:"type"`
	Metrics []Metric `json:"metrics"`
	// Moved is the time that is shown, minute by minute, as far as this console saw it and of the last hour at most: how much
	// what Grows grew, the value of anything else, summed up over the series.
	Moved monitor.Series `json:"moved"`
	Grows bool           `json:"grows"`
}

// Metric is one labelled sample. A histogram has quantiles, estimated from its buckets,
// instead of a value.
type Metric struct {
	monitor.Metric

	Quantiles *Quantiles `json:"quantiles,omitempty"`
}

// Quantiles are in the metric's unit; nil where the buckets cannot tell.
type Quantiles struct {
	P50 *float64 `json:"p50"`
	P95 *float64 `json:"p95"`
	P99 *float64 `json:"p99"`
}
