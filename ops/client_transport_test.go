package ops_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// closed returns the URL of a port on which nothing listens any more.
func closed(t *testing.T) string {
	t.Helper()

	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()

	return server.URL
}

// transport is a function as an http.RoundTripper; it tells its traces nothing.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func hangUp(http.ResponseWriter, *http.Request) {
	panic(http.ErrAbortHandler) // closes the connection and logs nothing
}

func TestClientTransportErrors(t *testing.T) {
	t.Parallel()

	const short = 50 * time.Millisecond

	for name, test := range map[string]struct {
		handler http.HandlerFunc
		adjust  func(t *testing.T, c *ops.ClientConfig)
		message string
		cause   error
		write   outcome
	}{
		"nothing listens": {
			adjust:  func(t *testing.T, c *ops.ClientConfig) { t.Helper(); c.BaseURL = closed(t) },
			message: "cannot be reached", write: notDone,
		},
		"no such name": {
			adjust:  func(_ *testing.T, c *ops.ClientConfig) { c.BaseURL = "http://control-plane.invalid" },
			message: "cannot be resolved", write: notDone,
		},
		"a certificate that nobody signed": {
			adjust: func(t *testing.T, c *ops.ClientConfig) {
				t.Helper()

				server := httptest.NewUnstartedServer(http.NotFoundHandler())
				server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
				server.StartTLS()
				t.Cleanup(server.Close)

				c.BaseURL = server.URL
			},
			message: "certificate", write: notDone,
		},
		"no connection in time": {
			adjust: func(_ *testing.T, c *ops.ClientConfig) {
				c.Timeout = short
				c.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					<-ctx.Done()

					return nil, ctx.Err()
				}}
			},
			message: "did not answer within 50ms", cause: context.DeadlineExceeded, write: notDone,
		},
		"no answer in time": {
			handler: func(_ http.ResponseWriter, r *http.Request) { drain(r); <-r.Context().Done() },
			adjust:  func(_ *testing.T, c *ops.ClientConfig) { c.Timeout = short },
			message: "did not answer within 50ms", cause: context.DeadlineExceeded, write: unknown,
		},
		"half an answer in time": {
			handler: func(w http.ResponseWriter, r *http.Request) {
				drain(r)
				answering(http.StatusOK, isJSON, `{"data": {"ena`)(w, r)
				_ = http.NewResponseController(w).Flush()

				<-r.Context().Done()
			},
			adjust:  func(_ *testing.T, c *ops.ClientConfig) { c.Timeout = short },
			message: "did not answer within 50ms", cause: context.DeadlineExceeded, write: unknown,
		},
		"hung up": {handler: hangUp, message: "broke", write: unknown},
		"hung up in the middle": {
			handler: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", "1000")
				answering(http.StatusOK, isJSON, `{"data": {"enabled": true}}`)(w, r)
			},
			message: "broke", cause: io.ErrUnexpectedEOF, write: unknown,
		},
		"no HTTP": {
			handler: func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					panic(err)
				}

				_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH\r\n\r\n")
				_ = conn.Close()
			},
			message: "broke", write: unknown,
		},
		"a redirect": {
			handler: func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "https://login.example.com/?state="+secret, http.StatusFound)
			},
			message: "redirect, which is not followed: it points to login.example.com", write: unknown,
		},
		"a redirect to itself": {
			handler: func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/api/config/maintenance/", http.StatusTemporaryRedirect)
			},
			message: "redirect", write: unknown,
		},
		"given up with the headers perhaps on their way": {
			adjust: func(_ *testing.T, c *ops.ClientConfig) {
				c.Timeout = short
				c.Transport = transport(func(r *http.Request) (*http.Response, error) {
					trace := httptrace.ContextClientTrace(r.Context())
					trace.GetConn("")
					trace.GotConn(httptrace.GotConnInfo{})
					<-r.Context().Done()

					return nil, r.Context().Err()
				})
			},
			message: "did not answer within 50ms", cause: context.DeadlineExceeded, write: unknown,
		},
		"a kept connection that was dead, and no other to be had": {
			adjust: func(_ *testing.T, c *ops.ClientConfig) {
				c.Transport = transport(func(r *http.Request) (*http.Response, error) {
					trace := httptrace.ContextClientTrace(r.Context())
					trace.GetConn("")
					trace.GotConn(httptrace.GotConnInfo{})
					trace.WroteHeaders()
					trace.GetConn("") // net/http comes back only if nothing was written

					return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
				})
			},
			message: "cannot be reached", write: notDone,
		},
		"an answer that came before the headers were out": {
			adjust: func(_ *testing.T, c *ops.ClientConfig) {
				c.Transport = transport(func(r *http.Request) (*http.Response, error) {
					httptrace.ContextClientTrace(r.Context()).GetConn("")

					return &http.Response{StatusCode: http.StatusOK, Request: r, Body: http.NoBody}, nil
				})
			},
			message: "not the contract's JSON", write: unknown,
		},
		"a transport that tells nothing": {
			adjust: func(_ *testing.T, c *ops.ClientConfig) {
				c.Transport = transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("broken pipe") })
			},
			message: "broke", write: unknown,
		},
		"a transport that tells nothing but that it could not dial": {
			adjust: func(_ *testing.T, c *ops.ClientConfig) {
				c.Transport = transport(func(*http.Request) (*http.Response, error) {
					return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
				})
			},
			message: "cannot be reached", write: notDone,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			service := newClient(t, test.handler, func(c *ops.ClientConfig) {
				if test.adjust != nil {
					test.adjust(t, c)
				}
			}).As(dave)

			_, err := service.SetMaintenanceMode(t.Context(), ops.MaintenanceUpdate{Enabled: true})

			e := ops.AsError(err)
			if e == nil || e.Code != ops.CodeServiceUnavailable || !strings.Contains(e.Message, test.message) {
				t.Fatalf("got %v, want SERVICE_UNAVAILABLE … %s", err, test.message)
			}

			if got := outcomeOf(err); got != test.write {
				t.Errorf("the write is %s, want %s: %v", got, test.write, err)
			}

			if test.cause != nil && !errors.Is(err, test.cause) {
				t.Errorf("%v has no %v in its chain", err, test.cause)
			}

			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error repeats a secret: %v", err)
			}

			if _, err := service.GetMaintenanceMode(t.Context()); !ops.NotDone(err) {
				t.Errorf("the read: %v, want it not done", err)
			}
		})
	}
}

