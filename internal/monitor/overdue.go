package monitor

import (
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

const (
	// overdueLeast is the least time after which an answer can be overdue.
	overdueLeast = 2 * time.Second
	// overdueTimes is how many times longer than usual an overdue answer takes.
	overdueTimes = 2
	// usualPolls is how many polls tell what is usual.
	usualPolls = 10
)

// usual is how long the control plane took to answer the last polls that it answered: the longest
// of them counts, so that one that is often slow is not overdue each time.
type usual []time.Duration

// add takes what a poll came to.
func (u *usual) add(own Own) {
	if own.LatencyMS == nil {
		return
	}

	*u = append(*u, time.Duration(*own.LatencyMS*float64(time.Millisecond)))
	*u = (*u)[max(0, len(*u)-usualPolls):]
}

// overdue is how long after it was asked the control plane takes longer than it usually does.
func (u usual) overdue() time.Duration {
	if len(u) == 0 {
		return overdueLeast
	}

	return max(overdueLeast, overdueTimes*slices.Max(u))
}

// tellOverdue publishes that most of a poll, that began then, is still waited for. The control plane
// is slow by then, may answer yet, and what it was asked for in vain so far is old. What it has
// answered waits for the rest.
func (m *Monitor) tellOverdue(told *replies, after time.Duration, begun time.Time) {
	waits, most := told.waiting()
	if was := m.Snapshot().ControlPlane.Status; !most || was == NotAnswering || was == Refused {
		return // Those are worse, and hold until it answers.
	}

	err := fmt.Sprintf("The control plane has not answered for more than %d s.", int(after.Seconds()))

	m.publish(func(newest Snapshot) Snapshot {
		if newest.ControlPlane.Status != ops.ComponentSlow {
			newest.ControlPlane.Since = begun
		}

		newest.ControlPlane.Status, newest.ControlPlane.LatencyMS = ops.ComponentSlow, nil
		newest.ControlPlane.Err, newest.ControlPlane.Overdue = err, true

		waitFor(&newest.Health, waits[partHealth], err)
		waitFor(&newest.Instances, waits[partInstances], err)
		waitFor(&newest.State, waits[partState], err)
		waitFor(&newest.Jobs, waits[partJobs], err)
		waitFor(&newest.Exports, waits[partExports], err)
		waitFor(&newest.Metrics, waits[partMetrics], err)

		return newest
	})
}

// waitFor has a part that is still waited for say so, unless it was old before.
func waitFor[T any](part *Part[T], waits bool, err string) {
	if waits && part.Err == "" {
		part.Err = err
	}
}
