package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// ofPrometheus is what Prometheus 2.42 says it takes.
const ofPrometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75," +
	"text/plain;version=0.0.4;q=0.5,*/*;q=0.1"

// TestProgramsAreNotLedToTheSignIn asks as what follows a redirect, and takes the sign-in page for
// what it asked for.
func TestProgramsAreNotLedToTheSignIn(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, accept := range []string{"", "*/*", ofPrometheus, "text/plain", "text/csv", "text/*", "text/html;q=0, */*", "text/event-stream"} {
		for _, path := range []string{"/", "/metrics", "/metrics/raw", "/exports.csv", "/audit.jsonl", "/preferences?x=", "/events?page=jobs"} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
				if method == http.MethodPost && path != "/preferences?x=" || method != http.MethodPost && path == "/preferences?x=" {
					continue
				}

				got := w.Send(method, path, "", "Accept", accept)
				if got.Status != http.StatusUnauthorized || got.Header.Get("Location") != "" || got.Header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s %s, %q: got %d to %q, want 401", method, path, accept, got.Status, got.Header.Get("Location"))
				}

				if kind := got.Header.Get("Content-Type"); strings.Contains(kind, "html") {
					t.Errorf("%s %s, %q: got %s, want no page", method, path, accept, kind)
				}
			}
		}
	}

	if got := w.Send(http.MethodGet, "/metrics", "", "Accept", ofPrometheus).JSON(t); handlerstest.At(got, "error", "code") != "UNAUTHORIZED" {
		t.Errorf("got %v, want UNAUTHORIZED", got)
	}

	const ofFirefox = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	if got := w.Send(http.MethodGet, "/jobs", "", "Accept", ofFirefox); got.Status != http.StatusSeeOther {
		t.Errorf("a browser got %d, want the way to the sign-in", got.Status)
	}
}

// TestTheMetricsAreTextForAScraper asks for the page, and for the text, before and after the control
// plane goes silent.
func TestTheMetricsAreTextForAScraper(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for path, accept := range map[string]string{"/metrics": ofPrometheus, "/metrics/raw": "*/*"} {
		got := w.Get(path, "Accept", accept)
		if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/plain; version=0.0.4") ||
			!strings.Contains(got.Body, "# TYPE background_job_execution_total counter") {
			t.Errorf("%s: got %d, %s, want the control plane's text\n%.300s", path, got.Status, got.Header.Get("Content-Type"), got.Body)
		}
	}

	for _, accept := range []string{"", "*/*", "text/html, text/plain;q=0.5"} {
		if got := w.Get("/metrics", "Accept", accept); !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%q: got %s, want the page", accept, got.Header.Get("Content-Type"))
		}
	}

	w.Plane.Lose(ops.Unavailable(ops.ServiceControlPlane, "It is down for the test."))
	w.Pass(time.Minute)

	for path, accept := range map[string]string{"/metrics": ofPrometheus, "/metrics/raw": "*/*"} {
		got := w.Get(path, "Accept", accept)
		if got.Status != http.StatusServiceUnavailable || strings.Contains(got.Body, "background_job_execution_total") {
			t.Errorf("%s: got %d, want 503 and no old figures\n%.300s", path, got.Status, got.Body)
		}
	}

	w.Plane.Resume()
	w.Pass(time.Minute)

	if got := w.Get("/metrics/raw"); got.Status != http.StatusOK {
		t.Errorf("got %d once it answers again, want 200\n%s", got.Status, got.Body)
	}
}
