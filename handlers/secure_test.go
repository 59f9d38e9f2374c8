package handlers_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestEveryCookieIsOfThisHostAlone wherever browsers come by https, whatever a proxy says of it.
func TestEveryCookieIsOfThisHostAlone(t *testing.T) {
	t.Parallel()

	w := handlerstest.NewOverHTTPS(t)

	for name, got := range map[string]handlerstest.Answer{
		"opsconsole-signin-": w.Send(http.MethodGet, "/auth/start", ""),
		"signed_out":         w.Send(http.MethodGet, "/login", ""),
		"theme":              w.Form("/preferences", url.Values{"theme": {"dark"}}),
		"zone":               w.Form("/preferences", url.Values{"zone": {"Europe/Berlin"}}),
		"refused_zone":       w.Form("/preferences", url.Values{"zone": {"Mars"}, "return_to": {"/jobs"}}),
	} {
		set := got.Header.Get("Set-Cookie")
		if !strings.HasPrefix(set, "__Host-"+name) || !strings.Contains(set, "; Path=/;") || strings.Contains(set, "Domain=") ||
			!strings.Contains(set, "; Secure") || !strings.Contains(set, "; SameSite=Lax") {
			t.Errorf("%s is set by %q, want __Host-, Secure, Lax, for / and no domain", name, set)
		}
	}

	// What the version before, and its pages, have set is read on.
	for _, cookie := range []string{"__Host-theme=dark", "theme=dark", "__Host-theme=dark; theme=light"} {
		if page := w.Get("/jobs", "Accept", "text/html", "Cookie", cookie); !strings.Contains(page.Body, `data-theme="dark"`) {
			t.Errorf("with %s the page is not dark", cookie)
		}
	}

	// Nothing else is: a host beside can set those, and nobody would end them.
	if page := w.Get("/jobs", "Accept", "text/html", "Cookie", "refused_zone=Mars"); strings.Contains(page.Body, "Mars") {
		t.Error("a page tells of what another host has set")
	}

	if got := w.Get("/login", "Accept", "text/html", "Cookie", "step_up=1"); got.Status != http.StatusSeeOther {
		t.Errorf("who is signed in, and named by another host as one to sign in anew, is answered with %d", got.Status)
	}

	if got := w.Send(http.MethodGet, "/jobs", ""); got.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("got %v, want that browsers come by https alone", got.Header)
	}
}

// TestAProxyMayGiveTheRequestAnotherHost: what browsers say of the page that sent it is compared with the public URL, too.
func TestAProxyMayGiveTheRequestAnotherHost(t *testing.T) {
	t.Parallel()

	w := handlerstest.NewOverHTTPS(t)

	for origin, want := range map[string]int{
		"https://ops.example.com": http.StatusSeeOther, "https://evil.example.com": http.StatusForbidden, "http://ops.example.com": http.StatusForbidden,
	} {
		if got := w.Form("/preferences", url.Values{"theme": {"dark"}}, "Origin", origin); got.Status != want {
			t.Errorf("from %s: got %d, want %d", origin, got.Status, want)
		}
	}
}

// TestEveryAnswerKeepsABrowserSafe whoever asks for what: pages, files, errors and refusals.
func TestEveryAnswerKeepsABrowserSafe(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, header := range map[string][]string{
		"/": {"Accept", "text/html"}, "/audit.csv": nil, "/exports.csv": nil, "/nowhere": nil, "/static/app.js": nil, "/static/nowhere": nil, "/announcements.ics": nil,
		"/healthz": nil, "/config/concurrency?no=such": nil, "/time-zones?name=UTC": nil, "/auth/callback?state=x": nil,
	} {
		got := w.Get(path, header...)
		policy := got.Header.Get("Content-Security-Policy")

		if !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "base-uri 'none'") ||
			got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Referrer-Policy") != "same-origin" ||
			got.Header.Get("Cross-Origin-Opener-Policy") != "same-origin" || got.Header.Get("Cross-Origin-Resource-Policy") == "" ||
			!strings.Contains(got.Header.Get("Content-Type"), "/") {
			t.Errorf("%s answers %d with %v", path, got.Status, got.Header)
		}

		if disposition := got.Header.Get("Content-Disposition"); strings.Contains(path, ".csv") && !strings.HasPrefix(disposition, `attachment; filename="`) {
			t.Errorf("%s is sent as %q, want a file with a name", path, disposition)
		}
	}
}

// TestWhereARequestEndsIsClear sends two lengths, which differ, and both ways to say a length: nobody takes
// what follows for another request.
func TestWhereARequestEndsIsClear(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	address := strings.TrimPrefix(w.URL, "http://")

	for name, test := range map[string]struct{ headers, want string }{
		"two lengths":        {"Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b", "400 Bad Request"},
		"a negative length":  {"Content-Length: -3\r\n\r\na=b", "400 Bad Request"},
		"an unknown coding":  {"Transfer-Encoding: gzip\r\n\r\na=b", "501 Not Implemented"},
		"a space in a name":  {"Content-Length : 3\r\n\r\na=b", "400 Bad Request: invalid header name"},
		"length and chunks":  {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "401 Unauthorized"},
		"a method to mirror": {"X: 1\r\n\r\n", "405 Method Not Allowed"},
	} {
		method := "POST"
		if name == "a method to mirror" {
			method = "TRACE"
		}

		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()

		fmt.Fprintf(conn, "%s /config/concurrency HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s", method, address, test.headers)

		said, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}

		if status, _, _ := strings.Cut(string(said), "\r\n"); status != "HTTP/1.1 "+test.want || strings.Count(string(said), "HTTP/1.1 ") != 1 {
			t.Errorf("%s: got %q, want %s and no more", name, status, test.want)
		}
	}
}

// TestAnIDOfARequestIsPlainText since it stands in the log, and in the answer.
func TestAnIDOfARequestIsPlainText(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for given, taken := range map[string]bool{
		"0b7a1f": true, strings.Repeat("x", 128): true,
		"": false, strings.Repeat("x", 129): false, "a\tb": false, "a b": false, "ü": false,
	} {
		if got := w.Get("/healthz", "X-Request-Id", given).Header.Get("X-Request-Id"); got == "" || (got == given) != taken {
			t.Errorf("%q came back as %q, want it taken: %t", given, got, taken)
		}
	}
}
