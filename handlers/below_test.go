package handlers_test

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

var (
	// onHost are attributes with an address of the host; in a value it is what a form sends, without the path.
	onHost = regexp.MustCompile(` ([a-z-]+)="(/[^"]*)"`)
	below  = "/ops"
)

// TestEveryLinkLeadsBelowThePath follows all links from the first page on, as a browser does behind a proxy.
func TestEveryLinkLeadsBelowThePath(t *testing.T) {
	t.Parallel()

	w := handlerstest.NewBelow(t, below)
	w.Save(`"per_analyst": 3, "reason": "fewer for a while"`)
	w.Announce(nil)
	w.Instance("alice", "a", ops.InstanceRunning, time.Minute)

	const most = 400

	seen, waiting := map[string]bool{below + "/": true}, []string{below + "/"}
	for len(waiting) > 0 && len(seen) < most {
		path := waiting[0]
		waiting = waiting[1:]

		page := w.Get(path, "Accept", "text/html")
		if page.Status >= http.StatusBadRequest && page.Status != http.StatusConflict && page.Status != http.StatusServiceUnavailable {
			t.Errorf("%s: got %d", path, page.Status)
		}

		if to := page.Header.Get("Location"); strings.HasPrefix(to, "/") && !strings.HasPrefix(to, below+"/") {
			t.Errorf("%s leads to %s", path, to)
		}

		if !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
			continue
		}

		for _, found := range onHost.FindAllStringSubmatch(page.Body, -1) {
			name, to := found[1], html.UnescapeString(found[2])
			if name == "value" {
				continue
			}

			if !strings.HasPrefix(to, below+"/") {
				t.Errorf("%s: %s leads to %s, want it below %s", path, name, to, below)
			}

			to, _, _ = strings.Cut(to, "#")
			if name == "href" && !seen[to] && !strings.HasSuffix(to, "/logout") {
				seen[to] = true
				waiting = append(waiting, to)
			}
		}
	}

	for _, page := range []string{"/jobs", "/history/1", "/maintenance/windows/new", "/instances/1", "/announcements", "/config/concurrency"} {
		if !seen[below+page] {
			t.Errorf("%s was not come to, of %d", page, len(seen))
		}
	}
}

// TestSignInBelowAPath: the provider leads back below the path, cookies are of the path, and what is asked for without
// it, as by a probe or behind a proxy that takes it away, is answered alike.
func TestSignInBelowAPath(t *testing.T) {
	t.Parallel()

	w := handlerstest.NewBelow(t, below)

	for _, path := range []string{"/jobs", below + "/jobs"} {
		got := w.Send(http.MethodGet, path, "", "Accept", "text/html")
		if to := got.Header.Get("Location"); got.Status != http.StatusSeeOther || to != below+"/login?return_to=%2Fjobs" {
			t.Errorf("%s: got %d to %s", path, got.Status, to)
		}
	}

	start := w.Send(http.MethodGet, below+"/auth/start", "", "Accept", "text/html")
	if to := start.Header.Get("Location"); !strings.Contains(to, "%2Fops%2Fauth%2Fcallback") {
		t.Errorf("the provider is asked to lead back to %s", to)
	}

	if set := start.Header.Get("Set-Cookie"); !strings.Contains(set, "; Path=/ops;") {
		t.Errorf("the cookie is set by %q", set)
	}

	partial := w.Send(http.MethodGet, below+"/jobs", "", "HX-Request", "true", "HX-Current-URL", w.URL+below+"/jobs?x=1")
	if to := partial.Header.Get("HX-Redirect"); to != below+"/login?return_to=%2Fjobs%3Fx%3D1" {
		t.Errorf("htmx is led to %s", to)
	}

	for _, probe := range []string{"/healthz", "/readyz", below + "/healthz"} {
		if got := w.Send(http.MethodGet, probe, ""); got.Status != http.StatusOK {
			t.Errorf("%s: got %d", probe, got.Status)
		}
	}

	created := w.SendJSON(http.MethodPost, "/points", handlerstest.Object{"name": "before", "reason": "to go back to"})
	if to := created.Header.Get("Location"); created.Status != http.StatusCreated || to != "" && !strings.HasPrefix(to, below+"/") {
		t.Errorf("got %d at %s", created.Status, to)
	}
}

// TestCopiedCommandsLeadBelowThePath whichever form they are copied from.
func TestCopiedCommandsLeadBelowThePath(t *testing.T) {
	t.Parallel()

	w := handlerstest.NewBelow(t, below)
	review := "/config/concurrency/review?per_analyst=3&cluster_total=50&revision=" + w.Revision()

	for path, to := range map[string]string{
		review: "/config/concurrency", "/config/concurrency": "/config/concurrency",
		"/maintenance/windows/new": "", "/maintenance/webhooks/new": "",
	} {
		page := html.UnescapeString(w.Get(below+path, "Accept", "text/html").Body)

		commands := regexp.MustCompile(`curl -X POST (\S+)|urllib\.request\.Request\(\s*"([^"]+)"`).FindAllStringSubmatch(page, -1)
		if to != "" && len(commands) < 2 {
			t.Errorf("%s: got %d commands, want one of curl and one of Python", path, len(commands))
		}

		for _, command := range commands {
			if address := command[1] + command[2]; address != w.URL+below+to {
				t.Errorf("%s: a command leads to %s, want %s", path, address, w.URL+below+to)
			}
		}
	}
}

// TestWhatIsStreamedLeadsBelowThePath, too.
func TestWhatIsStreamedLeadsBelowThePath(t *testing.T) {
	t.Parallel()

	w := handlerstest.NewBelow(t, below)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	request := httptest.NewRequestWithContext(ctx, http.MethodGet, below+"/events?page=jobs", http.NoBody)
	request.Header.Set("Authorization", "Bearer "+w.Token("dave"))

	got := &reader{ResponseRecorder: httptest.NewRecorder(), flushed: cancel}
	w.Console.ServeHTTP(got, request)

	stream := got.Body.String()

	links := onHost.FindAllStringSubmatch(stream, -1)
	if len(links) == 0 || slices.ContainsFunc(links, func(l []string) bool { return l[1] != "value" && !strings.HasPrefix(l[2], below+"/") }) {
		t.Errorf("got %v in\n%s", links, stream)
	}
}
