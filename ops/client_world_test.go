package ops_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

var dave = ops.Caller{Username: "dave", Role: ops.RoleOps, Token: "dave-token"}

// newClient returns a client of a control plane that answers with handler.
func newClient(t *testing.T, handler http.HandlerFunc, adjust ...func(*ops.ClientConfig)) *ops.Client {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	config := ops.ClientConfig{BaseURL: server.URL, Credentials: ops.Passthrough()}
	for _, a := range adjust {
		a(&config)
	}

	client, err := ops.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(client.CloseIdleConnections)

	return client
}

// answering is a control plane that answers every call alike.
func answering(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func moment(t *testing.T, s string) ops.Time {
	t.Helper()

	parsed, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}

	return ops.At(parsed)
}

// marshalled returns the JSON of an update, and what an answer of the same values holds.
func marshalled[C any](t *testing.T, update any) (body string, config C) {
	t.Helper()

	raw, err := json.Marshal(update)
	if err != nil {
		t.Fatal(err)
	}

	if err := json.Unmarshal(raw, &config); err != nil {
		t.Fatal(err)
	}

	return string(raw), config
}
