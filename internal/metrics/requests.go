package metrics

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The listeners that requests come in on.
const (
	Pages = "pages"
	API   = "api"
)

// Requests counts what was answered. Its labels are bounded by what this program serves, never by
// what is asked for: routes, not paths.
type Requests struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// buckets are in seconds: a page from memory takes milliseconds, and none waits for longer than the
// control plane's timeout.
func buckets() []float64 { return []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10} }

// NewRequests returns what counts them, from nothing.
func NewRequests() *Requests {
	const listener, method, route = "listener", "method", "route"

	return &Requests{
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "http_requests_total", Help: "Requests answered, by listener, method, route and status.",
		}, []string{listener, method, route, "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "http_request_duration_seconds",
			Help: "How long answers took, without streams.", Buckets: buckets(),
		}, []string{listener, method, route}),
	}
}

// On returns what is called with each request that was answered on a listener: its method, its
// route, "" for none that there is, its status, and how long it took.
func (r *Requests) On(listener string) func(method, route string, status int, took time.Duration) {
	type key struct {
		method, route string
		status        int
	}

	var found sync.Map // of series, by key: there are no more than series

	return func(method, route string, status int, took time.Duration) {
		of := key{known(method), orNone(route), status}

		one, ok := found.Load(of)
		if !ok {
			one, _ = found.LoadOrStore(of, r.seriesOf(listener, of.method, of.route, status))
		}

		one.(series).add(took) //nolint:forcetypeassert // there are no others
	}
}

// series are what one answer is counted in; took is nil for a stream.
type series struct {
	total prometheus.Counter
	took  prometheus.Observer
}

func (r *Requests) seriesOf(listener, method, route string, status int) series {
	s := series{total: r.total.WithLabelValues(listener, method, route, strconv.Itoa(status))}
	if route != streams {
		s.took = r.duration.WithLabelValues(listener, method, route)
	}

	return s
}

func (s series) add(took time.Duration) {
	s.total.Inc()

	if s.took != nil {
		s.took.Observe(took.Seconds())
	}
}

// streams is the route that answers for as long as somebody looks.
const streams = "/events"

func orNone(route string) string {
	if route == "" {
		return "none"
	}

	return route
}

// known bounds the methods: anybody may invent one.
func known(method string) string {
	if slices.Contains([]string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	}, method) {
		return method
	}

	return "other"
}

// Describe implements [prometheus.Collector].
func (r *Requests) Describe(descs chan<- *prometheus.Desc) {
	r.total.Describe(descs)
	r.duration.Describe(descs)
}

// Collect implements [prometheus.Collector].
func (r *Requests) Collect(metrics chan<- prometheus.Metric) {
	r.total.Collect(metrics)
	r.duration.Collect(metrics)
}
