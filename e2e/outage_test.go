package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// operator asks a demo as dave, without a browser.
type operator struct {
	*demo

	t     *testing.T
	token string
}

func (d *demo) operator(t *testing.T) *operator {
	t.Helper()

	o := &operator{demo: d, t: t}
	_, answer := o.send(http.MethodPost, d.url+"/demo-idp/demo-token", url.Values{"username": {"dave"}}.Encode(),
		"Content-Type", "application/x-www-form-urlencoded")
	o.token, _ = o.object(answer)["access_token"].(string)

	return o
}

func (o *operator) object(text string) (object map[string]any) {
	o.t.Helper()

	if err := json.Unmarshal([]byte(text), &object); err != nil {
		o.t.Errorf("%v: %s", err, text)
	}

	return object
}

func (o *operator) send(method, address, body string, header ...string) (status int, answer string) {
	o.t.Helper()

	request, err := http.NewRequestWithContext(o.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}

	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	if o.token != "" {
		request.Header.Set("Authorization", "Bearer "+o.token)
	}

	response, err := (&http.Client{Timeout: patience}).Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()

	text, err := io.ReadAll(response.Body)
	if err != nil {
		o.t.Fatal(err)
	}

	return response.StatusCode, string(text)
}

// data is a page as JSON, with its status.
func (o *operator) data(path string) (int, map[string]any) {
	o.t.Helper()

	status, answer := o.send(http.MethodGet, o.url+path, "", "Accept", "application/json")

	return status, o.object(answer)
}

// waitFor waits until a path within the data of a page has the value.
func (o *operator) waitFor(page, want string, path ...string) {
	o.t.Helper()
	worldtest.Eventually(o.t, page+" says "+want, func() bool {
		_, data := o.data(page)

		return handlerstest.At(data, path...) == want
	})
}

// shows looks at a page, which must come soon, with the status and the words.
func (o *operator) shows(path string, status int, words string) (body string) {
	o.t.Helper()

	begun := time.Now()
	got, body := o.send(http.MethodGet, o.url+path, "", "Accept", "text/html")

	if got != status || !strings.Contains(body, words) {
		o.t.Errorf("%s: got %d, want %d and %q\n%.2000s", path, got, status, words, body)
	}

	// A second is what it may wait; machines that test are busy.
	if took := time.Since(begun); took > 5*time.Second {
		o.t.Errorf("%s took %v", path, took)
	}

	return body
}

// TestAControlPlaneThatStandsStillOrIsGone is told in one sentence on each page, and never as 100 %.
func TestAControlPlaneThatStandsStillOrIsGone(t *testing.T) {
	t.Parallel()

	platform := startDemo(t)
	o := startDemo(t, "--control-plane-url", platform.api, "--control-plane-timeout", "1s").operator(t)

	signal := func(s syscall.Signal) {
		if err := platform.cmd.Process.Signal(s); err != nil {
			t.Error(err)
		}
	}

	// Else it does not stop.
	t.Cleanup(func() { platform.cmd.Process.Signal(syscall.SIGCONT) }) //nolint:errcheck // it has ended

	for name, outage := range map[string]struct{ begin, end func() }{
		"stands still": {func() { signal(syscall.SIGSTOP) }, func() { signal(syscall.SIGCONT) }},
		"is gone":      {func() { platform.stop(t) }, func() { platform.run(t, platform.args...) }},
	} {
		o.waitFor("/health", "answering", "control_plane", "status")
		o.waitFor("/health", "healthy", "status")
		outage.begin()
		o.waitFor("/health", "not_answering", "control_plane", "status")

		for _, path := range []string{"/", "/health", "/capacity", "/jobs", "/exports"} {
			body := o.shows(path, http.StatusOK, "when the control plane last answered, ")
			if path == "/health" && (strings.Contains(body, "100 %") || strings.Contains(body, "100.0")) {
				t.Errorf("%s: Health says 100 %%", name)
			}
		}

		for _, path := range []string{"/", "/health"} {
			_, data := o.data(path)

			seen, _ := data["control_plane"].(map[string]any)
			if problem, _ := seen["error"].(string); seen["status"] != "not_answering" || seen["since"] == nil || seen["latency_ms"] != nil || problem == "" {
				t.Errorf("%s: %s has %v, want that it does not answer, since when and why", name, path, seen)
			}
		}

		o.shows("/config/concurrency", http.StatusServiceUnavailable, "Waiting for the control plane")
		outage.end()
		o.waitFor("/health", "healthy", "status")
	}
}

// TestTheProgramsDatabaseGoesAndComes: it becomes read-only, and then its line stands still.
func TestTheProgramsDatabaseGoesAndComes(t *testing.T) {
	t.Parallel()

	databaseURL := storetest.PostgresURL(t)
	line, lineURL := storetest.NewLine(t, databaseURL)
	o := startDemo(t, "--database-url", lineURL).operator(t)

	const (
		notWritten = "This console&#39;s own database can be read but not written: it is read-only."
		notRead    = "This console&#39;s own database cannot be read: "
	)

	ready := func(status int, word, detail string) {
		t.Helper()

		for path, want := range map[string]string{o.url + "/readyz": word, o.api + "/ready": word} {
			worldtest.Eventually(t, path+" says "+want, func() bool {
				got, answer := o.send(http.MethodGet, path, "")
				object := o.object(answer)

				return got == status && object["database"] == want &&
					(path != o.url+"/readyz" || handlerstest.At(object, "details", "database", "status") == detail)
			})
		}
	}

	o.shows("/history", http.StatusOK, "History")
	ready(http.StatusOK, "connected", "answering")

	writable := storetest.MakeReadOnly(t, storetest.Open(t, databaseURL), databaseURL)

	ready(http.StatusOK, "connected", "not_writable")
	o.shows("/", http.StatusOK, notWritten)

	if status, answer := o.send(http.MethodPost, o.url+"/points", `{"name": "before", "reason": "before the migration"}`,
		"Content-Type", "application/json"); status != http.StatusServiceUnavailable || !strings.Contains(answer, "not written: it is read-only.") {
		t.Errorf("got %d %s, want 503 and why", status, answer)
	}

	writable()
	ready(http.StatusOK, "connected", "answering")

	line.FreezeAfter(1)
	ready(http.StatusServiceUnavailable, "disconnected", "not_answering")

	for _, path := range []string{"/", "/health", "/capacity", "/jobs", "/exports"} {
		o.shows(path, http.StatusOK, notRead)
	}

	for _, path := range []string{"/history", "/audit", "/maintenance"} {
		o.shows(path, http.StatusServiceUnavailable, notRead)
	}

	line.Thaw()
	ready(http.StatusOK, "connected", "answering")
	o.shows("/history", http.StatusOK, "History")
}
