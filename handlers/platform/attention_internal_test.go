package platform

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/platform"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// TestWhatIsKnownNowIsNotToldAsPast has the metrics unread for days, or the control plane silent.
func TestWhatIsKnownNowIsNotToldAsPast(t *testing.T) {
	t.Parallel()

	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	old := noon.Add(-36 * time.Second)
	stale := shell.Freshness{AsOf: &old, Stale: true, StaleReason: "cut", Now: noon}
	unhealthy := components.Line{State: components.Bad, Text: "The platform is unhealthy."}
	was := components.Line{State: components.Unknown, Text: "x", Then: &components.Then{State: components.Warn, At: old, Now: noon}}

	for name, test := range map[string]struct {
		plane ops.ComponentStatus
		lines []components.Line
		state components.State
		want  string
	}{
		"a part is old, and all that is known is well": {
			monitor.Answering, nil, components.Unknown, "All was well when that was last read, 36 s ago.",
		},
		"a part is old, another one in trouble": {
			monitor.Answering,
			[]components.Line{unhealthy},
			components.Bad,
			"1 item needs attention. All else was well when that was last read, 36 s ago.",
		},
		"one needed attention, another one does": {
			monitor.Answering,
			[]components.Line{was, unhealthy},
			components.Bad,
			"1 item needs attention. 1 more did when that was last read, 36 s ago.",
		},
		"the control plane is silent, and needed attention": {
			monitor.NotAnswering,
			[]components.Line{was},
			components.Unknown,
			"1 thing needed attention when the control plane last answered, 36 s ago.",
		},
		"the control plane is silent, and a decision waits here": {
			monitor.NotAnswering,
			[]components.Line{{State: components.Warn, Text: "It waits for a decision."}},
			components.Warn,
			"1 item needs attention. All else was well when the control plane last answered, 36 s ago.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := &monitor.Snapshot{ControlPlane: monitor.Own{Status: test.plane}}
			if _, sum := attention(s, pages.SeenHere{}, test.lines, stale); sum.Text != test.want || sum.State != test.state {
				t.Errorf("got %s %q, want %s %q", sum.State, sum.Text, test.state, test.want)
			}
		})
	}
}
