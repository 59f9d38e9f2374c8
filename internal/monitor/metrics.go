package monitor

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/graph-olap/opsconsole/ops"
)

// Metrics is the control plane's Prometheus exposition, read. Families are sorted by name.
type Metrics struct {
	Families []Family
	// Raw is the text as it came.
	Raw []byte
}

// Family is the samples of one metric name.
type Family struct {
	Name string `json:"name"`
	Help string `json:"help"`
	// Type is counter, gauge, histogram, summary or untyped.
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

// Histogram is a Prometheus histogram; Buckets are cumulative and sorted by bound.
type Histogram struct {
	Count   uint64   `json:"count"`
	Sum     Number   `json:"sum"`
	Buckets []Bucket `json:"buckets"`
}

// Bucket counts the observations up to and including UpperBound, in the metric's unit;
// the last bound is infinite, in JSON null.
type Bucket struct {
	UpperBound Number `json:"le"`
	Count      uint64 `json:"count"`
}

// ParseMetrics reads the Prometheus text exposition format.
func ParseMetrics(raw []byte) (Metrics, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)

	families, err := parser.TextToMetricFamilies(bytes.NewReader(raw))
	if err != nil {
		return Metrics{}, ops.Unavailable(ops.ServiceControlPlane,
			"The control plane's metrics are not in the Prometheus text format.").Because(err)
	}

	out := Metrics{Raw: raw, Families: make([]Family, 0, len(families))}

	for _, f := range families {
		family := Family{Name: f.GetName(), Help: f.GetHelp(), Type: strings.ToLower(f.GetType().String())}
		for _, metric := range f.GetMetric() {
			family.Metrics = append(family.Metrics, convert(metric))
		}

		out.Families = append(out.Families, family)
	}

	slices.SortFunc(out.Families, func(a, b Family) int { return cmp.Compare(a.Name, b.Name) })

	return out, nil
}

func convert(from *dto.Metric) Metric {
	var m Metric
	for _, label := range from.GetLabel() {
		m.Labels = append(m.Labels, Label{Name: label.GetName(), Value: label.GetValue()})
	}

	switch {
	case from.GetCounter() != nil:
		m.Value = Number(from.GetCounter().GetValue())
	case from.GetGauge() != nil:
		m.Value = Number(from.GetGauge().GetValue())
	case from.GetUntyped() != nil:
		m.Value = Number(from.GetUntyped().GetValue())
	case from.GetSummary() != nil:
		m.Histogram = &Histogram{Count: from.GetSummary().GetSampleCount(), Sum: Number(from.GetSummary().GetSampleSum())}
	case from.GetHistogram() != nil:
		h := from.GetHistogram()
		m.Histogram = &Histogram{Count: h.GetSampleCount(), Sum: Number(h.GetSampleSum())}

		for _, bucket := range h.GetBucket() {
			// No observation is below all numbers, or beside them.
			if bound := bucket.GetUpperBound(); finite(bound) || math.IsInf(bound, 1) {
				m.Histogram.Buckets = append(m.Histogram.Buckets, Bucket{UpperBound: Number(bound), Count: bucket.GetCumulativeCount()})
			}
		}
	}

	return m
}

// Find returns the sample of the name that has all the labels, given as name, value,
// name, value …; ok is false when there is none.
func (m Metrics) Find(name string, labels ...string) (metric Metric, ok bool) {
	i, found := slices.BinarySearchFunc(m.Families, name, func(f Family, name string) int { return cmp.Compare(f.Name, name) })
	if !found {
		return Metric{}, false
	}

	for _, metric := range m.Families[i].Metrics {
		if metric.has(labels) {
			return metric, true
		}
	}

	return Metric{}, false
}

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

