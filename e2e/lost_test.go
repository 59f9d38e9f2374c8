package e2e_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// fate is what becomes of the answers to acts.
type fate int32

const (
	arrives  fate = iota
	silent        // until whoever asked gives up
	lost          // as the connection breaks
	replaced      // by the proxy's own, which has the id of the request as well
	untold        // as the console itself cannot tell what came of it
	unseen        // as lost, of what the page's script looks at
)

// cutting is a proxy before a demo that carries requests to it, and loses answers.
type cutting struct {
	*demo

	fate atomic.Int32
}

// answers decides about those from now on.
func (c *cutting) answers(to fate) { c.fate.Store(int32(to)) }

// startCutting starts a demo that browsers reach through the proxy.
func startCutting(t *testing.T) *cutting {
	t.Helper()

	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	outside := "http://" + listener.Addr().String()
	c := &cutting{demo: startDemo(t, "--public-url", outside)}

	inside, err := url.Parse(c.url)
	if err != nil {
		t.Fatal(err)
	}

	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(inside); r.Out.Host = r.In.Host },
		ModifyResponse: c.spoil,
	}
	server := &http.Server{Handler: proxy} //nolint:gosec // it serves one browser, of this test

	go server.Serve(listener) //nolint:errcheck // it ends with the test

	t.Cleanup(func() { server.Close() })

	c.url = outside

	return c
}

// spoil lets an answer of the console, which has acted by then, not arrive. Chromium itself
// sends a form once more when a connection that was kept breaks without an answer.
func (c *cutting) spoil(response *http.Response) error {
	request, to := response.Request, fate(c.fate.Load())
	if looks := request.Method == http.MethodGet && request.Header.Get("Hx-Request") != ""; looks == (to != unseen) ||
		request.Method != http.MethodPost && !looks {
		return nil
	}

	switch to {
	case arrives:
	case untold:
		response.Header.Del("Idempotency-Replayed")
		response.StatusCode, response.ContentLength, response.Body = http.StatusServiceUnavailable, 0, http.NoBody
	case silent:
		<-response.Request.Context().Done()
	case lost, unseen:
		panic(http.ErrAbortHandler)
	case replaced:
		response.Header = http.Header{"Content-Type": {"text/html"}, "X-Request-Id": response.Header["X-Request-Id"]}
		response.StatusCode, response.ContentLength, response.Body = http.StatusBadGateway, 0, http.NoBody
	}

	return nil
}

func TestAnAnswerThatIsLostIsAskedForAgain(t *testing.T) {
	t.Parallel()

	d := startCutting(t)
	p := d.as(t, "dave", "/config/concurrency")
	p.expect("502")
	p.expect("ERR_EMPTY_RESPONSE")
	p.expect("Failed to fetch")
	p.expect("htmx:error: timeout")

	p.fill("per_analyst", "7")
	p.press("Review")
	p.fill("reason", "Load test on Tuesday")
	d.answers(silent)
	evaluate[int](p, `htmx.config.defaultTimeout = 500`)
	p.press(`Raise "Per analyst" to 7`)
	p.sees("#config .alert", "not known whether this was carried out")
	p.sees("#config .alert", "No answer came in time")
	evaluate[int](p, `htmx.config.defaultTimeout = 60000`)
	d.answers(lost)
	p.press("Ask again")
	p.sees("#config .alert", "The connection broke")
	p.until("what was typed stays", `document.getElementById("reason").value === "Load test on Tuesday"`)

	d.answers(replaced)
	p.press("Ask again")
	p.sees("#config .alert", "answered instead of the console (502)")
	d.answers(arrives)
	p.press("Ask again")
	p.sees(".toast", "Changed and confirmed")
	p.at("/config/concurrency")
	p.until("no longer unknown", `!document.querySelector("#config [data-unanswered]")`)

	if n := p.count("/history", `c.reason === "Load test on Tuesday"`); n != 1 {
		t.Errorf("%d changes were made, want 1", n)
	}

	p.visit("/jobs")
	p.pressIn("#job-reconciliation", "Run now")
	p.fill("reason", "Pods look odd")
	d.answers(lost)
	p.pressIn("dialog .buttons", "Run reconciliation now")
	p.sees("dialog .alert", "not known whether this was carried out")
	d.answers(arrives)
	p.pressIn("dialog .alert", "Ask again")
	p.sees("dialog .receipt", "Triggered by dave")

	if n := p.count("/audit?action=job.trigger", `c.outcome === "done" && c.reason === "Pods look odd"`); n != 1 {
		t.Errorf("the job was run %d times, want once", n)
	}
}

// count is how many items of a list there are, each called c, of which the condition holds.
func (p *page) count(path, condition string) int {
	p.t.Helper()

	return evaluate[int](p, fmt.Sprintf(`fetch(%s, {headers: {Accept: "application/json"}}).then((r) => r.json())
		.then((list) => list.items.filter((c) => %s).length)`, literal(path), condition))
}
