package monitor

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graph-olap/opsconsole/internal/chore"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/ops"
)

// Config is what a monitor needs.
type Config struct {
	Platform ops.Platform
	// Caller says as whom to ask; an error says in a sentence why nobody can be
	// asked as now, and is shown as the reason why the data is old.
	Caller func() (ops.Caller, error)
	DB     *store.DB
	// Database says how DB was since it was asked last, also between two polls, and how quickly
	// it answered, in milliseconds; nil says nothing.
	Database func() (seen []database.Sight, latencyMS *float64)
	Now      func() time.Time
	Logger   *slog.Logger
	// Schedule has how often jobs run, where that is not the contract's.
	Schedule map[ops.JobName]time.Duration
	// Since says when the first run of a job after a moment ended with that result, failed or skipped, and zero where
	// that is not known; nil knows nothing.
	Since func(ctx context.Context, job ops.JobName, result JobResult, after time.Time) (time.Time, error)
	// Interval is the time between two polls while somebody looks; see [Monitor.Look].
	Interval time.Duration
	// Timeout bounds the read of a part and the keeping of the samples, and four times
	// as long is for a watcher, which asks several times: what hangs must not hold up
	// the one poller. 5 s when it is 0.
	Timeout time.Duration
	// Watchers are called after every poll that had a caller, one after the other,
	// to check what else the control plane holds. The next poll does not wait for them, and
	// leaves them be while they still look.
	Watchers []func(ctx context.Context, service ops.Service) error
}

const (
	timeoutDefault = 5 * time.Second
	// restTime is the least time between two polls, or two revisions, that were asked for.
	restTime = time.Second
	// watcherTimeouts is how many times the timeout a watcher has.
	watcherTimeouts = 4
)

// Monitor polls a control plane.
type Monitor struct {
	config Config
	newest atomic.Pointer[Snapshot]
	// wake asks for a poll, changed for a revision; changes counts how often one was asked for.
	wake, changed chan struct{}
	changes       atomic.Uint64
	rings         *rings
	past          atomic.Pointer[past]
	// usual is known to the poll alone.
	usual usual
	// looked is when somebody looked last, in nanoseconds of Unix, 0 for never.
	looked atomic.Int64

	mu          sync.Mutex
	subscribers map[chan struct{}]struct{}
}

// New returns a monitor that has not polled yet.
func New(config Config) *Monitor {
	config.Timeout = cmp.Or(config.Timeout, timeoutDefault)

	m := &Monitor{
		config: config, wake: make(chan struct{}, 1), changed: make(chan struct{}, 1), rings: newRings(),
		subscribers: map[chan struct{}]struct{}{},
	}
	m.newest.Store(&Snapshot{ControlPlane: Own{Status: NotAsked}})

	return m
}

// Interval is the time between two polls.
func (m *Monitor) Interval() time.Duration { return m.config.Interval }

// Snapshot returns the newest one; before the first poll it is empty, never nil.
func (m *Monitor) Snapshot() *Snapshot { return m.newest.Load() }

// Wake asks for a poll soon, after something of the control plane was changed. However
// often it is called, there is at most one poll a second because of it.
func (m *Monitor) Wake() { ask(m.wake) }

// Changed asks for a new revision of the snapshot, after something was changed that this
// console keeps itself: who watches draws anew, and the control plane is not asked. However
// often it is called, there is at most one revision a second because of it.
func (m *Monitor) Changed() {
	m.changes.Add(1)
	ask(m.changed)
}

// Changes is how often [Monitor.Changed] was called: what was read before it was is not the newest any more.
func (m *Monitor) Changes() uint64 { return m.changes.Load() }

func ask(ch chan<- struct{}) {
	select {
	case ch <- struct{}{}:
	default: // It is asked for already.
	}
}

// Subscribe returns a channel on which a value arrives when there is a newer
// snapshot, at once if there is one already; a reader who is slow misses some, never
// the newest. Cancel ends it.
func (m *Monitor) Subscribe() (news <-chan struct{}, cancel func()) {
	m.Look()

	ch := make(chan struct{}, 1)
	ch <- struct{}{}

	m.mu.Lock()
	defer m.mu.Unlock()

	m.subscribers[ch] = struct{}{}

	return ch, func() {
		m.mu.Lock()
		defer m.mu.Unlock()

		delete(m.subscribers, ch)
	}
}

// Run polls until the context ends.
func (m *Monitor) Run(ctx context.Context) error {
	if err := m.load(ctx); err != nil {
		return err
	}

	var group sync.WaitGroup
	defer group.Wait()

	ctx, stop := context.WithCancel(ctx)
	defer stop()

	group.Go(func() { m.revise(ctx) })

	var watching atomic.Bool

	ticker := time.NewTicker(m.config.Interval)
	defer ticker.Stop()

	jumps := chore.Jumps(ctx, m.config.Now)

	for {
		rested := time.After(restTime)

		select {
		case <-m.wake: // What was asked for until now is read now.
		default:
		}

		// What a watcher waits for keeps nobody from hearing that it does not answer.
		if service := m.poll(ctx); service != nil && watching.CompareAndSwap(false, true) {
			group.Go(func() {
				defer watching.Store(false)

				m.watch(ctx, service)
			})
		}

		if !m.rest(ctx, ticker.C, rested, jumps) {
			return nil
		}
	}
}

// rest waits for the next poll; it reports false once the context is done.
func (m *Monitor) rest(ctx context.Context, ticks, rested <-chan time.Time, jumps <-chan struct{}) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticks:
			if m.due() {
				return true
			}
		case <-jumps:
			return wait(ctx, rested)
		case <-m.wake:
			return wait(ctx, rested)
		}
	}
}

// revise publishes the snapshot anew when it is asked for, until the context ends.
func (m *Monitor) revise(ctx context.Context) {
	for wait(ctx, m.changed) {
		rested := time.After(restTime)

		m.publish(func(newest Snapshot) Snapshot { return newest })

		if !wait(ctx, rested) {
			return
		}
	}
}

// wait reports whether a value arrived before the context ended.
func wait[T any](ctx context.Context, ch <-chan T) bool {
	select {
	case <-ctx.Done():
		return false
	case <-ch:
		return true
	}
}

// publish makes what follows from the newest snapshot the newest one.
func (m *Monitor) publish(follow func(newest Snapshot) Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()

	newest := m.Snapshot()
	next := follow(*newest)
	next.Seq = newest.Seq + 1
	m.newest.Store(&next)

	for ch := range m.subscribers {
		select {
		case ch <- struct{}{}:
		default: // It has not looked at the last one yet.
		}
	}
}
