package durability_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/auth/devidp"
	"github.com/graph-olap/opsconsole/internal/alertmanager/alertmanagertest"
)

const clientSecret = "secret"

// neighbours are what the program speaks to; they live on while it is killed.
type neighbours struct {
	issuer, trino, receiver, alertmanager string
	// ill has Trino fail, so that no window counts as over.
	ill atomic.Bool

	mu sync.Mutex
	// heard is how often each delivery came to the receiver.
	heard map[string]int
}

func newNeighbours(t *testing.T, console string) *neighbours {
	t.Helper()

	n := &neighbours{heard: map[string]int{}, alertmanager: alertmanagertest.NewDouble(t, time.Now).URL.String()}

	var provider http.Handler

	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.ServeHTTP(w, r) }))
	t.Cleanup(issuer.Close)

	provider, err := devidp.New(devidp.Config{
		Issuer: issuer.URL, ClientID: "opsconsole", ClientSecret: clientSecret, RedirectURI: console + "/auth/callback",
		PostLogoutURI: console + "/login", Accounts: devidp.DemoAccounts(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}

	trino := httptest.NewServer(http.HandlerFunc(n.answerQuery))
	t.Cleanup(trino.Close)

	receiver := httptest.NewServer(http.HandlerFunc(n.hear))
	t.Cleanup(receiver.Close)

	n.issuer, n.trino, n.receiver = issuer.URL, trino.URL, receiver.URL

	return n
}

func (n *neighbours) hear(_ http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()

	n.heard[r.Header.Get("X-Opsconsole-Delivery")]++
}

// answerQuery is as much of Trino as the schema cache and the health need.
func (n *neighbours) answerQuery(w http.ResponseWriter, r *http.Request) {
	if n.ill.Load() {
		w.WriteHeader(http.StatusBadGateway)

		return
	}

	if r.URL.Path == "/v1/info" {
		io.WriteString(w, `{"nodeVersion": {"version": "476"}, "environment": "test", "coordinator": true, "starting": false}`) //nolint:errcheck // likewise

		return
	}

	statement, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}

	column := func(name, kind string) map[string]any { return map[string]any{"name": name, "type": kind} }
	answer := map[string]any{"id": "q", "stats": map[string]any{"state": "FINISHED"}, "columns": []any{column("a", "varchar")}}

	switch query := string(statement); {
	case strings.Contains(query, "metadata.catalogs"):
		answer["data"] = [][]any{{"hive"}, {"iceberg"}}
	case strings.Contains(query, ".columns"):
		answer["data"] = [][]any{{"sales", "orders", "id", "bigint", 1}, {"sales", "orders", "total", "double", 2}}
	case strings.Contains(query, ".tables"):
		answer["data"] = [][]any{{"sales", "orders"}}
	case strings.Contains(query, "schemata"):
		answer["data"] = [][]any{{"sales"}}
	default:
		answer["data"] = [][]any{{1}}
	}

	w.Header().Set("Content-Type", "application/json")

	if data, err := json.Marshal(answer); err == nil {
		w.Write(data) //nolint:errcheck // who asked may have been killed
	}
}
