package health_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/health"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// Each answers only once the other was asked.
func TestComponentsAreAskedSideBySide(t *testing.T) {
	t.Parallel()

	starburstAsked, kubernetesAsked := make(chan struct{}), make(chan struct{})
	meet := func(mine, other chan struct{}, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			close(mine)

			select {
			case <-other:
				text(http.StatusOK, body)(w, r)
			case <-r.Context().Done():
			}
		}
	}

	found := check(t, newChecker(t, health.Config{
		Starburst:  starburst(t, meet(starburstAsked, kubernetesAsked, info)),
		Kubernetes: apiServer(t, meet(kubernetesAsked, starburstAsked, "ok")),
	}))
	want(t, found, "starburst", ops.ComponentConnected, ops.Healthy, "")
	want(t, found, "kubernetes", ops.ComponentConnected, ops.Healthy, "")
}

func TestKubernetesIsAskedOnceASecond(t *testing.T) {
	t.Parallel()

	var asked atomic.Int32

	clock := newClock()
	checker := newChecker(t, health.Config{Now: clock.Now, Kubernetes: apiServer(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		text(http.StatusOK, "ok")(w, r)
	})})

	for range 30 {
		check(t, checker)
		clock.Advance(100 * time.Millisecond)
	}

	if n := asked.Load(); n != 3 {
		t.Errorf("asked %d times in 3 s, want 3", n)
	}
}

func TestSlowKubernetes(t *testing.T) {
	t.Parallel()

	clock := newClock()
	found := check(t, newChecker(t, health.Config{
		Now: clock.Now, SlowAfter: map[string]time.Duration{"database": time.Hour, "kubernetes": 200 * time.Millisecond},
		Kubernetes: apiServer(t, func(w http.ResponseWriter, r *http.Request) {
			clock.Advance(201 * time.Millisecond)
			text(http.StatusOK, "ok")(w, r)
		}),
	}))
	want(t, found, "kubernetes", ops.ComponentSlow, ops.Degraded, "kubernetes took longer than 200ms to answer")
}

// A PostgreSQL that goes away is told as such, without the password in its address.
func TestDatabaseThatGoesAway(t *testing.T) {
	t.Parallel()

	address, err := url.Parse(worldtest.Prepared.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}

	password, ok := address.User.Password()
	if !ok {
		password = "hunter2"
		address.User = url.UserPassword(address.User.Username(), password)
	}

	door, closeDoor := newDoor(t, address.Host)
	address.Host = door

	db := storetest.Open(t, address.String())

	var log bytes.Buffer

	clock := newClock()
	checker := newChecker(t, health.Config{DB: db, Now: clock.Now, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	want(t, check(t, checker), "database", ops.ComponentConnected, ops.Healthy, "")

	closeDoor()
	clock.Advance(time.Minute)

	// The first to notice may still hold a connection of before: what it sees is less telling.
	found := check(t, checker)
	if component := found.Components["database"]; component.Status != ops.ComponentUnreachable || found.Status != ops.Unhealthy ||
		component.Error == nil || !strings.Contains(*component.Error, "database") {
		t.Errorf("the database is %+v and the platform %s, want it unreachable, with an error, and %s", component, found.Status, ops.Unhealthy)
	}

	if said := log.String(); strings.Contains(said, password) || !strings.Contains(said, "cause=") {
		t.Errorf("the log says %s, want a cause, and no password", said)
	}
}

// newDoor passes connections on to the address until it is closed, and they with it.
func newDoor(t *testing.T, address string) (door string, closeDoor func()) {
	t.Helper()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	inside := make(chan net.Conn, 100)

	go func() {
		for {
			outer, err := listener.Accept()
			if err != nil {
				close(inside)

				return
			}

			inner, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
			if err != nil {
				outer.Close()

				continue
			}

			inside <- outer

			inside <- inner

			go io.Copy(inner, outer) //nolint:errcheck // it ends when the door is closed
			go io.Copy(outer, inner) //nolint:errcheck // likewise
		}
	}()

	return listener.Addr().String(), func() {
		listener.Close()

		for conn := range inside {
			conn.Close()
		}
	}
}
