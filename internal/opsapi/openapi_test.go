package opsapi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/ops"
)

// broken has a mistake in every call.
type broken struct{}

func (broken) As(ops.Caller) ops.Service             { panic("a mistake") }
func (broken) InstancesAs(ops.Caller) ops.Instances  { panic("a mistake") }
func (broken) Alive(context.Context) ops.ProbeStatus { panic("a mistake") }
func (broken) Ready(context.Context) ops.ProbeStatus { panic("a mistake") }

// TestEveryAnswer sees every status of every operation that the document has. That no
// other occurs, all tests see to.
func TestEveryAnswer(t *testing.T) {
	t.Parallel()

	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}

	var (
		mu   sync.Mutex
		seen = map[string]bool{}
	)

	record := func(operation string, status int) {
		mu.Lock()
		defer mu.Unlock()

		seen[fmt.Sprint(operation, " ", status)] = true
	}

	w, silent := sqliteWorld(t), sqliteWorld(t)
	w.disable(t, "mallory")

	server := w.serveSeen(t, record)
	withoutDatabase := silent.serveSeen(t, record)
	withoutIssuer := w.serveSeen(t, record, func(c *opsapi.Config) { c.Authenticate.Bearer = silentIssuer(t) })
	mistaken := w.serveSeen(t, record, func(c *opsapi.Config) { c.Platform, c.Instances, c.Probes = broken{}, broken{}, broken{} })

	written, err := os.ReadFile(conversation)
	if err != nil {
		t.Fatal(err)
	}

	for _, p := range parts(string(written)) {
		if p.request {
			server.ask(t, strings.TrimPrefix(p.text, "> "))
		}
	}

	server.send(t, http.MethodPut, "/api/config/maintenance", `{"enabled": false}`, asDave())

	w.exec(t, `DELETE FROM instances`)
	server.send(t, http.MethodPost, "/api/instances", valid(http.MethodPost, "/api/instances"), asDave())
	w.exec(t, `UPDATE instances SET id = 1, status = 'running'`)

	for _, act := range []string{"suspend", "resume", "resume"} {
		server.send(t, http.MethodPost, "/api/instances/1/"+act, "", asDave())
	}

	w.become(t, 1, ops.InstanceStopping)
	server.send(t, http.MethodPut, "/api/instances/1/lifecycle", "{}", asDave())

	if err := silent.db.Close(); err != nil {
		t.Fatal(err)
	}

	asMallory := asDave()
	asMallory.Set("X-Username", "mallory")

	for path, item := range d.document.Paths.Map() {
		for method := range item.Operations() {
			path := strings.ReplaceAll(path, "{instance_id}", "1")
			body, wrong := "", strings.TrimSuffix(path, "1")+"x?limit=x"

			if at, act, found := strings.Cut(path, "/1/"); found {
				wrong = at + "/x/" + act + "?limit=x"
			}

			if path == "/api/instances" || path == "/api/ops/export-jobs" {
				wrong = path + "?limit=x"
			}

			if method == http.MethodPut || method == http.MethodPost {
				body = "{}"

				if !strings.Contains(path, "/1/") {
					wrong = path
				}

				server.send(t, method, path, strings.Repeat(" ", 2<<20), asDave())
			}

			server.send(t, method, wrong, body, asDave())
			server.send(t, method, path, body, nil)
			server.send(t, method, path, valid(method, path), asMallory)
			server.send(t, method, strings.Replace(path, "/1", "/99", 1), strings.Replace(valid(method, path), `_id": 1`, `_id": 99`, 1), asDave())
			withoutIssuer.send(t, method, path, "", http.Header{"Authorization": {"Bearer a.b.c"}})
			withoutDatabase.send(t, method, path, valid(method, path), asDave())
			mistaken.send(t, method, path, valid(method, path), asDave())
		}
	}

	for _, item := range d.document.Paths.Map() {
		for _, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				if !seen[operation.OperationID+" "+status] {
					t.Errorf("%s is said to answer %s, which was not seen", operation.OperationID, status)
				}
			}
		}
	}
}

// silentIssuer verifies tokens of an issuer that does not answer.
func silentIssuer(t *testing.T) *auth.Tokens {
	t.Helper()

	gone := httptest.NewServer(nil)
	gone.Close()

	verifier, err := auth.NewTokens(auth.TokensConfig{Issuer: gone.URL, Audiences: []string{"ops"}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}

	return verifier
}

// valid is a body that the operation takes.
func valid(method, path string) string {
	return map[string]string{
		"PUT /api/config/lifecycle":      `{"mapping": {"max_ttl": "P90D"}}`,
		"PUT /api/config/concurrency":    limits(),
		"PUT /api/config/maintenance":    `{"enabled": false}`,
		"PUT /api/config/export":         `{"max_duration_seconds": 60}`,
		"POST /api/ops/jobs/trigger":     `{"job_name": "lifecycle", "reason": "a test"}`,
		"PUT /api/instances/1/lifecycle": `{"ttl": "PT1H"}`,
		"POST /api/instances":            `{"mapping_id": 1, "wrapper_type": "ryugraph", "name": "Fraud"}`,
	}[method+" "+path]
}
