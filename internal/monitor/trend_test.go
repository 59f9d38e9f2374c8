package monitor_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
)

func TestATrendIsOnlyReadWhereThereIsOne(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	series := func(minutes int, value func(minute int) float64) monitor.Series {
		var s monitor.Series
		for i := range minutes {
			s = append(s, monitor.Point{At: now.Add(time.Duration(i-minutes+1) * time.Minute), Value: new(value(i))})
		}

		return s
	}

	for name, c := range map[string]struct {
		series monitor.Series
		want   time.Duration
	}{
		"rising by one a minute":      {series(60, func(i int) float64 { return float64(i) - 29 }), 20 * time.Minute},
		"rising, with a gap":          {append(series(60, func(i int) float64 { return float64(i) - 29 })[:40], append(monitor.Series{{At: now.Add(-20 * time.Minute)}}, series(10, func(i int) float64 { return float64(i) + 21 })...)...), 20 * time.Minute},
		"for too short a time":        {series(20, func(i int) float64 { return float64(i) }), 0},
		"level":                       {series(60, func(int) float64 { return 40 }), 0},
		"falling":                     {series(60, func(i int) float64 { return float64(60 - i) }), 0},
		"up and down":                 {series(60, func(i int) float64 { return float64(i % 20) }), 0},
		"so slowly that nobody cares": {series(60, func(i int) float64 { return 10 + float64(i)/100 }), 0},
		"there already":               {series(60, func(i int) float64 { return float64(i) }), 0},
		"nothing":                     {nil, 0},
	} {
		at, ok := c.series.Reaches(50, now)
		if ok != (c.want > 0) || ok && at.Sub(now).Round(time.Minute) != c.want {
			t.Errorf("%s: got %v %t, want %v", name, at.Sub(now), ok, c.want)
		}
	}
}
