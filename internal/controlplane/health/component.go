package health

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/graph-olap/opsconsole/internal/latency"
	"github.com/graph-olap/opsconsole/ops"
)

// probe asks a component once. It should end with its context, and is left to itself
// when it does not: see [component.within]. An error is a [finding];
// any other says no more than that the component cannot be reached.
type probe func(ctx context.Context) error

// graceToEnd is how long a probe may take to say what its context's end kept it from.
const graceToEnd = 250 * time.Millisecond

// errNotConfigured is returned by the probe of what is not configured.
var errNotConfigured = errors.New("not configured")

// finding is an error for an operator's eyes.
type finding struct {
	status ops.ComponentStatus
	words  string
	cause  error
}

func (f *finding) Error() string { return f.words }
func (f *finding) Unwrap() error { return f.cause }

func unreachable(cause error, format string, args ...any) *finding {
	return &finding{status: ops.ComponentUnreachable, words: fmt.Sprintf(format, args...), cause: cause}
}

func notConfigured(context.Context) error { return errNotConfigured }

type component struct {
	name  string
	probe probe
	// proof is asked after a probe that found nothing. It may take longer: it does not
	// count into the latency. Most have none.
	proof     probe
	timeout   time.Duration
	slowAfter time.Duration
	now       func() time.Time
	logger    *slog.Logger

	flight singleflight.Group
	// overdue is the probe that did not end in time; of use to the flight alone.
	overdue *asked

	mu   sync.Mutex
	last result
}

type result struct {
	at        time.Time
	component ops.Component
}

// check returns the last result if it is young enough, else that of a probe, which
// goes on for the others who wait for it when ctx ends.
func (c *component) check(ctx context.Context) (result, error) {
	if last := c.lastResult(); !last.at.IsZero() && c.now().Sub(last.at) < keepFor {
		return last, nil
	}

	shared := c.flight.DoChan("", func() (any, error) {
		found := c.ask(context.WithoutCancel(ctx))

		c.mu.Lock()
		defer c.mu.Unlock()

		c.last = found

		return found, nil
	})

	select {
	case <-ctx.Done():
		return result{}, ctx.Err()
	case answer := <-shared:
		found, _ := answer.Val.(result)

		return found, answer.Err
	}
}

func (c *component) lastResult() result {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.last
}

func (c *component) ask(ctx context.Context) result {
	took, err := c.within(ctx)
	found := result{at: c.now(), component: c.judge(err, took)}

	c.logChange(ctx, c.lastResult().component.Status, found.component, errors.Unwrap(err))

	return found
}

// asked is a probe under way: took, of the probe without its proof, and err are there
// once done is closed.
type asked struct {
	since time.Time
	done  chan struct{}
	took  time.Duration
	err   error
}

// within probes for as long as the timeout. Not everything heeds a context, such as
// the command that a kubeconfig gets its token from: a probe that goes on is left, and
// no other is begun before it has ended.
func (c *component) within(ctx context.Context) (took time.Duration, err error) {
	if c.overdue != nil {
		select {
		case <-c.overdue.done: // What it found is too old to tell.
			c.overdue = nil
		default:
			return c.now().Sub(c.overdue.since), context.DeadlineExceeded
		}
	}

	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	probe := &asked{since: c.now(), done: make(chan struct{})}

	go func() {
		defer close(probe.done)

		probe.err = c.probe(ctx)
		probe.took = c.now().Sub(probe.since)

		if probe.err == nil && c.proof != nil {
			probe.err = c.proof(ctx)
		}
	}()

	select {
	case <-probe.done:
		return probe.took, probe.err
	case <-ctx.Done():
	}

	select {
	case <-probe.done:
		return probe.took, probe.err
	case <-time.After(graceToEnd):
		c.overdue = probe

		return c.now().Sub(probe.since), ctx.Err()
	}
}

// logChange tells what changed since the last probe, and a first one that fails.
func (c *component) logChange(ctx context.Context, before ops.ComponentStatus, now ops.Component, cause error) {
	switch {
	case now.Status == before, before == "" && now.Error == nil:
	case now.Error != nil:
		c.logger.WarnContext(ctx, "a component of the platform is unhealthy",
			"component", c.name, "status", now.Status, "words", *now.Error, "cause", cause)
	default:
		c.logger.InfoContext(ctx, "a component of the platform has recovered", "component", c.name, "status", now.Status)
	}
}

// judge turns what the probe found into the contract's words.
func (c *component) judge(err error, took time.Duration) ops.Component {
	ms := math.Round(float64(took.Microseconds())) / float64(time.Millisecond/time.Microsecond)
	words := func(s string) *string { return &s }

	var found *finding

	switch {
	case errors.Is(err, errNotConfigured):
		return ops.Component{Status: ops.ComponentNotConfigured}
	case errors.As(err, &found):
		return ops.Component{Status: found.status, LatencyMS: &ms, Error: words(found.words)}
	case errors.Is(err, context.DeadlineExceeded):
		return ops.Component{
			Status: ops.ComponentUnreachable, LatencyMS: &ms,
			Error: words(fmt.Sprintf("%s did not answer within %s", c.name, c.timeout)),
		}
	case err != nil:
		return ops.Component{
			Status: ops.ComponentUnreachable, LatencyMS: &ms,
			Error: words(c.name + " cannot be reached; the log has the cause"),
		}
	case latency.IsSlow(took, c.slowAfter, c.lastResult().component.Status == ops.ComponentSlow):
		said := fmt.Sprintf("%s took longer than %s to answer", c.name, c.slowAfter)
		if took <= c.slowAfter {
			said = fmt.Sprintf("%s was slow, and still takes %s or longer to answer", c.name, latency.QuickUnder(c.slowAfter))
		}

		return ops.Component{Status: ops.ComponentSlow, LatencyMS: &ms, Error: words(said)}
	default:
		return ops.Component{Status: ops.ComponentConnected, LatencyMS: &ms}
	}
}
