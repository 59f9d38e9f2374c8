package platform

import (
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/components"
	pages "github.com/graph-olap/opsconsole/templates/platform"
)

// TestALineIsAsBadAsWhatItTellsOf: no green tick stands before what failed, nor before what is
// not known.
func TestALineIsAsBadAsWhatItTellsOf(t *testing.T) {
	t.Parallel()

	exports := func(failed, stuck int) components.Line {
		return exportsLine(map[ops.ExportJobStatus]int{ops.ExportFailed: failed, ops.ExportPending: 2, ops.ExportCompleted: 7}, stuck).Line
	}
	jobs := func(states ...components.State) components.Line {
		list := make([]pages.Job, 0, len(states))
		for _, state := range states {
			list = append(list, pages.Job{State: components.Line{State: state}})
		}

		return jobsLine(list).Line
	}
	capacity := func(used int) components.Line {
		return capacityLine(ops.ClusterInstances{Limits: ops.Limits{ClusterTotal: 50, ClusterUsed: used, ClusterAvailable: 50 - used}}).Line
	}

	for name, test := range map[string]struct {
		line components.Line
		want components.State
		text string
	}{
		"exports that wait":      {exports(0, 0), components.OK, "2 waiting, 0 under way, none failed."},
		"exports that failed":    {exports(4, 0), components.Warn, "4 export jobs have failed. 2 waiting, 0 under way."},
		"exports that are stuck": {exports(0, 1), components.Warn, "1 export job is stuck. 2 waiting, 0 under way, none failed."},
		"jobs that are well":     {jobs(components.OK, components.Idle), components.OK, "No job is late or failing."},
		"jobs nobody knows of":   {jobs(components.OK, components.Unknown), components.Unknown, "Whether 1 job is well is not known."},
		"a late job":             {jobs(components.Unknown, components.Warn), components.Warn, "1 job is late or failed last time."},
		"a failing job":          {jobs(components.Warn, components.Bad), components.Bad, "1 job is failing, 1 late or failed last time."},
		"failing jobs alone":     {jobs(components.OK, components.Bad, components.Bad), components.Bad, "2 jobs are failing."},
		"no jobs":                {jobs(), components.Unknown, "The control plane reports no jobs."},
		"room":                   {capacity(10), components.OK, "10 of 50 used, 40 left."},
		"little room":            {capacity(45), components.Warn, "Nearly full: 45 of 50 used, 5 left."},
		"no room":                {capacity(50), components.Bad, "The cluster is full: 50 of 50 used. Nobody can create an instance."},
	} {
		if test.line.State != test.want || test.line.Text != test.text {
			t.Errorf("%s: got %s, %q, want %s, %q", name, test.line.State, test.line.Text, test.want, test.text)
		}
	}
}

// TestAMomentIsOneRowOfAFile also where two series tell it in other zones, or more finely than it is stored.
func TestAMomentIsOneRowOfAFile(t *testing.T) {
	t.Parallel()

	at := time.Date(2026, 3, 1, 8, 0, 0, 5000, time.UTC)
	got := tableOf([]column{
		{"used", monitor.Series{{At: at, Value: new(3.0)}, {At: at.Add(time.Minute)}}},
		{"=total", monitor.Series{{At: at.Add(7).In(time.FixedZone("CET", 3600)), Value: new(50.0)}}},
	})

	want := [][]string{{"time", "used", "'=total"}, {"2026-03-01T08:00:00.000005Z", "3", "50"}, {"2026-03-01T08:01:00.000005Z", "", ""}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAJobOfWhichNothingWasReadIsNotKnown, and one of which the metrics have nothing has not run.
func TestAJobOfWhichNothingWasReadIsNotKnown(t *testing.T) {
	t.Parallel()

	if got := jobState(monitor.JobState{}); got.State != components.Unknown {
		t.Errorf("got %+v, want it unknown", got)
	}

	got := jobState(monitor.JobState{Condition: monitor.ConditionNever})
	if got.State != components.Idle || got.Text != "No run seen yet" {
		t.Errorf("got %+v, want no run seen yet", got)
	}
}

// TestATriggerByAClockThatIsFarAheadDelaysNone: the pages would offer no run for as long as this replica's clock is behind.
func TestATriggerByAClockThatIsFarAheadDelaysNone(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

	for ahead, want := range map[time.Duration]time.Duration{
		-time.Minute: 0, -40 * time.Second: 20 * time.Second, time.Second: 61 * time.Second, 2 * time.Minute: 0, 2 * time.Hour: 0,
	} {
		switch until := cooldownAfter(now.Add(ahead), now); {
		case (until == nil) != (want == 0), until != nil && until.Sub(now) != want:
			t.Errorf("%v ahead: got %v, want %v from now", ahead, until, want)
		}
	}
}