// Quantile estimates the q-quantile, 0 to 1, as Prometheus' histogram_quantile does:
// linear within a bucket, the highest finite bound for what lies above it. It is nil
// when there are no observations or no buckets.
func (h *Histogram) Quantile(q float64) *float64 {
	if h == nil || h.Count == 0 || len(h.Buckets) == 0 {
		return nil
	}

	rank := q * float64(h.Count)
	lower, below := 0.0, uint64(0)

	for _, b := range h.Buckets {
		upper := float64(b.UpperBound)
		if math.IsInf(upper, 1) {
			continue
		}

		if float64(b.Count) >= rank {
			value := upper
			if within := float64(b.Count - below); within > 0 {
				value = lower + (upper-lower)*(rank-float64(below))/within
			}

			return &value
		}

		lower, below = upper, b.Count
	}

	return &lower
}

// finest is the first bound, nil when there is none.
func (h *Histogram) finest() *float64 {
	if h == nil || len(h.Buckets) == 0 || math.IsInf(float64(h.Buckets[0].UpperBound), 1) {
		return nil
	}

	return new(float64(h.Buckets[0].UpperBound))
}

// The names of the jobs' metrics, contract section 6.
const (
	metricRuns        = "background_job_execution_total"
	metricLastSuccess = "background_job_last_success_timestamp_seconds"
	metricDuration    = "background_job_execution_duration_seconds"
	metricHealthy     = "background_job_health_status"
	// metricSkipped is the embedded control plane's alone.
	metricSkipped = "background_job_skipped"
)

// JobFigures is what the metrics tell of one job; what they do not tell is nil.
type JobFigures struct {
	LastSuccess         *time.Time
	Successes, Failures *float64
	// P50 and P95 are seconds; what lies in the first bucket, up to Finest, can only be
	// told to be no longer than that.
	P50, P95, Finest *float64
	// Healthy is false after three failures in a row.
	Healthy *bool
	// Skipped says what the last run lacked, "" when it lacked nothing.
	Skipped string
}

// endOfTime is the year 10000 in Unix seconds: no date is written beyond it.
const endOfTime = 253402300800

// Job returns the figures of a job.
func (m Metrics) Job(name ops.JobName) JobFigures {
	label := []string{"job_name", string(name)}
	figures := JobFigures{
		Successes: m.Value(metricRuns, append(label, "status", "success")...),
		Failures:  m.Value(metricRuns, append(label, "status", "failed")...),
	}

	if seconds := m.Value(metricLastSuccess, label...); seconds != nil && *seconds > 0 && *seconds < endOfTime {
		whole, fraction := math.Modf(*seconds)
		at := time.Unix(int64(whole), int64(fraction*float64(time.Second))).UTC()
		figures.LastSuccess = &at
	}

	if duration, ok := m.Find(metricDuration, label...); ok {
		figures.P50, figures.P95 = duration.Histogram.Quantile(0.5), duration.Histogram.Quantile(0.95)
		figures.Finest = duration.Histogram.finest()
	}

	if status := m.Value(metricHealthy, label...); status != nil {
		healthy := *status > 0
		figures.Healthy = &healthy
	}

	if skipped, ok := m.Find(metricSkipped, label...); ok {
		figures.Skipped = skipped.Label("reason")
	}

	return figures
}

// results tells by the counters that moved since the last poll how jobs ended.
func results(old, next *Snapshot) map[ops.JobName]JobResult {
	out := map[ops.JobName]JobResult{}

	for _, job := range next.Jobs.Value.Jobs {
		if last, ok := old.Results[job.Name]; ok {
			out[job.Name] = last
		}

		before, after := old.Metrics.Value.Job(job.Name), next.Metrics.Value.Job(job.Name)
		if after.Healthy != nil && !*after.Healthy {
			out[job.Name] = JobFailed

			continue
		}

		switch {
		case after.Skipped != "":
			out[job.Name] = JobSkipped
		case grew(before.Failures, after.Failures):
			out[job.Name] = JobFailed
		case grew(before.Successes, after.Successes):
			out[job.Name] = JobSucceeded
		}
	}

	return out
}

func grew(before, after *float64) bool {
	return before != nil && after != nil && *after > *before
}
