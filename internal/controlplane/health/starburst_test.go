package health_test

import (
	"bytes"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
	"github.com/graph-olap/opsconsole/ops"
)

// starburst is a Trino that answers GET /v1/info so, and every query with no rows.
func starburst(t *testing.T, answer http.HandlerFunc) *trino.Client {
	t.Helper()

	return starburstThat(t, answer, text(http.StatusOK, `{"id":"q","stats":{"state":"FINISHED"}}`))
}

// starburstThat is a Trino that answers GET /v1/info and every query so.
func starburstThat(t *testing.T, answer, statement http.HandlerFunc) *trino.Client {
	t.Helper()

	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/info", answer)
	mux.HandleFunc("/v1/statement/", statement)
	mux.HandleFunc("/v1/statement", statement)

	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	return client(t, trino.Config{URL: server.URL, User: "opsconsole"})
}

func client(t *testing.T, config trino.Config) *trino.Client {
	t.Helper()

	client, err := trino.New(config)
	if err != nil {
		t.Fatal(err)
	}

	return client
}

func TestStarburst(t *testing.T) {
	t.Parallel()

	redirect := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://login.example.com/?token=hidden", http.StatusFound)
	}

	for name, test := range map[string]struct {
		answer http.HandlerFunc
		status ops.ComponentStatus
		words  string
	}{
		"answers": {text(http.StatusOK, info), ops.ComponentConnected, ""},
		"is starting": {
			text(http.StatusOK, strings.Replace(info, "false", "true", 1)),
			ops.ComponentSlow, "Starburst is still starting and does not accept queries yet",
		},
		"refuses the password": {
			text(http.StatusUnauthorized, "hidden"), ops.ComponentUnreachable,
			`Starburst answers 401, "hidden": check --starburst-user and --starburst-password`,
		},
		"fails":     {text(http.StatusServiceUnavailable, "hidden"), ops.ComponentUnreachable, "Starburst answers 503"},
		"redirects": {redirect, ops.ComponentUnreachable, "Starburst answers with a redirect (302): check --starburst-url"},
		"is a page": {
			text(http.StatusOK, "<html>welcome</html>"), ops.ComponentUnreachable,
			"the answer is not from Starburst or Trino: check --starburst-url",
		},
		"is another API": {
			text(http.StatusOK, `{"status": "ok"}`), ops.ComponentUnreachable,
			"the answer is not from Starburst or Trino: check --starburst-url",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			overall := ops.Degraded
			if test.status == ops.ComponentConnected {
				overall = ops.Healthy
			}

			checker := newChecker(t, health.Config{Starburst: starburst(t, test.answer)})
			want(t, check(t, checker), "starburst", test.status, overall, test.words)
		})
	}
}

// failed is the answer to a query that Trino fails.
func failed(name, message string) http.HandlerFunc {
	return text(http.StatusOK, `{"stats":{"state":"FAILED"},"error":{"errorName":"`+name+`","message":"`+message+`"}}`)
}

// GET /v1/info asks for no password: what is wrong with it, a query tells.
func TestStarburstIsAskedAQuery(t *testing.T) {
	t.Parallel()

	plain := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain;charset=utf-8")
			text(status, body)(w, r)
		}
	}
	page := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html;charset=iso-8859-1")
			text(status, body)(w, r)
		}
	}

	for name, test := range map[string]struct {
		statement http.HandlerFunc
		status    ops.ComponentStatus
		words     string
	}{
		"wrong password": {
			plain(http.StatusUnauthorized, "Access Denied: Invalid credentials"), ops.ComponentUnreachable,
			`Starburst answers 401, "Access Denied: Invalid credentials": check --starburst-user and --starburst-password`,
		},
		"no TLS": {
			plain(http.StatusForbidden, "Error 403 Forbidden: Authentication over HTTP is not enabled"), ops.ComponentUnreachable,
			`Starburst answers 403, "Authentication over HTTP is not enabled": check --starburst-url, --starburst-user and --starburst-password`,
		},
		"a page": {
			page(http.StatusUnauthorized, "<html>Sign in</html>"), ops.ComponentUnreachable,
			"Starburst answers 401: check --starburst-user and --starburst-password",
		},
		"several lines": {
			plain(http.StatusForbidden, "no\n\tat io.trino"), ops.ComponentUnreachable,
			"Starburst answers 403: check --starburst-url, --starburst-user and --starburst-password",
		},
		"a proxy": {
			page(http.StatusNotAcceptable, "Server configuration does not allow processing of the X-Forwarded-Proto header"),
			ops.ComponentUnreachable,
			"Starburst answers 406 to the X-Forwarded-* headers that a proxy in front of it adds: " +
				"set http-server.process-forwarded=true in Starburst's config.properties",
		},
		"starting": {
			failed("SERVER_STARTING_UP", "Trino server is still initializing"), ops.ComponentSlow,
			"Starburst is still starting and does not accept queries yet",
		},
		"a refusal": {
			failed("PERMISSION_DENIED", "Access Denied: Cannot execute query"), ops.ComponentUnreachable,
			"a query failed in Starburst: PERMISSION_DENIED: Access Denied: Cannot execute query",
		},
		"elsewhere": {
			text(http.StatusOK, `{"nextUri":"https://trino.internal/v1/statement/x"}`), ops.ComponentUnreachable,
			"the answer continues at another address, https://trino.internal, than the one configured",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			found := check(t, newChecker(t, health.Config{Starburst: starburstThat(t, text(http.StatusOK, info), test.statement)}))
			if got := *found.Components["starburst"].Error; strings.HasPrefix(got, test.words) {
				test.words = got // an address ends it
			}

			want(t, found, "starburst", test.status, ops.Degraded, test.words)
		})
	}
}

