package monitor_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/monitor"
)

// TestQuantilesAreThoseOfPrometheus has what BucketQuantile of Prometheus 3.8 answers for the same buckets.
func TestQuantilesAreThoseOfPrometheus(t *testing.T) {
	t.Parallel()

	none := math.NaN()

	for name, c := range map[string]struct {
		buckets       string
		p50, p95, p99 float64
	}{
		"plain":                {"0.1=50 1=90 +Inf=100", 0.1, 1, 1},
		"only +Inf":            {"+Inf=100", none, none, none},
		"without +Inf":         {"0.1=50 1=90", none, none, none},
		"less than before":     {"0.1=50 0.5=40 1=90 +Inf=80", 0.09000000000000001, 0.94375, 0.9887499999999999},
		"fractions":            {"0.1=0.25 1=0.75 +Inf=1.5", 1, 1, 1},
		"a first bound below":  {"-1=60 1=90 +Inf=100", -1, 1, 1},
		"a first bound of 0":   {"0=10 1=90 +Inf=100", 0.5, 1, 1},
		"nothing observed":     {"0.1=0 +Inf=0", none, none, none},
		"all above":            {"0.1=0 +Inf=4", 0.1, 0.1, 0.1},
		"a bound twice":        {"0.1=50 1=20 1.0=70 +Inf=100", 0.1, 1, 1},
		"what floats leave":    {"0.1=10 1=10.000000000001 +Inf=10", 0.05, 0.095, 0.099},
		"bounds in any order":  {"+Inf=100 1=90 0.1=50", 0.1, 1, 1},
		"a count that differs": {"0.1=50 1=90 +Inf=100 count=7", 0.1, 1, 1},
	} {
		page := "# TYPE h histogram\n"

		for bucket := range strings.FieldsSeq(c.buckets) {
			bound, count, _ := strings.Cut(bucket, "=")
			if bound == "count" {
				page += "h_count " + count + "\n"
			} else {
				page += fmt.Sprintf("h_bucket{le=%q} %s\n", bound, count)
			}
		}

		metrics, err := monitor.ParseMetrics([]byte(page))
		if err != nil {
			t.Fatal(err)
		}

		h, _ := metrics.Find("h")

		for q, want := range map[float64]float64{0.5: c.p50, 0.95: c.p95, 0.99: c.p99} {
			got := h.Histogram.Quantile(q)
			if (got == nil) != math.IsNaN(want) || got != nil && math.Abs(*got-want) > 1e-12 {
				t.Errorf("%s, %g: got %v, want %g", name, q, got, want)
			}
		}
	}
}
