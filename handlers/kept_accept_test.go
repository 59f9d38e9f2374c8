package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestWhoWantsNoPageGetsNoKeptOne asks for what is no page at an address of which a page is kept.
func TestWhoWantsNoPageGetsNoKeptOne(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	dave := newViewer(t, w, "dave", "dark", "UTC")

	for range 2 { // the second is kept
		dave.get(w, "/metrics")
	}

	for _, accept := range []string{"text/plain", "application/openmetrics-text, text/plain;version=0.0.4;q=0.5, */*;q=0.1"} {
		got := w.Send(http.MethodGet, "/metrics", "", "Accept", accept, "Cookie", dave.cookie)
		if got.Status != http.StatusOK || strings.Contains(got.Header.Get("Content-Type"), "html") || got.Header.Get("Etag") != "" {
			t.Errorf("to who wants %s: got %d, %v, want the control plane's metrics", accept, got.Status, got.Header)
		}
	}
}
