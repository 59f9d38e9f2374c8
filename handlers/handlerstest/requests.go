package handlerstest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/internal/audit"
)

// Answer is a response, read.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// JSON is the answer as an object.
func (a Answer) JSON(tb testing.TB) map[string]any {
	tb.Helper()

	var out map[string]any
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
		tb.Fatalf("not JSON: %v\n%s", err, a.Body)
	}

	return out
}

// Token is a bearer token of a demo account.
func (w *World) Token(username string) string {
	w.t.Helper()

	if w.tokens[username] == "" {
		got := w.Send(http.MethodPost, handlers.IdentityProviderPath+"/demo-token", "username="+username,
			"Content-Type", "application/x-www-form-urlencoded")
		w.tokens[username], _ = got.JSON(w.t)["access_token"].(string)
	}

	return w.tokens[username]
}

// Send makes a request with header names and values, following no redirects.
func (w *World) Send(method, path, body string, header ...string) Answer {
	w.t.Helper()

	request, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}

	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()

	data, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}

	return Answer{Status: response.StatusCode, Header: response.Header, Body: string(data)}
}

// Get asks for a page as dave.
func (w *World) Get(path string, header ...string) Answer {
	w.t.Helper()

	return w.Send(http.MethodGet, path, "", append(header, "Authorization", "Bearer "+w.Token("dave"))...)
}

// Data asks for a page as JSON, as dave.
func (w *World) Data(path string) map[string]any {
	w.t.Helper()

	got := w.Get(path, "Accept", "application/json")
	if got.Status != http.StatusOK {
		w.t.Fatalf("%s: got %d\n%s", path, got.Status, got.Body)
	}

	return got.JSON(w.t)
}

// Post sends JSON as dave.
func (w *World) Post(path, body string) Answer {
	w.t.Helper()

	return w.Send(http.MethodPost, path, body, "Content-Type", "application/json", "Authorization", "Bearer "+w.Token("dave"))
}

// Form sends a form as dave, as a browser without scripts does.
func (w *World) Form(path string, fields url.Values, header ...string) Answer {
	w.t.Helper()

	return w.Send(http.MethodPost, path, fields.Encode(), append(header,
		"Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html", "Authorization", "Bearer "+w.Token("dave"))...)
}

// Revision is that of the concurrency limits.
func (w *World) Revision() string {
	w.t.Helper()

	revision, _ := w.Data("/config/concurrency")["revision"].(string)

	return revision
}

// Save sets fields of the concurrency limits, given as JSON, on what is set now.
func (w *World) Save(fields string) {
	w.t.Helper()

	if got := w.Post("/config/concurrency", fmt.Sprintf(`{%s, "revision": %q}`, fields, w.Revision())); got.Status != http.StatusOK {
		w.t.Fatalf("got %d\n%s", got.Status, got.Body)
	}
}

// Limits are the concurrency limits that are set.
func (w *World) Limits() (perAnalyst, clusterTotal float64) {
	w.t.Helper()

	current, _ := w.Data("/config/concurrency")["current"].(map[string]any)
	perAnalyst, _ = current["per_analyst"].(float64)
	clusterTotal, _ = current["cluster_total"].(float64)

	return perAnalyst, clusterTotal
}

// At walks into JSON by names.
func At(value any, path ...string) any {
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}

	return value
}

// BrokenOff asks for a page as dave and returns what went wrong while it was read.
func (w *World) BrokenOff(path string) error {
	w.t.Helper()

	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}

	request.Header.Set("Authorization", "Bearer "+w.Token("dave"))

	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	_, err = io.Copy(io.Discard, response.Body)

	return err
}

// Newest is the newest entry of the log and how many there are.
func (w *World) Newest() (entry audit.Entry, count int) {
	w.t.Helper()

	page, err := w.Log.List(w.t.Context(), audit.Filter{Limit: 1})
	if err != nil {
		w.t.Fatal(err)
	}

	if count, err = w.Log.Count(w.t.Context(), audit.Filter{}); err != nil {
		w.t.Fatal(err)
	}

	if count > 0 {
		entry = page.Items[0]
	}

	return entry, count
}

// WhatIsWrong lists the fields that a VALIDATION_FAILED names, and its text.
func WhatIsWrong(t *testing.T, got Answer) string {
	t.Helper()

	if got.Status != http.StatusUnprocessableEntity {
		t.Errorf("got %d\n%.300s", got.Status, got.Body)

		return ""
	}

	var fields []string

	errs, _ := At(got.JSON(t), "error", "details", "errors").([]any)
	for _, e := range errs {
		fields = append(fields, fmt.Sprint(At(e, "field")))
	}

	return strings.Join(fields, " ")
}
