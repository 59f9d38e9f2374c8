package monitor

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/latency"
	"github.com/graph-olap/opsconsole/ops"
)

// ownPrefix sets the names of what this console sees itself apart from those of the components
// that a control plane names.
const ownPrefix = "console/"

// ControlPlane is the name under which the samples and spans of the control plane are kept.
const ControlPlane = ownPrefix + "control_plane"

// Database is the name under which those of the console's own database are kept.
const Database = ownPrefix + "database"

// The statuses of the control plane as this console sees it; slow is that of any component.
const (
	Answering    = database.Answering
	NotAnswering = database.NotAnswering
	// Refused is an answer that refuses whom the console asks as, or what it asks.
	Refused ops.ComponentStatus = "refused"
	// NotAsked is a control plane that was not asked yet, or as nobody could be.
	NotAsked ops.ComponentStatus = "unknown"
)

// Unknown is the status of a component while it is asked in vain how it is.
const Unknown = NotAsked

// Own is a component as this console itself sees it.
type Own struct {
	ComponentHistory

	Status ops.ComponentStatus
	// LatencyMS is in milliseconds; nil when it did not answer.
	LatencyMS *float64
	// Err says in a sentence what is wrong; "" when nothing is.
	Err string
	// Overdue says that it was asked and has not answered yet, for longer than it usually takes.
	Overdue bool
}

// Answers reports whether what was asked for was given.
func (o Own) Answers() bool {
	return !o.Overdue && (o.Status == Answering || o.Status == ops.ComponentSlow)
}

// up reports whether a component with the status answers, be it slowly.
func up(status ops.ComponentStatus) bool {
	return slices.Contains([]ops.ComponentStatus{ops.ComponentConnected, ops.ComponentSlow, Answering}, status)
}

// reply is what came of one read.
type reply struct {
	status ops.ComponentStatus
	took   time.Duration
	err    error
}

// replies are those of a poll, which are read side by side.
type replies struct {
	// was is how the control plane answered the last poll.
	was ops.ComponentStatus

	mu  sync.Mutex
	all map[string]reply
}

func newReplies(was ops.ComponentStatus) *replies { return &replies{was: was, all: map[string]reply{}} }

func (r *replies) add(name string, took time.Duration, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()

	r.all[name] = reply{r.statusOf(took, err), took, err}
}

// statusOf tells from one read how the control plane is.
func (r *replies) statusOf(took time.Duration, err error) ops.ComponentStatus {
	switch {
	case err == nil && latency.IsSlow(took, latency.SlowAfter, r.was == ops.ComponentSlow):
		return ops.ComponentSlow
	case err == nil:
		return Answering
	case ops.NotDone(err) && ops.AsError(err).Code != ops.CodeServiceUnavailable:
		return Refused
	default:
		return NotAnswering
	}
}

// judged are the parts that tell how the control plane does: those that want a role, as the
// metrics are given to everybody.
func judged() []string { return []string{partHealth, partInstances, partState, partJobs, partExports} }

// waiting are the parts that are still waited for; most says that most of those that tell how
// the control plane does are among them.
func (r *replies) waiting() (parts map[string]bool, most bool) {
	r.mu.Lock()
	defer r.mu.Unlock()

	parts = map[string]bool{}
	waits := 0

	for _, name := range append(judged(), partMetrics) {
		_, came := r.all[name]
		parts[name] = !came
	}

	for _, name := range judged() {
		if parts[name] {
			waits++
		}
	}

	return parts, waits > len(judged())/2
}

// judge takes the middle one of the replies, the best first: one read that has much to do, or
// that fails alone, says nothing of the others, and neither does one that is quick alone.
func (r *replies) judge() Own {
	order := []ops.ComponentStatus{Answering, ops.ComponentSlow, Refused, NotAnswering}
	sorted := make([]reply, 0, len(judged()))

	for _, name := range judged() {
		sorted = append(sorted, r.all[name])
	}

	slices.SortStableFunc(sorted, func(a, b reply) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.status), slices.Index(order, b.status)), cmp.Compare(a.took, b.took))
	})

	middle := sorted[len(sorted)/2]
	own := Own{Status: middle.status}

	if middle.err != nil {
		own.Err = sentence(middle.err)

		return own
	}

	own.LatencyMS = new(float64(middle.took) / float64(time.Millisecond))

	return own
}
