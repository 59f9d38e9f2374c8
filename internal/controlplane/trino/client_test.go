package trino_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
)

func TestQueryFailures(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		prepare   func(*double)
		message   string
		cancelled int32
	}{
		"error": {
			func(s *double) {
				s.fails["catalogs"] = trino.QueryError{Name: "PERMISSION_DENIED", Message: "Access Denied: no"}
			},
			"PERMISSION_DENIED: Access Denied: no", 1,
		},
		"elsewhere": {
			func(s *double) { s.elsewhere = "http://evil.example.com/v1/statement/queued/q" },
			"another address, http://evil.example.com, than the one configured, http://127.0.0.1:", 0,
		},
		"another scheme": {func(s *double) { s.elsewhere = strings.Replace(s.URL, "http", "https", 1) }, "another address, https://127", 0},
		"no address":     {func(s *double) { s.elsewhere = "http://[" }, "another address", 0},
		"odd row":        {func(s *double) { s.rows["metadata.catalogs"] = [][]any{{"a", "b"}} }, "2 columns, not 1", 0},
		"odd value":      {func(s *double) { s.rows["metadata.catalogs"] = [][]any{{17}} }, "column 1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := newDouble(t)
			server.rows["metadata.catalogs"] = [][]any{{"crm"}, {"lake"}}
			test.prepare(server)

			_, err := server.client().Catalogs(t.Context())
			if err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("got %v, want %s", err, test.message)
			}

			if got := server.cancelled.Load(); got != test.cancelled {
				t.Errorf("%d queries were cancelled, want %d", got, test.cancelled)
			}
		})
	}
}

// Trino leaves the port that the scheme implies out of nextUri, and keeps the case of
// the host as it was asked.
func TestDefaultPorts(t *testing.T) {
	t.Parallel()

	for _, address := range []string{"http://trino.example.com:80", "http://trino.example.com", "http://TRINO.example.com:80/"} {
		server := newDouble(t)
		server.rows["metadata.catalogs"] = [][]any{{"crm"}}

		client := newClient(t, trino.Config{URL: address, User: "opsconsole"})
		client.DialTo(server.Listener.Addr().String())

		if names, err := client.Catalogs(t.Context()); err != nil || len(names) != 1 {
			t.Errorf("%s: %v, %v", address, names, err)
		}
	}
}

func TestQueryGivenUp(t *testing.T) {
	t.Parallel()

	var cancelled atomic.Int32

	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			_, _ = io.WriteString(w, `{"nextUri": "http://`+r.Host+`/v1/statement/executing/x/0"}`)
		case http.MethodGet:
			cancel()
			<-r.Context().Done()
		case http.MethodDelete:
			cancelled.Add(1)
		}
	}))
	t.Cleanup(server.Close)

	if _, err := newClient(t, trino.Config{URL: server.URL, User: "opsconsole"}).Catalogs(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}

	if cancelled.Load() != 1 {
		t.Error("the query was not cancelled")
	}
}

func TestQueueThatDoesNotMove(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, handler := newOffline(t)
		server.stuck = true

		begun := time.Now()

		_, err := newOfflineClient(t, handler).QueryFor(t.Context(), 5500*time.Millisecond, "SELECT 1")
		if queued := new(trino.QueuedError); !errors.As(err, &queued) || !strings.Contains(err.Error(), "still queued after 5.5s") {
			t.Errorf("got %v, want that it is queued", err)
		}

		if took := time.Since(begun); took != 5500*time.Millisecond {
			t.Errorf("it took %v", took)
		}

		if server.cancelled.Load() != 1 {
			t.Error("the query was not cancelled")
		}
	})
}

// A Trino that does not answer has queued nothing.
func TestNoAnswerIsNotQueued(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()

		client := newOfflineClient(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		if _, err := client.QueryFor(ctx, 5*time.Second, "SELECT 1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

// A query that is under way is waited for, however long it was queued for at most.
func TestQueryThatTakesLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pages := 0
		client := newOfflineClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			state := "QUEUED"

			switch pages++; pages {
			case 1:
			case 2:
				<-time.After(4 * time.Second)

				state = "RUNNING"
			default:
				<-time.After(20 * time.Second)

				_, _ = io.WriteString(w, `{"data": [[1]], "stats": {"state": "FINISHED"}}`)

				return
			}

			_, _ = io.WriteString(w, `{"nextUri": "http://`+r.Host+`/v1/statement/executing/x/0", "stats": {"state": "`+state+`"}}`)
		}))

		if rows, err := client.QueryFor(t.Context(), 5*time.Second, "SELECT 1"); rows != 1 || err != nil {
			t.Errorf("got %d rows, %v", rows, err)
		}
	})
}

// One that is busy is asked again, after longer and longer, until it is too much.
func TestBusy(t *testing.T) {
	t.Parallel()

	for busy, message := range map[int32]string{4: "", 5: "Starburst answers 503"} {
		synctest.Test(t, func(t *testing.T) {
			server, handler := newOffline(t)
			server.busy.Store(busy)

			begun := time.Now()

			err := newOfflineClient(t, handler).Prove(t.Context())
			if busyStill := message != ""; (err != nil) != busyStill || busyStill && !strings.Contains(err.Error(), message) {
				t.Errorf("busy %d times: got %v, want %q", busy, err, message)
			}

			if took := time.Since(begun); took != time.Second || server.cancelled.Load() != 0 {
				t.Errorf("busy %d times: it took %v, want 100 ms, 200, 300 and 400; %d queries were cancelled", busy, took, server.cancelled.Load())
			}
		})
	}
}

// With a password, Trino 476 answers 500 while it starts.
func TestStarting500(t *testing.T) {
	t.Parallel()

	for starting, want := range map[string]string{"true": trino.ErrStarting.Error(), "false": "Starburst answers 500"} {
		mux := http.NewServeMux()
		mux.HandleFunc("POST /v1/statement", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "java.lang.IllegalStateException: authenticators were not loaded\n\tat com.google…", http.StatusInternalServerError)
		})
		mux.HandleFunc("GET /v1/info", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"starting": `+starting+`}`)
		})

		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)

		err := newClient(t, trino.Config{URL: server.URL, User: "opsconsole"}).Prove(t.Context())
		if err == nil || err.Error() != want {
			t.Errorf("starting %s: got %v, want %s", starting, err, want)
		}
	}
}

func TestNewRefusesBadSettings(t *testing.T) {
	t.Parallel()

	const (
		scheme = "--starburst-url must begin with http:// or https://"
		plain  = "--starburst-password is only sent over https: change --starburst-url"
	)

	for name, test := range map[string]struct {
		config trino.Config
		want   string
	}{
		"no scheme":                {trino.Config{URL: "starburst:8080", User: "u"}, scheme},
		"another scheme":           {trino.Config{URL: "ftp://starburst", User: "u"}, scheme},
		"no host":                  {trino.Config{URL: "http://", User: "u"}, scheme},
		"no host, https":           {trino.Config{URL: "https://", User: "u", Password: "hidden"}, scheme},
		"a user in the URL":        {trino.Config{URL: "https://user:hidden@starburst", User: "u"}, "must not contain a user"},
		"no user":                  {trino.Config{URL: "http://starburst:8080"}, "--starburst-user is missing"},
		"a password in plain text": {trino.Config{URL: "http://starburst:8080", User: "u", Password: "hidden"}, plain},
		"one on the own machine":   {trino.Config{URL: "http://127.0.0.1:8080", User: "u", Password: "hidden"}, plain},
	} {
		_, err := trino.New(test.config)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}

	newClient(t, trino.Config{URL: "https://starburst", User: "u", Password: "p"})
}