// A query stays in Starburst's history: one a minute is enough, and the latency is not its.
func TestStarburstIsAskedAQueryOnceAMinute(t *testing.T) {
	t.Parallel()

	var (
		queries atomic.Int32
		wrong   atomic.Bool
		clock   = newClock()
	)

	checker := newChecker(t, health.Config{
		Now: clock.Now, SlowAfter: map[string]time.Duration{"database": time.Hour},
		Starburst: starburstThat(t, text(http.StatusOK, info), func(w http.ResponseWriter, r *http.Request) {
			defer queries.Add(1)

			if queries.Load() == 0 {
				clock.Advance(900 * time.Millisecond)
			}

			if wrong.Load() {
				w.Header().Set("Content-Type", "text/plain")
				text(http.StatusUnauthorized, "Access Denied: Invalid credentials")(w, r)
			} else {
				text(http.StatusOK, `{"id":"q"}`)(w, r)
			}
		}),
	})

	want(t, check(t, checker), "starburst", ops.ComponentConnected, ops.Healthy, "")
	wrong.Store(true)

	for range 59 {
		clock.Advance(time.Second)
		want(t, check(t, checker), "starburst", ops.ComponentConnected, ops.Healthy, "")
	}

	if n := queries.Load(); n != 1 {
		t.Errorf("%d queries within a minute, want 1", n)
	}

	// The next is run beside the probes.
	for deadline := time.After(time.Minute); ; {
		clock.Advance(time.Second)

		if check(t, checker).Components["starburst"].Status == ops.ComponentUnreachable {
			break
		}

		select {
		case <-deadline:
			t.Fatalf("the wrong password is not seen, after %d queries", queries.Load())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// A queue that does not move is told as such, and the query is not left in it.
func TestStarburstKeepsAQueryQueued(t *testing.T) {
	t.Parallel()

	cancelled := make(chan struct{})
	statement := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			close(cancelled)

			return
		}

		_, _ = io.WriteString(w, `{"nextUri":"http://`+r.Host+`/v1/statement/queued/q/1","stats":{"state":"QUEUED"}}`)
	}
	clock := newClock()
	checker := newChecker(t, health.Config{
		Now: clock.Now, Timeout: 300 * time.Millisecond, Starburst: starburstThat(t, text(http.StatusOK, info), statement),
		SlowAfter: map[string]time.Duration{"database": time.Hour},
	})

	want(t, check(t, checker), "starburst", ops.ComponentSlow, ops.Degraded, "Starburst answers, but its first query has not finished yet")
	<-cancelled
	clock.Advance(time.Second)
	want(t, check(t, checker), "starburst", ops.ComponentSlow, ops.Degraded,
		"the query was still queued after 5s: Starburst accepts queries, but its queue does not move")
}

func TestStarburstIsAskedAsTheUser(t *testing.T) {
	t.Parallel()

	var asked http.Header

	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header.Clone()
		text(http.StatusOK, info)(w, r)
	}))
	t.Cleanup(server.Close)

	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())

	found := check(t, newChecker(t, health.Config{
		Starburst: client(t, trino.Config{URL: server.URL + "/", User: "opsconsole", Password: "a password", Roots: roots}),
	}))

	want(t, found, "starburst", ops.ComponentConnected, ops.Healthy, "")

	user, password, _ := (&http.Request{Header: asked}).BasicAuth()
	if user != "opsconsole" || password != "a password" || asked.Get("X-Trino-User") != "opsconsole" {
		t.Errorf("asked with %v, want opsconsole and its password", asked)
	}
}

func TestStarburstThatIsNotThere(t *testing.T) {
	t.Parallel()

	server := httptest.NewTLSServer(http.NotFoundHandler())
	server.Close()

	var log bytes.Buffer

	found := check(t, newChecker(t, health.Config{
		Starburst: client(t, trino.Config{URL: server.URL, User: "opsconsole", Password: "a-secret"}),
		Logger:    slog.New(slog.NewJSONHandler(&log, nil)),
	}))

	want(t, found, "starburst", ops.ComponentUnreachable, ops.Degraded,
		"the host of Starburst refuses the connection: is it running, and is the port in --starburst-url right?")

	if !strings.Contains(log.String(), "connection refused") || strings.Contains(log.String(), "a-secret") {
		t.Errorf("the log says %s, want connection refused, and no password", log.String())
	}
}