func TestClientCancelled(t *testing.T) {
	t.Parallel()

	// The control plane has the request and thinks; the caller gives up.
	ctx, cancel := context.WithCancel(t.Context())
	client := newClient(t, func(_ http.ResponseWriter, r *http.Request) {
		drain(r)
		cancel()
		<-r.Context().Done()
	})

	_, err := client.As(dave).SetMaintenanceMode(ctx, ops.MaintenanceUpdate{})
	if outcomeOf(err) != unknown || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "was cancelled") {
		t.Errorf("cancelled under way: %v, want the outcome unknown, and that it was cancelled", err)
	}

	// The context was done before the call began.
	_, err = client.As(dave).SetMaintenanceMode(ctx, ops.MaintenanceUpdate{})
	if outcomeOf(err) != notDone || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v, want it not done, and %v", err, context.Canceled)
	}

	expired, cancelExpired := context.WithTimeout(t.Context(), 0)
	defer cancelExpired()

	_, err = client.As(dave).SetMaintenanceMode(expired, ops.MaintenanceUpdate{})
	if outcomeOf(err) != notDone || !strings.Contains(err.Error(), "in time") {
		t.Errorf("expired before: %v, want it not done in time", err)
	}
}

func TestClientRetriesReadsOnce(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		broken int32 // so many connections break before one answers
		call   func(ctx context.Context, s ops.Service) error
		calls  int32
		ok     bool
	}{
		"a read, broken once": {broken: 1, call: read, calls: 2, ok: true},
		"a read, broken":      {broken: 9, call: read, calls: 2},
		"a write":             {broken: 1, call: write, calls: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var calls atomic.Int32

			service := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) <= test.broken {
					hangUp(w, r)
				}

				answering(http.StatusOK, isJSON, `{"data": {"enabled": true}}`)(w, r)
			}).As(dave)

			if err := test.call(t.Context(), service); (err == nil) != test.ok {
				t.Errorf("got %v, want a success: %t", err, test.ok)
			}

			if got := calls.Load(); got != test.calls {
				t.Errorf("%d calls, want %d", got, test.calls)
			}
		})
	}
}

// An answer, even a failure, is never a reason to ask again.
func TestClientTakesAFailureForAnAnswer(t *testing.T) {
	t.Parallel()

	var calls atomic.Int32

	service := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		answering(http.StatusBadGateway, "text/html", "<h1>Bad gateway</h1>")(w, r)
	}).As(dave)

	if err := read(t.Context(), service); err == nil || calls.Load() != 1 {
		t.Errorf("%d calls, %v, want one call and an error", calls.Load(), err)
	}
}

func TestClientRequestIDs(t *testing.T) {
	t.Parallel()

	const calls = 3

	ids := make(chan string, calls)
	service := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		ids <- r.Header.Get("X-Request-ID")

		answering(http.StatusInternalServerError, isJSON, `{"error": {"code": "INTERNAL_ERROR", "message": "Odd"}}`)(w, r)
	}).As(dave)

	seen := map[string]bool{}

	for range calls {
		err := write(t.Context(), service)

		id := <-ids
		if id == "" || seen[id] || err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("%v does not name a request %q of its own", err, id)
		}

		seen[id] = true
	}
}

// A connection that was kept and is dead by now takes no write with it.
func TestClientWriteAfterRestart(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(answering(http.StatusOK, isJSON, `{"data": {"enabled": true}}`))

	client, err := ops.NewClient(ops.ClientConfig{BaseURL: server.URL, Credentials: ops.Passthrough()})
	if err != nil {
		t.Fatal(err)
	}

	if err := write(t.Context(), client.As(dave)); err != nil {
		t.Fatal(err)
	}

	server.Close()

	// Whether the transport has seen the end of its connection by now decides between
	// the two, but never that it was done.
	if err := write(t.Context(), client.As(dave)); outcomeOf(err) != notDone && outcomeOf(err) != unknown {
		t.Errorf("got %v, want it not done, or the outcome unknown", err)
	}

	if err := write(t.Context(), client.As(dave)); outcomeOf(err) != notDone {
		t.Errorf("nothing listens: %v, want it not done", err)
	}
}

func read(ctx context.Context, s ops.Service) error {
	_, err := s.GetMaintenanceMode(ctx)

	return err
}

func write(ctx context.Context, s ops.Service) error {
	_, err := s.SetMaintenanceMode(ctx, ops.MaintenanceUpdate{Enabled: true})

	return err
}

// drain reads the request, so that the server notices when its client goes away.
func drain(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }
