package trino_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/trino"
)

// double does what Trino 476 was seen to do: an answer comes page by page, the first
// ones without data, at addresses made of the Host that was asked.
type double struct {
	*httptest.Server

	t *testing.T
	// rows and fails are what a statement is answered with, by a part of it; fails first.
	rows  map[string][][]any
	fails map[string]trino.QueryError
	// busy is how many requests are answered with 503 before one is served.
	busy atomic.Int32
	// stuck keeps every query queued, of which Trino tells once a second.
	stuck     bool
	elsewhere string
	cancelled atomic.Int32

	mu         sync.Mutex
	statements []string
}

func newDouble(t *testing.T) *double {
	t.Helper()

	d, handler := newOffline(t)
	d.Server = httptest.NewServer(handler)
	t.Cleanup(d.Close)

	return d
}

// newOffline is a double without a server.
func newOffline(t *testing.T) (*double, http.Handler) {
	t.Helper()

	d := &double{t: t, rows: map[string][][]any{}, fails: map[string]trino.QueryError{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/statement", d.statement)
	mux.HandleFunc("GET /v1/statement/executing/{id}/{page}", d.page)
	mux.HandleFunc("DELETE /v1/statement/executing/{id}/{page}", func(w http.ResponseWriter, _ *http.Request) {
		d.cancelled.Add(1)
		w.WriteHeader(http.StatusNoContent)
	})

	return d, mux
}

func (d *double) reply(w http.ResponseWriter, answer map[string]any) {
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		d.t.Error(err)
	}
}

func (d *double) statement(w http.ResponseWriter, r *http.Request) {
	if d.busy.Add(-1) >= 0 {
		w.WriteHeader(http.StatusServiceUnavailable)

		return
	}

	if r.Header.Get("X-Trino-User") != "opsconsole" {
		d.t.Errorf("headers %v, want opsconsole as X-Trino-User", r.Header)
	}

	body, err := io.ReadAll(r.Body)
	if err != nil {
		d.t.Error(err)
	}

	d.mu.Lock()
	defer d.mu.Unlock()

	d.statements = append(d.statements, string(body))
	d.reply(w, map[string]any{
		"id": "q", "nextUri": d.next(r, len(d.statements)-1, 0), "stats": map[string]any{"state": "QUEUED"},
	})
}

// next leaves out the port that http implies, as Trino does.
func (d *double) next(r *http.Request, id, page int) string {
	if d.elsewhere != "" {
		return d.elsewhere
	}

	return fmt.Sprintf("http://%s/v1/statement/executing/%d/%d", strings.TrimSuffix(r.Host, ":80"), id, page)
}

func (d *double) page(w http.ResponseWriter, r *http.Request) {
	var id, page int
	if _, err := fmt.Sscan(r.PathValue("id")+" "+r.PathValue("page"), &id, &page); err != nil {
		d.t.Error(err)
	}

	d.mu.Lock()
	statement := d.statements[id]
	d.mu.Unlock()

	if d.stuck {
		select {
		case <-time.After(time.Second):
		case <-r.Context().Done():
		}
	}

	if page == 0 || d.stuck {
		d.reply(w, map[string]any{"nextUri": d.next(r, id, page+1), "stats": map[string]any{"state": "QUEUED"}})

		return
	}

	for part, e := range d.fails {
		if strings.Contains(statement, part) {
			d.reply(w, map[string]any{
				"stats": map[string]any{"state": "FAILED"}, "error": map[string]any{"errorName": e.Name, "message": e.Message},
			})

			return
		}
	}

	var rows [][]any

	for part, some := range d.rows {
		if strings.Contains(statement, part) {
			rows = some
		}
	}

	if page == 1 {
		d.reply(w, map[string]any{
			"nextUri": d.next(r, id, page+1), "data": rows[:len(rows)/2], "stats": map[string]any{"state": "RUNNING"},
		})

		return
	}

	d.reply(w, map[string]any{"data": rows[len(rows)/2:], "stats": map[string]any{"state": "FINISHED"}})
}

func (d *double) client() *trino.Client {
	d.t.Helper()

	return newClient(d.t, trino.Config{URL: d.URL, User: "opsconsole"})
}

func newClient(t *testing.T, config trino.Config) *trino.Client {
	t.Helper()

	client, err := trino.New(config)
	if err != nil {
		t.Fatal(err)
	}

	return client
}

// newOfflineClient is a client in a bubble, where the network must not be: the handler answers it.
func newOfflineClient(t *testing.T, handler http.Handler) *trino.Client {
	t.Helper()

	client := newClient(t, trino.Config{URL: "http://trino.example.com", User: "opsconsole"})
	client.AnswerBy(handler)

	return client
}
