package e2e_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// balancer passes requests on to replicas in turn, as Kubernetes' services do: to those that /readyz
// says are ready. It keeps connections to them, and tries nothing a second time.
type balancer struct {
	*httptest.Server

	t          *testing.T
	mu         sync.Mutex
	turn       int
	all, ready []*backend
}

// backend is a replica behind the balancer.
type backend struct {
	address string
	// out says that it gets no requests for now, whatever it says; [balancer.mu] guards it.
	out bool

	mu   sync.Mutex
	idle []*upstream
	// times counts how often it went: what is from before is not kept.
	times int
}

// upstream is a connection to a replica.
type upstream struct {
	net.Conn

	read  *bufio.Reader
	times int
}

// probeEvery is the time between two looks at a replica's /readyz, and at most what one may take.
const probeEvery = 100 * time.Millisecond

func newBalancer(t *testing.T, replicas []string) *balancer {
	t.Helper()

	b := &balancer{t: t}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)

	for _, address := range replicas {
		b.add(address)
	}

	return b
}

func (b *balancer) at() string { return b.URL }

func (b *balancer) waitFor(t *testing.T, n int) {
	t.Helper()
	worldtest.Eventually(t, "the replicas are ready", func() bool { return b.has() == n })
}

// add watches a replica until the test ends.
func (b *balancer) add(address string) {
	one := &backend{address: address}
	probes := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	ctx := b.t.Context()

	b.mu.Lock()
	b.all = append(b.all, one)
	b.mu.Unlock()

	go func() {
		for ctx.Err() == nil {
			ready := false

			request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
			if err != nil {
				return
			}

			if response, err := probes.Do(request); err == nil {
				ready = response.StatusCode == http.StatusOK
				response.Body.Close()
			}

			b.set(one, ready)

			select {
			case <-ctx.Done():
			case <-time.After(probeEvery):
			}
		}
	}()
}

func (b *balancer) set(one *backend, ready bool) {
	b.mu.Lock()
	defer b.mu.Unlock()

	one.out = one.out && ready

	switch i := slices.Index(b.ready, one); {
	case ready && i < 0 && !one.out:
		b.ready = append(b.ready, one)
	case !ready && i >= 0:
		b.ready = slices.Delete(b.ready, i, i+1)

		one.forget()
	}
}

// remove sends no more requests to a replica until it was away.
func (b *balancer) remove(url string) {
	b.mu.Lock()
	defer b.mu.Unlock()

	for _, one := range b.all {
		if "http://"+one.address == url {
			one.out = true
			b.ready = slices.DeleteFunc(b.ready, func(other *backend) bool { return other == one })

			one.forget()
		}
	}
}

// has reports how many replicas are ready.
func (b *balancer) has() int {
	b.mu.Lock()
	defer b.mu.Unlock()

	return len(b.ready)
}

func (b *balancer) next() *backend {
	b.mu.Lock()
	defer b.mu.Unlock()

	if len(b.ready) == 0 {
		return nil
	}

	b.turn++

	return b.ready[b.turn%len(b.ready)]
}

// ServeHTTP implements [http.Handler].
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one := b.next()
	if one == nil {
		http.Error(w, "no replica is ready", http.StatusBadGateway)

		return
	}

	conn, err := one.take(r.Context())
	if err != nil {
		http.Error(w, fmt.Sprintf("%s: %v", one.address, err), http.StatusBadGateway)

		return
	}

	// Who asks may leave.
	stop := context.AfterFunc(r.Context(), func() { conn.Close() })
	defer stop()

	if err := one.pass(w, r, conn, stop); err != nil {
		conn.Close()
		http.Error(w, fmt.Sprintf("%s: %v", one.address, err), http.StatusBadGateway)
	}
}

// forget closes what was kept of connections.
func (o *backend) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()

	for _, conn := range o.idle {
		conn.Close()
	}

	o.idle = nil
	o.times++
}

// take is a connection that was kept, or a new one.
func (o *backend) take(ctx context.Context) (*upstream, error) {
	o.mu.Lock()

	if last := len(o.idle) - 1; last >= 0 {
		conn := o.idle[last]
		o.idle = o.idle[:last]
		o.mu.Unlock()

		return conn, nil
	}

	times := o.times
	o.mu.Unlock()

	conn, err := new(net.Dialer).DialContext(ctx, "tcp", o.address)
	if err != nil {
		return nil, err
	}

	return &upstream{conn, bufio.NewReader(conn), times}, nil
}

// pass returns an error as long as nothing is answered.
func (o *backend) pass(w http.ResponseWriter, r *http.Request, conn *upstream, stop func() bool) error {
	if err := r.Write(conn); err != nil {
		return err
	}

	response, err := http.ReadResponse(conn.read, r)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	maps.Copy(w.Header(), response.Header)
	w.WriteHeader(response.StatusCode)

	if err := copyAtOnce(w, response.Body); err != nil {
		panic(http.ErrAbortHandler) // it was cut short, as the client is to see
	}

	o.mu.Lock()
	defer o.mu.Unlock()

	if response.Close || !stop() || conn.times != o.times {
		conn.Close()
	} else {
		o.idle = append(o.idle, conn)
	}

	return nil
}

// copyAtOnce passes on each part as it comes.
func copyAtOnce(w http.ResponseWriter, from io.Reader) error {
	part := make([]byte, 32<<10)
	control := http.NewResponseController(w)

	for {
		n, err := from.Read(part)
		if n > 0 {
			if _, err := w.Write(part[:n]); err != nil {
				return err
			}

			if err := control.Flush(); err != nil {
				return err
			}
		}

		if err == io.EOF {
			return nil
		}

		if err != nil {
			return err
		}
	}
}
