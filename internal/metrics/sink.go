package metrics

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// namespace is what every name begins with.
const namespace = "opsconsole"

// collector tells what is so at the moment of a scrape. Which series there are depends on what is
// known then, so it describes none in advance.
type collector struct{ metrics *Metrics }

// Describe implements [prometheus.Collector].
func (collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (c collector) Collect(to chan<- prometheus.Metric) {
	out, now := sink{to}, c.metrics.config.Now()
	c.metrics.process(out)
	c.metrics.controlPlane(out)
	c.metrics.jobs(out)
	c.metrics.database(out)
	c.metrics.chain(out)
	c.metrics.backups(out)
	c.metrics.waiting(out, now)
}

// sink takes metrics by name, the namespace left out; labels are names and values in turn.
type sink struct{ to chan<- prometheus.Metric }

func (s sink) gauge(name, help string, value float64, labels ...string) {
	s.send(prometheus.GaugeValue, name, help, value, labels)
}

func (s sink) counter(name, help string, value float64, labels ...string) {
	s.send(prometheus.CounterValue, name, help, value, labels)
}

// flag is 1 for what is so.
func (s sink) flag(name, help string, is bool, labels ...string) {
	value := 0.0
	if is {
		value = 1
	}

	s.gauge(name, help, value, labels...)
}

// moment is a time in Unix seconds; one that is zero is left out.
func (s sink) moment(name, help string, at time.Time, labels ...string) {
	if !at.IsZero() {
		s.gauge(name, help, float64(at.UnixMicro())/microseconds, labels...)
	}
}

const microseconds = 1e6 // in a second

func (s sink) send(kind prometheus.ValueType, name, help string, value float64, labels []string) {
	var names, values []string

	for i := 0; i+1 < len(labels); i += 2 {
		names, values = append(names, labels[i]), append(values, strings.ToValidUTF8(labels[i+1], "�"))
	}

	s.to <- prometheus.MustNewConstMetric(
		prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, names, nil), kind, value, values...)
}
