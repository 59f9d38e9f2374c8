package health

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
	"github.com/graph-olap/opsconsole/ops"
)

// A query proves user and password, which that Starburst answers does not. It is run
// at most so often, since it stays in Starburst's history, and for at most so long.
const (
	proveEvery = time.Minute
	proveFor   = 30 * time.Second
)

// starburst is the probe of Starburst, or Trino.
type starburst struct {
	client *trino.Client
	now    func() time.Time

	mu    sync.Mutex
	begun time.Time     // when the last query was begun
	done  chan struct{} // closed when it has ended; nil before the first
	// known says that err is what the last query that ended found.
	known bool
	err   error
}

func (s *starburst) probe(ctx context.Context) error {
	return starburstFinding(s.client.Ready(ctx))
}

// proof is what the last query found. Only the first is waited for: later ones run
// beside the probes.
func (s *starburst) proof(ctx context.Context) error {
	done := s.prove(ctx)

	known, err := s.last()
	if !known {
		select {
		case <-done:
		case <-ctx.Done():
			return slow("Starburst answers, but its first query has not finished yet")
		}

		_, err = s.last()
	}

	return starburstFinding(err)
}

func (s *starburst) last() (known bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.known, s.err
}

// prove begins a query if it is time for one, and returns what is closed when it, or
// the one under way, has ended.
func (s *starburst) prove(ctx context.Context) (done <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if s.done != nil && s.now().Sub(s.begun) < proveEvery {
		return s.done
	}

	ended := make(chan struct{})
	s.begun, s.done = s.now(), ended

	go func() {
		defer close(ended)

		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), proveFor)
		defer cancel()

		err := s.client.Prove(ctx)

		var queued *trino.QueuedError
		if ctx.Err() != nil && !errors.As(err, &queued) {
			err = slow("Starburst accepts queries, but the smallest one did not finish within " + proveFor.String())
		}

		s.mu.Lock()
		defer s.mu.Unlock()

		s.known, s.err = true, err

		if !answered(err) {
			s.begun = time.Time{}
		}
	}()

	return ended
}

// answered reports whether a query was answered as it will be again: one that was not is
// tried again at the next probe.
func answered(err error) bool {
	var (
		network net.Error
		status  *trino.StatusError
	)

	return !errors.Is(err, trino.ErrStarting) && !errors.As(err, &network) &&
		(!errors.As(err, &status) || status.Status < http.StatusInternalServerError)
}

// starburstFinding puts an error of the client into a finding.
func starburstFinding(err error) error {
	var (
		found  *finding
		status *trino.StatusError
		query  *trino.QueryError
		queued *trino.QueuedError
	)

	switch {
	case err == nil, errors.As(err, &found):
		return err
	case errors.Is(err, trino.ErrStarting), errors.As(err, &queued):
		return slow(err.Error())
	case errors.As(err, &query):
		return unreachable(err, "a query failed in Starburst: %s", query)
	case errors.As(err, &status), errors.Is(err, trino.ErrNotTrino), errors.Is(err, trino.ErrElsewhere):
		return unreachable(err, "%s", err)
	default:
		return netFinding(err, "Starburst", "--starburst-url")
	}
}

func slow(words string) *finding { return &finding{status: ops.ComponentSlow, words: words} }
