package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// callControlPlane calls the embedded control plane's REST API as an operator whom the
// demo believes, and decodes the answer into body, unless that is nil.
func (d *demo) callControlPlane(t *testing.T, method, path string, request, body any) {
	t.Helper()

	var sent io.Reader

	if request != nil {
		text, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}

		sent = bytes.NewReader(text)
	}

	r, err := http.NewRequestWithContext(t.Context(), method, d.api+path, sent)
	if err != nil {
		t.Fatal(err)
	}

	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Username", "olga")
	r.Header.Set("X-User-Role", "ops")

	response, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	if response.StatusCode/100 != 2 {
		t.Fatalf("%s %s answers %s, want 2xx: %s", method, path, response.Status, text)
	}

	if body == nil {
		return
	}

	if err := json.Unmarshal(text, body); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// A page of another site whose name was made to lead to this machine is no operator.
func TestThePlatformOfTheDemoBelievesThisMachineAlone(t *testing.T) {
	t.Parallel()

	d := startDemo(t)

	for host, want := range map[string]int{"": http.StatusOK, "rebound.example": http.StatusUnauthorized} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.api+"/api/config/concurrency", nil)
		if err != nil {
			t.Fatal(err)
		}

		r.Host = host
		r.Header.Set("X-Username", "olga")
		r.Header.Set("X-User-Role", "ops")

		response, err := (&http.Client{Timeout: patience}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()

		if response.StatusCode != want {
			t.Errorf("as %q: %s, want %d", host, response.Status, want)
		}
	}
}
