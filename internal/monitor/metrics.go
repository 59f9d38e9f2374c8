package monitor

// Metrics is the control plane's Prometheus exposition, read.
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
	Value     float64    `json:"value"`
	Histogram *Histogram `json:"histogram,omitempty"`
}

// Label is a name and its value.
type Label struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Histogram is a Prometheus histogram; Buckets are cumulative and sorted by bound.
type Histogram struct {
	Count   uint64   `json:"count"`
	Sum     float64  `json:"sum"`
	Buckets []Bucket `json:"buckets"`
}

// Bucket counts the observations up to and including UpperBound, in the metric's unit.
type Bucket struct {
	UpperBound float64 `json:"-"`
	Count      uint64  `json:"count"`
}
