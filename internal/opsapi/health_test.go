package opsapi_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/opsapi"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// sick is a platform with components of some latencies. Without any it waits for whoever asks to go.
type sick struct {
	ops.Service
	ops.InstancesPlatform
	opsapi.Probes

	latencies map[string]*float64
}

func (s sick) As(ops.Caller) ops.Service { return s }

func (s sick) GetClusterHealth(ctx context.Context) (ops.Health, error) {
	if s.latencies == nil {
		<-ctx.Done()

		return ops.Health{}, ctx.Err()
	}

	health := ops.Health{Status: ops.Healthy, Components: map[string]ops.Component{}, CheckedAt: ops.At(time.Unix(0, 0))}
	for name, latency := range s.latencies {
		health.Components[name] = ops.Component{Status: ops.ComponentConnected, LatencyMS: latency}
	}

	return health, nil
}

func (s sick) serve(t *testing.T, log *worldtest.Buffer) http.Handler {
	t.Helper()

	handler, err := opsapi.New(opsapi.Config{
		Platform: s, Instances: s, Probes: s, Authenticate: opsapi.Authenticator{HeaderNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}

	return handler
}

func asked(ctx context.Context) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/api/cluster/health", http.NoBody).WithContext(ctx)
	r.RemoteAddr = "127.0.0.1:5000"
	r.Header.Set(ops.HeaderUsername, "dave")
	r.Header.Set(ops.HeaderUserRole, "ops")

	return r
}

// TestLatenciesAreWholeNumbers answers what typed clients take: no fraction, and not 0 for what took some time.
func TestLatenciesAreWholeNumbers(t *testing.T) {
	t.Parallel()

	plane := sick{latencies: map[string]*float64{"a": new(0.185), "b": new(500.0), "c": new(500.2), "d": new(0.0), "e": nil}}
	answer := httptest.NewRecorder()
	plane.serve(t, &worldtest.Buffer{}).ServeHTTP(answer, asked(t.Context()))

	var body struct {
		Data struct {
			Components map[string]struct {
				LatencyMS *int `json:"latency_ms"`
			} `json:"components"`
		} `json:"data"`
	}

	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil {
		t.Fatalf("a typed client refuses it: %v\n%s", err, answer.Body)
	}

	for name, want := range map[string]int{"a": 1, "b": 500, "c": 501, "d": 0} {
		if got := body.Data.Components[name].LatencyMS; got == nil || *got != want {
			t.Errorf("%s: got %v, want %d", name, got, want)
		}
	}

	if got := body.Data.Components["e"].LatencyMS; got != nil {
		t.Errorf("got %d, want null for what was not measured", *got)
	}
}

// TestAClientThatHangsUpIsNoTrouble goes away before the answer.
func TestAClientThatHangsUpIsNoTrouble(t *testing.T) {
	t.Parallel()

	log := &worldtest.Buffer{}
	answer := httptest.NewRecorder()
	ctx, cancel := context.WithCancel(t.Context())

	cancel()
	sick{}.serve(t, log).ServeHTTP(answer, asked(ctx))

	if got := log.String(); answer.Code != 499 || strings.Contains(got, "level=") {
		t.Errorf("got %d, logged %q, want 499 and nothing above debug", answer.Code, got)
	}
}
