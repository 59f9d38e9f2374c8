package anchor

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/retry"
)

// State is how a destination does.
type State struct {
	Destination string `json:"destination"`
	// Seq and At are the entry and the moment of the newest head that came there; zero for none yet.
	Seq int64     `json:"seq"`
	At  time.Time `json:"at"`
	// Waiting are the heads that are yet to be sent, Lost those that were given up as there were too many.
	Waiting int `json:"waiting"`
	Lost    int `json:"lost"`
	// Error says why the last try failed, "" where it did not; Since is when that began.
	Error string    `json:"error"`
	Since time.Time `json:"since"`
}

const (
	// waitMost is how many heads wait for a destination: those of three days.
	waitMost = 1000
	// sendTimeout bounds one try, endGrace all that are made as the console ends.
	sendTimeout = 10 * time.Second
	endGrace    = 3 * time.Second
)

// queue are the heads that wait for a destination, oldest first.
type queue struct {
	to     Destination
	now    func() time.Time
	logger *slog.Logger

	added chan struct{}

	mu      sync.Mutex
	waiting []Anchor
	state   State
}

func newQueue(to Destination, now func() time.Time, logger *slog.Logger) *queue {
	return &queue{to: to, now: now, logger: logger, added: make(chan struct{}, 1), state: State{Destination: to.String()}}
}

// add has an anchor sent after those that wait. Where there are too many the oldest is given up: what
// it says of the log the newer ones say too, but for the time between.
func (q *queue) add(a Anchor) {
	q.mu.Lock()
	defer q.mu.Unlock()

	if q.waiting = append(q.waiting, a); len(q.waiting) > waitMost {
		q.waiting = q.waiting[1:]
		q.state.Lost++
	}

	select {
	case q.added <- struct{}{}:
	default:
	}
}

func (q *queue) current() State {
	q.mu.Lock()
	defer q.mu.Unlock()

	state := q.state
	state.Waiting = len(q.waiting)

	return state
}

// policy says when a destination that failed is asked again.
var policy = retry.Policy{First: time.Second, Max: time.Minute} //nolint:gochecknoglobals // never changed

func (q *queue) run(ctx context.Context) {
	failures := 0

	for {
		if q.sendAll(ctx) {
			failures = 0
		} else {
			failures++
		}

		if ctx.Err() != nil || !q.wait(ctx, failures) {
			break
		}
	}

	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endGrace)
	defer cancel()

	q.sendAll(ending)
}

// wait waits for something to send, after failures for a while in any case; it is false when the context is done.
func (q *queue) wait(ctx context.Context, failures int) bool {
	if failures == 0 {
		select {
		case <-ctx.Done():
			return false
		case <-q.added:
			return true
		}
	}

	pause := time.NewTimer(policy.Pause(failures, 0))
	defer pause.Stop()

	select {
	case <-ctx.Done():
		return false
	case <-pause.C:
		return true
	}
}

// sendAll sends what waits, oldest first, until one fails.
func (q *queue) sendAll(ctx context.Context) bool {
	for {
		q.mu.Lock()
		waiting := q.waiting
		q.mu.Unlock()

		if len(waiting) == 0 {
			return true
		}

		if !q.send(ctx, waiting[0]) {
			return false
		}
	}
}

func (q *queue) send(ctx context.Context, a Anchor) bool {
	line, err := a.Line()
	if err == nil {
		trying, cancel := context.WithTimeout(ctx, sendTimeout)
		defer cancel()

		err = q.to.Send(trying, line, a.Time)

		failpoint.Reach(failpoint.AuditHeadSent)
	}

	q.mu.Lock()
	defer q.mu.Unlock()

	if err != nil {
		if ctx.Err() != nil { // It was not given the time.
			return false
		}

		if q.state.Error == "" {
			q.state.Since = q.now()
		}

		q.state.Error = err.Error()
		q.logger.WarnContext(ctx, "a signed head of the audit log could not be sent",
			"to", q.state.Destination, "entry", a.Seq, "error", err)

		return false
	}

	if len(q.waiting) > 0 && q.waiting[0] == a { // It may have been given up meanwhile.
		q.waiting = q.waiting[1:]
	}

	q.state.Seq, q.state.At, q.state.Error, q.state.Since = a.Seq, a.Time, "", time.Time{}

	return true
}
