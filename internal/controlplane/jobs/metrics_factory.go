package jobs

import "github.com/prometheus/client_golang/prometheus"

// factory makes metrics, registers them and collects what goes wrong.
type factory struct {
	registry prometheus.Registerer
	errs     []error
}

func (f *factory) register(c prometheus.Collector) {
	if err := f.registry.Register(c); err != nil {
		f.errs = append(f.errs, err)
	}
}

func (f *factory) counter(name, help string) prometheus.Counter { //nolint:ireturn // there is no other type
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	f.register(c)

	return c
}

func (f *factory) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	f.register(c)

	return c
}

func (f *factory) gauge(name, help string) prometheus.Gauge { //nolint:ireturn // there is no other type
	g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	f.register(g)

	return g
}

func (f *factory) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	f.register(g)

	return g
}

func (f *factory) histogram(name, help string) prometheus.Histogram { //nolint:ireturn // there is no other type
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets()})
	f.register(h)

	return h
}

func (f *factory) histograms(name, help string, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets()}, labels)
	f.register(h)

	return h
}
