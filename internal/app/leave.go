package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/ops"
)

// leave is how a process ends while balancers send requests to it: first it says that it is not ready,
// and goes on; then it takes no connections any more, sends those who follow streams elsewhere, and
// answers what it has begun to.
type leave struct {
	// draining is closed when the process is asked to end, drained when nobody is expected any more.
	draining, drained chan struct{}
	// delay is the time between the two.
	delay time.Duration
}

func newLeave(delay time.Duration) leave {
	return leave{draining: make(chan struct{}), drained: make(chan struct{}), delay: delay}
}

// isDraining reports whether the process was asked to end.
func (l leave) isDraining() bool {
	select {
	case <-l.draining:
		return true
	default:
		return false
	}
}

// tell has a balancer keep no connection for later.
func (l leave) tell(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.isDraining() {
			w.Header().Set("Connection", "close")
		}

		next.ServeHTTP(w, r)
	})
}

// wait goes on for a while; it ends at once when that is in vain.
func (l leave) wait(working context.Context) {
	close(l.draining)
	defer close(l.drained)

	if working.Err() != nil {
		return
	}

	timer := time.NewTimer(l.delay)
	defer timer.Stop()

	select {
	case <-timer.C:
	case <-working.Done():
	}
}

// leavingProbes are the probes of the REST API, which is not ready either.
type leavingProbes struct {
	opsapi.Probes

	leave leave
}

// Ready implements [opsapi.Probes].
func (p leavingProbes) Ready(ctx context.Context) ops.ProbeStatus {
	status := p.Probes.Ready(ctx)
	if p.leave.isDraining() {
		status.Status = ops.ProbeNotReady
	}

	return status
}

// serve serves the sites until it is asked to end, or what works behind them has ended, and then until
// everything is answered; what is not within the grace is cut off.
func (a *App) serve(asked, working context.Context, listeners []net.Listener) error {
	requests, cutOff := context.WithCancel(context.WithoutCancel(asked))
	defer cutOff()

	serving, failed := errgroup.WithContext(working)
	servers := make([]*http.Server, len(listeners))

	for i, listener := range listeners {
		servers[i] = newServer(requests, a.leave.tell(a.sites[i].handler))

		serving.Go(func() error {
			if err := servers[i].Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return err
			}

			return nil
		})
	}

	select {
	case <-asked.Done():
		a.logger.InfoContext(requests, "this process was asked to stop", "serves_on_for", a.leave.delay)
	case <-failed.Done():
	}

	a.leave.wait(failed)

	grace, cancel := context.WithTimeout(requests, shutdownGrace)
	defer cancel()

	var closing errgroup.Group

	for _, server := range servers {
		closing.Go(func() error {
			err := server.Shutdown(grace)
			if errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("requests were cut off: they were not answered within %s of the stop", shutdownGrace)
			}

			return err
		})
	}

	return errors.Join(closing.Wait(), serving.Wait())
}
