package webhooks_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
)

// attempt creates an endpoint, sends it something, and returns how that ended.
func attempt(t *testing.T, w *world, address string) webhooks.Attempt {
	t.Helper()

	w.create(webhooks.Generic, address)
	id := w.happenOnce(maintenance.EventAnnounced)
	w.deliver(id)

	last := w.delivery(id).Last
	if last == nil {
		t.Fatal("nothing was tried")
	}

	return *last
}

func TestRedirect(t *testing.T) {
	t.Parallel()

	for _, code := range []int{301, 302, 303, 307, 308} {
		w := onSQLite(t, nil)
		other := newReceiver(t)
		r := newReceiver(t, status(code, "Location: "+other.url))
		w.trust(r)

		if got := attempt(t, w, r.url); got.Status != code || !strings.Contains(got.Error, "redirect") {
			t.Errorf("a %d ended with %+v, want status %d and a redirect in the error", code, got, code)
		}

		if len(other.got()) > 0 {
			t.Errorf("a %d was followed", code)
		}
	}
}

func TestSlowEndpoints(t *testing.T) {
	t.Parallel()

	short := func(c *webhooks.Config) { c.Timeout = 200 * time.Millisecond }

	t.Run("never answers", func(t *testing.T) {
		t.Parallel()

		w := onSQLite(t, short)
		r := newReceiver(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		w.trust(r)

		if got := attempt(t, w, r.url); got.Status != 0 || got.Error != "127.0.0.1 did not answer within 200ms." {
			t.Errorf("it ended with %+v, want no status and %q", got, "127.0.0.1 did not answer within 200ms.")
		}
	})

	t.Run("never shakes hands", func(t *testing.T) {
		t.Parallel()

		var config net.ListenConfig

		listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { _ = listener.Close() })

		got := attempt(t, onSQLite(t, short), "https://"+listener.Addr().String())
		if got.Error != "127.0.0.1 did not answer within 200ms." {
			t.Errorf("it ended with %+v, want %q", got, "127.0.0.1 did not answer within 200ms.")
		}
	})

	t.Run("never ends", func(t *testing.T) {
		t.Parallel()

		w := onSQLite(t, nil)
		sent := make(chan int, 1)
		r := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
			n := 0

			for r.Context().Err() == nil {
				written, err := w.Write(make([]byte, 1<<16))
				if n += written; err != nil {
					break
				}
			}

			sent <- n
		})
		w.trust(r)

		if got := attempt(t, w, r.url); got.Status != 200 || got.Error != "" {
			t.Errorf("it ended with %+v, want status 200 and no error", got)
		}

		if n := <-sent; n > 64<<20 {
			t.Errorf("%d bytes of an answer were taken, want at most %d", n, 64<<20)
		}
	})
}

func TestWrongCertificate(t *testing.T) {
	t.Parallel()

	r := newReceiver(t)
	if got := attempt(t, onSQLite(t, nil), r.url); got.Error != "The certificate of 127.0.0.1 is not valid for it." || len(r.got()) > 0 {
		t.Errorf("it ended with %+v, and %d requests, want %q and none", got, len(r.got()), "The certificate of 127.0.0.1 is not valid for it.")
	}
}

func TestNoTLS(t *testing.T) {
	t.Parallel()

	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)

	if got := attempt(t, onSQLite(t, nil), strings.Replace(s.URL, "http", "https", 1)); got.Error != "127.0.0.1 does not speak TLS." {
		t.Errorf("it ended with %+v, want %q", got, "127.0.0.1 does not speak TLS.")
	}
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()

	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	t.Cleanup(s.Close)

	if got := attempt(t, onSQLite(t, nil), s.URL); got.Status != 200 || got.Error != "" {
		t.Errorf("to this machine it ended with %+v, want status 200 and no error", got)
	}
}

// names is a name server for the tests: the addresses of each name, asked for one after
// the other; the last one stays.
type names struct {
	mu    sync.Mutex
	known map[string][]netip.Addr
	asked atomic.Int64
}

func (n *names) resolver(t *testing.T) *net.Resolver {
	t.Helper()

	var config net.ListenConfig

	conn, err := config.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = conn.Close() })

	go func() {
		query := make([]byte, 512)

		for {
			size, from, err := conn.ReadFrom(query)
			if err != nil {
				return
			}

			if answer, err := n.answer(query[:size]); err == nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()

	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (n *names) answer(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}

	n.mu.Lock()
	defer n.mu.Unlock()

	m.Response, m.Authoritative = true, true
	question := m.Questions[0]
	name := strings.TrimSuffix(question.Name.String(), ".")
	addresses := n.known[name]

	if len(addresses) == 0 {
		m.RCode = dnsmessage.RCodeNameError

		return m.Pack()
	}

	m.Additionals = nil

	if addr := addresses[0]; question.Type == dnsmessage.TypeA && addr.Is4() {
		n.asked.Add(1)

		if len(addresses) > 1 {
			n.known[name] = addresses[1:]
		}

		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class},
			Body:   &dnsmessage.AResource{A: addr.As4()},
		}}
	}

	return m.Pack()
}

