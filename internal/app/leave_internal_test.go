package app

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/freeport"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAProcessThatEndsServesOnForAWhile is asked to end while it answers, and answers who comes until the
// delay is over; what it has begun to answer then, it answers.
func TestAProcessThatEndsServesOnForAWhile(t *testing.T) {
	t.Parallel()

	db, err := store.Open(t.Context(), storetest.SQLiteURL(t))
	if err != nil {
		t.Fatal(err)
	}

	const delay = 300 * time.Millisecond

	ctx, end := context.WithCancel(t.Context())
	begun, release := make(chan struct{}), make(chan struct{})
	address := freeport.Address(t)
	handler := http.NewServeMux()

	var order []string

	handler.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-release

		if r.Context().Err() == nil {
			order = append(order, "answered")
		}
	})
	handler.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})

	a := &App{
		db: db, sites: []site{{address: address, flag: "--addr", handler: handler}}, leave: newLeave(delay),
		logger: slog.New(slog.DiscardHandler), recovery: func(context.Context) error { return nil },
		background: []func(context.Context) error{func(ctx context.Context) error {
			<-ctx.Done()

			order = append(order, "what runs behind it ended")

			return nil
		}},
	}
	ended := make(chan error, 1)

	go func() { ended <- a.Run(ctx) }()

	get := func(path string) (*http.Response, error) {
		request, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, "http://"+address+path, nil)
		if err != nil {
			return nil, err
		}

		response, err := (&http.Transport{}).RoundTrip(request)
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}

		return response, err
	}

	worldtest.Eventually(t, "it answers", func() bool {
		response, err := get("/") //nolint:bodyclose // get does

		return err == nil && !response.Close
	})

	var slow sync.WaitGroup

	slow.Go(func() {
		if response, err := get("/slow"); err != nil || response.StatusCode != http.StatusOK { //nolint:bodyclose // get does
			t.Errorf("what was under way came to %v, %v", response, err)
		}
	})
	<-begun

	asked := time.Now()

	end()
	<-a.leave.draining

	if response, err := get("/"); (err != nil || !response.Close) && time.Since(asked) < delay { //nolint:bodyclose // get does
		t.Errorf("who comes then gets %v, %v; want an answer and that the connection is closed", response, err)
	}

	worldtest.Eventually(t, "it takes no connections", func() bool {
		_, err := get("/") //nolint:bodyclose // get does

		return err != nil
	})

	if took := time.Since(asked); took < delay {
		t.Errorf("it took connections for %s, want %s", took, delay)
	}

	close(release)
	slow.Wait()

	if err := <-ended; err != nil || len(order) != 2 || order[0] != "answered" {
		t.Errorf("it ended with %v, after %v; want that it answered first", err, order)
	}
}

type readyProbes struct{}

func (readyProbes) Alive(context.Context) ops.ProbeStatus {
	return ops.ProbeStatus{Status: ops.ProbeHealthy}
}

func (readyProbes) Ready(context.Context) ops.ProbeStatus {
	return ops.ProbeStatus{Status: ops.ProbeReady}
}

// TestTheRESTAPIIsNotReadyEither while the process leaves, though it is alive.
func TestTheRESTAPIIsNotReadyEither(t *testing.T) {
	t.Parallel()

	probes := leavingProbes{readyProbes{}, newLeave(0)}
	if got := probes.Ready(t.Context()).Status; got != ops.ProbeReady {
		t.Errorf("it is %s, want it ready", got)
	}

	probes.leave.wait(t.Context())

	if got := probes.Ready(t.Context()).Status; got != ops.ProbeNotReady {
		t.Errorf("it is %s, want it not ready", got)
	}

	if got := probes.Alive(t.Context()).Status; got != ops.ProbeHealthy {
		t.Errorf("it is %s, want it healthy", got)
	}
}
