package monitor

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// Metrics is the control plane's Prometheus exposition, read. Families are sorted by name.
type Metrics struct {
	Families []Family
	// Unread are the lines that could not be read, in their order.
	Unread []Unread
	// Raw is the text as it came.
	Raw []byte
}

// Family is the samples of one metric name.
type Family struct {
	Name string `json:"name"`
	Help string `json:"help"`
	// Type is counter, gauge, histogram, gauge_histogram, summary, info, stateset or untyped.
	Type    string   `json:"type"`
	Metrics []Metric `json:"metrics"`
}

// Metric is one labelled sample; a histogram has a count, a sum and buckets instead
// of a value.
type Metric struct {
	Labels    []Label    `json:"labels"`
	Value     Number     `json:"value"`
	Histogram *Histogram `json:"histogram,omitempty"`
}

// Number is a value as the exposition has it: it may be none (NaN) or without bound. JSON
// knows neither and has null for them.
type Number float64

// MarshalJSON writes a number or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if !finite(float64(n)) {
		return []byte("null"), nil
	}

	return json.Marshal(float64(n))
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// Label is a name and its value.
type Label struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Label returns the value of a label, "" when there is none.
func (m Metric) Label(name string) string {
	for _, label := range m.Labels {
		if label.Name == name {
			return label.Value
		}
	}

	return ""
}

// Find returns the first sample of the name that has all the labels, given as name, value,
// name, value …; ok is false when there is none.
func (m Metrics) Find(name string, labels ...string) (metric Metric, ok bool) {
	for _, metric := range m.all(name, labels) {
		return metric, true
	}

	return Metric{}, false
}

// family is nothing where there is none of the name.
func (m Metrics) family(name string) Family {
	i, found := slices.BinarySearchFunc(m.Families, name, func(f Family, name string) int { return cmp.Compare(f.Name, name) })
	if !found {
		return Family{}
	}

	return m.Families[i]
}

// Created reports whether the family only tells since when another one counts, as client
// libraries add it after OpenMetrics.
func (m Metrics) Created(family Family) bool {
	counter, ok := strings.CutSuffix(family.Name, "_created")

	return ok && (m.family(counter).Grows() || m.family(counter+"_total").Grows())
}

// all are the samples of the name that have all the labels.
func (m Metrics) all(name string, labels []string) []Metric {
	var out []Metric

	for _, metric := range m.family(name).Metrics {
		if metric.has(labels) {
			out = append(out, metric)
		}
	}

	return out
}

// fold makes one value of those of all the samples that have the labels, such as one for
// each process; nil when none is a number.
func (m Metrics) fold(join func(a, b float64) float64, name string, labels ...string) *float64 {
	var out *float64

	for _, metric := range m.all(name, labels) {
		value := float64(metric.Value)

		switch {
		case metric.Histogram != nil || !finite(value):
		case out == nil:
			out = &value
		default:
			*out = join(*out, value)
		}
	}

	return out
}

// Total is the sum of the values of all the samples that have the labels; nil when none is a number.
func (m Metrics) Total(name string, labels ...string) *float64 { return m.fold(plus, name, labels...) }

func plus(a, b float64) float64 { return a + b }

// Value returns the value that [Metrics.Find] finds; nil when there is none, or it is not
// a number, or without bound.
func (m Metrics) Value(name string, labels ...string) *float64 {
	metric, ok := m.Find(name, labels...)

	value := float64(metric.Value)
	if !ok || metric.Histogram != nil || !finite(value) {
		return nil
	}

	return &value
}

func (m Metric) has(labels []string) bool {
	for i := 0; i+1 < len(labels); i += 2 {
		if !slices.Contains(m.Labels, Label{Name: labels[i], Value: labels[i+1]}) {
			return false
		}
	}

	return true
}
