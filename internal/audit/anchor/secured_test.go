package anchor_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit/anchor"
)

// certified is a server over TLS, whose certificate its roots sign.
func certified(t *testing.T, handler http.Handler) (server *httptest.Server, roots *x509.CertPool) {
	t.Helper()

	server = httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)

	roots = x509.NewCertPool()
	roots.AddCert(server.Certificate())

	return server, roots
}

// send sends a line to an address within a few seconds.
func send(t *testing.T, address string, access anchor.Access, line string) error {
	t.Helper()

	to, err := anchor.ParseDestination(address, access)
	if err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()

	return to.Send(ctx, []byte(line), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
}

// TestSyslogOverTLS: RFC 5425, section 4.3, has the length of each message before it.
func TestSyslogOverTLS(t *testing.T) {
	t.Parallel()

	server, roots := certified(t, http.NotFoundHandler())

	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: server.TLS.Certificates, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	came := make(chan string, 2)

	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}

			if message, err := frame(conn); err == nil {
				came <- message
			}

			_ = conn.Close()
		}
	}()

	address := "syslog+tls://" + listener.Addr().String()
	if err := send(t, address, anchor.Access{Roots: roots}, `{"seq":7}`); err != nil {
		t.Fatal(err)
	}

	if got := <-came; !strings.HasPrefix(got, "<109>1 2026-03-01T12:00:00.000000Z ") || !strings.HasSuffix(got, ` audit-head - {"seq":7}`) {
		t.Errorf("got %q", got)
	}

	if err := send(t, address, anchor.Access{Roots: x509.NewCertPool()}, "secret"); err == nil || len(came) != 0 {
		t.Errorf("sent to a server that nobody vouches for: %v", err)
	}
}

// frame reads a message with its length before it, and all that comes after it, which is nothing.
func frame(conn net.Conn) (string, error) {
	var length int

	in := bufio.NewReader(conn)
	if _, err := fmt.Fscanf(in, "%d ", &length); err != nil {
		return "", err
	}

	message, err := io.ReadAll(in)
	if err == nil && len(message) != length {
		err = fmt.Errorf("%d bytes came, and %d were told", len(message), length)
	}

	return string(message), err
}

// TestAWebhookOverTLS: what it answers other than 2xx is a failure, also a way elsewhere.
func TestAWebhookOverTLS(t *testing.T) {
	t.Parallel()

	status, came := http.StatusNoContent, make(chan string, 8)

	server, roots := certified(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}

		came <- strings.Join([]string{r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)}, " ")

		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	access := anchor.Access{Token: "t", Roots: roots}

	if err := send(t, server.URL+"/in", access, `{"seq":7}`); err != nil {
		t.Fatal(err)
	}

	if got := <-came; got != "POST /in Bearer t application/json {\"seq\":7}\n" {
		t.Errorf("got %q", got)
	}

	for _, status = range []int{http.StatusTemporaryRedirect, http.StatusUnauthorized, http.StatusInternalServerError} {
		if err := send(t, server.URL+"/in", access, "x"); err == nil || len(came) != 1 {
			t.Errorf("%d: %v, and %d requests, want a failure of one", status, err, len(came))
		}

		<-came
	}

	if err := send(t, server.URL+"/in", anchor.Access{Token: "t"}, "secret"); err == nil || len(came) != 0 {
		t.Errorf("posted to a server that nobody vouches for: %v", err)
	}
}
