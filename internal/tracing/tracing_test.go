package tracing_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/graph-olap/opsconsole/internal/tracing"
)

const (
	traceID  = "4bf92f3577b34da6a3ce929d0e0e4736"
	parentID = "00f067aa0ba902b7"
)

// collector keeps the spans that it is sent.
type collector struct {
	*httptest.Server

	mu     sync.Mutex
	spans  []span
	status int
}

func newCollector(t *testing.T, status int) *collector {
	t.Helper()

	c := &collector{status: status}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("got %s %s, %v", r.Method, r.URL, err)
		}

		c.mu.Lock()
		defer c.mu.Unlock()

		for _, resource := range fields(t, body)[1] {
			for _, scope := range fields(t, resource)[2] {
				for _, text := range fields(t, scope)[2] {
					c.spans = append(c.spans, readSpan(t, text))
				}
			}
		}

		w.WriteHeader(c.status)
	}))
	t.Cleanup(c.Close)

	return c
}

func (c *collector) tracing(t *testing.T, ratio float64, log io.Writer) *tracing.Tracing {
	t.Helper()

	endpoint, err := url.Parse(c.URL)
	if err != nil {
		t.Fatal(err)
	}

	return tracing.New(tracing.Config{
		Endpoint: endpoint, Ratio: ratio, Version: "v1", Environment: "test", Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
}

type span struct{ name, trace, id, parent string }

func readSpan(t *testing.T, text []byte) span {
	t.Helper()

	f := fields(t, text)
	s := span{name: string(f[5][0]), trace: hex.EncodeToString(f[1][0]), id: hex.EncodeToString(f[2][0])}

	if parent := f[4]; parent != nil {
		s.parent = hex.EncodeToString(parent[0])
	}

	return s
}

// fields are those of a message that have a length, by number.
func fields(t *testing.T, text []byte) map[protowire.Number][][]byte {
	t.Helper()

	out := map[protowire.Number][][]byte{}

	for len(text) > 0 {
		number, kind, n := protowire.ConsumeTag(text)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}

		text = text[n:]
		if n = protowire.ConsumeFieldValue(number, kind, text); n < 0 {
			t.Fatal(protowire.ParseError(n))
		}

		if kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(text)
			out[number] = append(out[number], value)
		}

		text = text[n:]
	}

	return out
}

// TestATraceGoesFromTheRequestToTheControlPlane and begins where the request says.
func TestATraceGoesFromTheRequestToTheControlPlane(t *testing.T) {
	t.Parallel()

	var came string

	plane := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { came = r.Header.Get("Traceparent") }))
	defer plane.Close()

	c := newCollector(t, http.StatusOK)
	tracer := c.tracing(t, 0, io.Discard) // whoever brings a trace has it, all the same
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/config/concurrency", nil)
	request.Header.Set("Traceparent", "00-"+traceID+"-"+parentID+"-01")

	traced, ended := tracer.Serve(request, "/config/:section", "R1")
	call := httptest.NewRequestWithContext(traced.Context(), http.MethodGet, plane.URL+"/api/config/concurrency", nil)
	call.RequestURI = ""

	response, err := tracer.Transport(http.DefaultTransport).RoundTrip(call)
	if err != nil {
		t.Fatal(err)
	}

	response.Body.Close()
	ended(http.StatusOK)

	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	if len(c.spans) != 2 {
		t.Fatalf("%d spans came: %+v", len(c.spans), c.spans)
	}

	inner, outer := c.spans[0], c.spans[1]
	if outer.name != "GET /config/:section" || outer.trace != traceID || outer.parent != parentID {
		t.Errorf("the request is %+v, want that of %s", outer, traceID)
	}

	if inner.trace != traceID || inner.parent != outer.id || came != "00-"+traceID+"-"+inner.id+"-01" {
		t.Errorf("the call is %+v, and goes on as %s", inner, came)
	}
}

func TestWhatNobodyAsksForIsNotTraced(t *testing.T) {
	t.Parallel()

	c := newCollector(t, http.StatusOK)
	tracer := c.tracing(t, 1, io.Discard)

	_, ended := tracer.Serve(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil), "/healthz", "R1")
	ended(http.StatusOK)

	var header http.Header

	polled := httptest.NewRequestWithContext(t.Context(), http.MethodGet, c.URL, nil)
	next := roundTripper(func(r *http.Request) (*http.Response, error) {
		header = r.Header

		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})

	response, err := tracer.Transport(next).RoundTrip(polled)
	if err != nil {
		t.Fatal(err)
	}

	response.Body.Close()

	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	if len(c.spans) != 0 || header.Get("Traceparent") != "" {
		t.Errorf("%+v came, and the poller sends %v", c.spans, header)
	}
}

type roundTripper func(r *http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestACollectorThatRefusesIsLogged(t *testing.T) {
	t.Parallel()

	var log bytes.Buffer

	tracer := newCollector(t, http.StatusBadRequest).tracing(t, 1, &log)
	_, ended := tracer.Serve(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), "/", "R1")
	ended(http.StatusInternalServerError)

	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	if said := log.String(); !strings.Contains(said, "traces could not be sent") || !strings.Contains(said, "400 Bad Request") {
		t.Errorf("the log says %q", said)
	}
}

// TestEachLineOfTheLogHasTheIDsOfItsRequest once, as JSON.
func TestEachLineOfTheLogHasTheIDsOfItsRequest(t *testing.T) {
	t.Parallel()

	var log bytes.Buffer

	tracer := newCollector(t, http.StatusOK).tracing(t, 1, io.Discard)
	logger := slog.New(tracing.Logs(slog.NewJSONHandler(&log, nil)))
	ctx := tracing.WithRequestID(t.Context(), "R1")
	traced, _ := tracer.Serve(httptest.NewRequestWithContext(ctx, http.MethodGet, "/jobs", nil), "/jobs", "R1")

	logger.InfoContext(traced.Context(), "of a request")
	logger.InfoContext(ctx, "of one that is not traced", "request_id", "R1")
	logger.InfoContext(t.Context(), "of none")

	if got := strings.Count(log.String(), `"request_id"`); got != 2 {
		t.Errorf("%d lines have an id, or one has it twice, want 2 that have it once\n%s", got, log.String())
	}

	decoder := json.NewDecoder(&log)

	for _, want := range []struct{ id, traced bool }{{true, true}, {true, false}, {false, false}} {
		line := map[string]any{}
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}

		trace, _ := line["trace_id"].(string)
		if (line["request_id"] == "R1") != want.id || (len(trace) == len(traceID)) != want.traced {
			t.Errorf("got %v, want request id: %v, trace: %v", line, want.id, want.traced)
		}
	}
}
