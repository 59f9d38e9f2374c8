package platform

import (
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
)

func snapshotOf(t *testing.T, page string) *monitor.Snapshot {
	t.Helper()

	metrics, err := monitor.ParseMetrics([]byte(page))
	if err != nil {
		t.Fatal(err)
	}

	return &monitor.Snapshot{Metrics: monitor.Part[monitor.Metrics]{Value: metrics, AsOf: time.Unix(1, 0)}}
}

func TestCreationTimesAreShownWhenAskedFor(t *testing.T) {
	t.Parallel()

	// As Python's client writes it, beside a gauge that only has such a name.
	s := snapshotOf(t, `# TYPE runs_total counter
runs_total 3
# TYPE runs_created gauge
runs_created 1.7e+09
# TYPE seconds histogram
seconds_bucket{le="+Inf"} 3
# TYPE seconds_created gauge
seconds_created 1.7e+09
# TYPE instances_created gauge
instances_created 4
`)

	for _, c := range []struct {
		search  string
		created bool
		want    string
		hidden  int
	}{
		{"", false, "instances_created runs_total seconds", 2},
		{"", true, "instances_created runs_created runs_total seconds seconds_created", 0},
		{"runs", false, "runs_total", 1},
	} {
		view := metricsView(s, time.Unix(2, 0), metricsAsked{search: c.search, created: c.created})

		var names []string
		for _, f := range view.Families {
			names = append(names, f.Name)
		}

		if got := strings.Join(names, " "); got != c.want || view.HiddenCreated != c.hidden || view.Total != 5 {
			t.Errorf("%q, %t: got %s and %d hidden of %d, want %s and %d hidden of 5", c.search, c.created, got, view.HiddenCreated, view.Total, c.want, c.hidden)
		}
	}
}

func TestLinesThatCannotBeReadAreNamed(t *testing.T) {
	t.Parallel()

	view := metricsView(snapshotOf(t, "a 1\n"+strings.Repeat("b x\n", 50)), time.Unix(2, 0), metricsAsked{})
	if len(view.Unread) != unreadShown || view.UnreadTotal != 50 || view.Unread[0].Line != 2 || view.Unread[0].Text != "b x" || view.Unread[0].Reason == "" {
		t.Errorf("got %d of %d: %+v, want %d of 50 from line 2, b x, with a reason", len(view.Unread), view.UnreadTotal, view.Unread, unreadShown)
	}

	if len(view.Families) != 1 || view.Stale {
		t.Errorf("the other lines are not shown: %+v", view)
	}
}
