package monitor_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
)

func TestAStepIsItsHighest(t *testing.T) {
	t.Parallel()

	from := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	// A sample every 40 s; a negative one is a gap.
	series := func(values ...float64) (s monitor.Series) {
		for i, v := range values {
			p := monitor.Point{At: from.Add(time.Duration(i) * 40 * time.Second)}
			if v >= 0 {
				p.Value = &v
			}

			s = append(s, p)
		}

		return s
	}

	for name, c := range map[string]struct {
		series monitor.Series
		step   time.Duration
		want   string
	}{
		"the highest":                     {series(1, 3, 2, 5, 4), 2 * time.Minute, " 3 5"},
		"samples further apart than that": {series(1, 3, 2), 10 * time.Second, " 1 3 2"},
		"a gap":                           {series(1, -1, -1, -1, 5), time.Minute, " 1 gap 5"},
		"a gap within a step":             {series(1, -1, 5), 2 * time.Minute, " 5"},
		"a gap at the end":                {series(1, 2, -1), time.Minute, " 2 gap"},
		"only gaps":                       {series(-1, -1), time.Minute, ""},
		"nothing":                         {nil, time.Minute, ""},
		"what was before":                 {append(monitor.Series{{At: from.Add(-time.Second), Value: new(9.0)}}, series(1)...), time.Minute, " 1"},
	} {
		if got := values(c.series.Highest(from, c.step)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
