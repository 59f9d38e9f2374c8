package jobs_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
)

// trino speaks as much of Trino's protocol as a client sees: an answer comes page by
// page, the first ones without data.
type trino struct {
	*httptest.Server

	t *testing.T
	// answers are the rows by a part of the statement.
	answers map[string][][]any
	// fails is the error of every statement, if it is not "".
	fails string
	// busy is how many requests are answered with 503 before one is served.
	busy      atomic.Int32
	elsewhere string
	cancelled atomic.Int32
}

func newTrino(t *testing.T) *trino {
	t.Helper()

	server := &trino{t: t, answers: map[string][][]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/statement", server.statement)
	mux.HandleFunc("GET /v1/statement/executing/{part}/{page}", server.page)
	mux.HandleFunc("DELETE /v1/statement/executing/{part}/{page}", func(http.ResponseWriter, *http.Request) { server.cancelled.Add(1) })
	server.Server = httptest.NewServer(mux)
	t.Cleanup(server.Close)

	return server
}

func (s *trino) reply(w http.ResponseWriter, answer map[string]any) {
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.t.Error(err)
	}
}

func (s *trino) statement(w http.ResponseWriter, r *http.Request) {
	if s.busy.Add(-1) >= 0 {
		w.WriteHeader(http.StatusServiceUnavailable)

		return
	}

	if r.Header.Get("X-Trino-User") != "opsconsole" {
		s.t.Errorf("headers %v", r.Header)
	}

	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}

	for part := range s.answers {
		if strings.Contains(string(body), part) {
			s.reply(w, map[string]any{"id": "q", "nextUri": s.next() + "/" + part + "/0"})

			return
		}
	}

	s.reply(w, map[string]any{"error": map[string]any{"errorName": "SYNTAX_ERROR", "message": string(body)}})
}

func (s *trino) next() string {
	if s.elsewhere != "" {
		return s.elsewhere
	}

	return s.URL + "/v1/statement/executing"
}

func (s *trino) page(w http.ResponseWriter, r *http.Request) {
	part := r.PathValue("part")
	rows := s.answers[part]

	switch page := r.PathValue("page"); {
	case s.fails != "":
		s.reply(w, map[string]any{"error": map[string]any{"errorName": s.fails, "message": "no"}})
	case page == "0":
		s.reply(w, map[string]any{"nextUri": s.next() + "/" + part + "/1", "stats": map[string]any{"state": "QUEUED"}})
	case page == "1":
		s.reply(w, map[string]any{"nextUri": s.next() + "/" + part + "/2", "data": rows[:len(rows)/2]})
	default:
		s.reply(w, map[string]any{"data": rows[len(rows)/2:]})
	}
}

func (s *trino) client() *jobs.Trino {
	s.t.Helper()

	client, err := jobs.NewTrino(jobs.TrinoConfig{URL: s.URL, User: "opsconsole", HTTP: s.Client()})
	if err != nil {
		s.t.Fatal(err)
	}

	return client
}

func TestTrino(t *testing.T) {
	t.Parallel()

	server := newTrino(t)
	server.busy.Store(2)
	server.answers["metadata.catalogs"] = [][]any{{"crm"}, {"my \"lake\""}}
	server.answers[`"my ""lake""".information_schema.schemata`] = [][]any{{"empty"}, {"sales"}}
	server.answers[`"my ""lake""".information_schema.columns`] = [][]any{
		{"sales", "orders", "id", "bigint", 1}, {"sales", "orders", "total", "decimal(12,2)", 2}, {"sales", "people", "id", "uuid", 1},
	}

	// A part is a step of a path here, without its slashes and quotes.
	for part, rows := range server.answers {
		if strings.Contains(part, `"`) {
			delete(server.answers, part)
			server.answers[part[strings.LastIndex(part, ".")+1:]] = rows
		}
	}

	names, err := server.client().Catalogs(t.Context())
	if want := []string{"crm", `my "lake"`}; err != nil || !slices.Equal(names, want) {
		t.Fatalf("catalogs %q, %v, want %q", names, err, want)
	}

	entries, err := server.client().Entries(t.Context(), `my "lake"`)
	if err != nil {
		t.Fatal(err)
	}

	lake := func(schema, table, column, dataType string, position int) jobs.Entry {
		return jobs.Entry{Catalog: `my "lake"`, Schema: schema, Table: table, Column: column, DataType: dataType, Position: position}
	}

	want := []jobs.Entry{
		lake("empty", "", "", "", 0), lake("sales", "", "", "", 0),
		lake("sales", "orders", "", "", 0),
		lake("sales", "orders", "id", "bigint", 1), lake("sales", "orders", "total", "decimal(12,2)", 2),
		lake("sales", "people", "", "", 0), lake("sales", "people", "id", "uuid", 1),
	}
	if !slices.Equal(entries, want) {
		t.Errorf("entries\n%v, want\n%v", entries, want)
	}
}

func TestTrinoFailures(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		prepare   func(*trino)
		message   string
		cancelled int32
	}{
		"error":     {func(s *trino) { s.fails = "ACCESS_DENIED" }, "ACCESS_DENIED: no", 1},
		"elsewhere": {func(s *trino) { s.elsewhere = "http://evil.example.com" }, "another address", 0},
		"busy":      {func(s *trino) { s.busy.Store(100) }, "status 503", 0},
		"odd row":   {func(s *trino) { s.answers["metadata.catalogs"] = [][]any{{"a", "b"}} }, "2 columns, not 1", 0},
		"odd value": {func(s *trino) { s.answers["metadata.catalogs"] = [][]any{{17}} }, "column 1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := newTrino(t)
			server.answers["metadata.catalogs"] = [][]any{{"crm"}, {"lake"}}
			test.prepare(server)

			_, err := server.client().Catalogs(t.Context())
			if err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("got %v, want %s", err, test.message)
			}

			if server.cancelled.Load() != test.cancelled {
				t.Errorf("%d queries were cancelled, want %d", server.cancelled.Load(), test.cancelled)
			}
		})
	}
}

func TestTrinoGivenUp(t *testing.T) {
	t.Parallel()

	server := newTrino(t)
	server.answers["metadata.catalogs"] = [][]any{{"crm"}}

	ctx, cancel := context.WithCancel(t.Context())
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			server.reply(w, map[string]any{"nextUri": server.URL + "/v1/statement/executing/x/0"})
		case http.MethodGet:
			cancel()
			<-r.Context().Done()
		case http.MethodDelete:
			server.cancelled.Add(1)
		}
	})

	if _, err := server.client().Catalogs(ctx); err == nil {
		t.Error("no error")
	}

	if server.cancelled.Load() != 1 {
		t.Error("the query was not cancelled")
	}
}

func TestNewTrinoRefusesBadSettings(t *testing.T) {
	t.Parallel()

	client := &http.Client{Timeout: time.Second}

	for name, config := range map[string]jobs.TrinoConfig{
		"no scheme":                {URL: "starburst:8080", User: "u"},
		"another scheme":           {URL: "ftp://starburst", User: "u"},
		"no host":                  {URL: "http://", User: "u"},
		"no user":                  {URL: "http://starburst:8080"},
		"a password in plain text": {URL: "http://starburst:8080", User: "u", Password: "p"},
		"one on the own machine":   {URL: "http://127.0.0.1:8080", User: "u", Password: "p"},
	} {
		config.HTTP = client
		if _, err := jobs.NewTrino(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}

	if _, err := jobs.NewTrino(jobs.TrinoConfig{URL: "https://starburst", User: "u", Password: "p", HTTP: client}); err != nil {
		t.Error(err)
	}
}