// TestNameOfAPrivateAddress: a name that is allowed leads to this machine.
func TestNameOfAPrivateAddress(t *testing.T) {
	t.Parallel()

	n := &names{known: map[string][]netip.Addr{"hooks.example.com": {netip.MustParseAddr("127.0.0.1")}}}
	r := newReceiver(t) // its certificate is for example.com too
	_, port, _ := net.SplitHostPort(r.server.Listener.Addr().String())

	w := onSQLite(t, func(c *webhooks.Config) { c.AllowedNetworks, c.Resolver = nil, n.resolver(t) })
	w.trust(r)

	got := attempt(t, w, "https://hooks.example.com:"+port)
	if len(r.got()) > 0 || got.Error != "hooks.example.com leads to an address that is not public and not in --webhook-allowed-networks." {
		t.Errorf("it ended with %+v, and %d requests, want an address that is not public, and none", got, len(r.got()))
	}

	// The system's own name for it.
	w = onSQLite(t, func(c *webhooks.Config) { c.AllowedHosts, c.AllowedNetworks = []string{"localhost"}, nil })
	w.trust(r)

	if got := attempt(t, w, "https://localhost:"+port); len(r.got()) > 0 || !strings.Contains(got.Error, "not public") {
		t.Errorf("localhost ended with %+v, and %d requests, want an address that is not public, and none", got, len(r.got()))
	}
}

// TestRebinding: a name leads to an address that is allowed at one time, and to this
// machine the next.
func TestRebinding(t *testing.T) {
	t.Parallel()

	n := &names{known: map[string][]netip.Addr{"hooks.example.com": {netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.1")}}}
	r := newReceiver(t)
	_, port, _ := net.SplitHostPort(r.server.Listener.Addr().String())

	w := onSQLite(t, func(c *webhooks.Config) {
		c.AllowedNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
		c.Resolver = n.resolver(t)
	})
	w.trust(r)
	w.create(webhooks.Generic, "https://hooks.example.com:"+port)
	id := w.happenOnce(maintenance.EventAnnounced)

	next := w.deliver(id) // nobody listens on 127.0.0.2
	w.clock.Set(next)
	w.deliver(id)

	log := w.delivery(id).Log
	if n.asked.Load() != 2 || len(r.got()) > 0 || len(log) != 2 ||
		!strings.Contains(log[0].Error, "refused") || !strings.Contains(log[1].Error, "not public") {
		t.Errorf("it was asked for %d times, %d requests came, and the log says %+v; want 2, none, and refused, then not public", n.asked.Load(), len(r.got()), log)
	}
}

func TestUnknownName(t *testing.T) {
	t.Parallel()

	n := &names{}
	w := onSQLite(t, func(c *webhooks.Config) { c.Resolver = n.resolver(t) })

	if got := attempt(t, w, "https://nowhere.example.com/"); got.Error != "nowhere.example.com is not known." {
		t.Errorf("it ended with %+v, want %q", got, "nowhere.example.com is not known.")
	}
}

// TestLessAllowed: what was allowed when the endpoint was kept is not any more.
func TestLessAllowed(t *testing.T) {
	t.Parallel()

	w := onSQLite(t, nil)
	r := newReceiver(t)
	w.trust(r)
	w.create(webhooks.Generic, r.url)
	id := w.happenOnce(maintenance.EventAnnounced)

	c := w.Config
	c.AllowedHosts = []string{"hooks.example.com"}
	w.Webhooks = webhooks.New(c)
	w.deliver(id)

	if d := w.delivery(id); len(r.got()) > 0 || !strings.Contains(d.Last.Error, "not an allowed host") {
		t.Errorf("%d requests came, and the log says %+v; want none, and %q", len(r.got()), d.Last, "not an allowed host")
	}
}

// TestNothingSecretIsLogged: neither the address of a chat, nor what an endpoint says.
func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()

	w := onSQLite(t, nil)
	r := newReceiver(t, status(500))
	w.trust(r)
	w.create(webhooks.Slack, r.url)

	e, secret := w.create(webhooks.Generic, "https://127.0.0.1:1024/x?token=secret-token")
	for _, id := range w.happen(maintenance.EventAnnounced) {
		w.deliver(id)
	}

	said := w.said.String()
	if !strings.Contains(said, "was not delivered") || !strings.Contains(said, "refused") {
		t.Errorf("the log does not say what went wrong: %s", said)
	}

	for _, text := range []string{"secret-token", "secret-answer", "/hooks/maintenance", secret} {
		if strings.Contains(said, text) {
			t.Errorf("%q of webhook %d is in the log: %s", text, e.ID, said)
		}
	}
}
