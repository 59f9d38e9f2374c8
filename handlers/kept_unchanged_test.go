package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAPageThatLooksTheSameIsNotSentAgain draws pages anew, of a newer snapshot that brought the same.
func TestAPageThatLooksTheSameIsNotSentAgain(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	dave := newViewer(t, w, "dave", "dark", "UTC")

	pages := []string{"/exports", "/maintenance", "/config/concurrency", "/history", "/leases"}

	w.Advance(w.Now().Truncate(time.Minute).Add(time.Minute).Sub(w.Now())) // A page says of which minute it is.

	for _, path := range pages {
		dave.tags[path] = dave.get(w, path).Header.Get("Etag")
	}

	w.Advance(2 * handlers.KeptFor)
	w.Monitor.Poll(t.Context())

	for _, path := range pages {
		if got := dave.get(w, path, "If-None-Match", dave.tags[path]); got.Status != http.StatusNotModified || got.Header.Get("Etag") != dave.tags[path] {
			t.Errorf("%s: got %d and the tag %s, want 304 with the same tag", path, got.Status, got.Header.Get("Etag"))
		}
	}

	w.Advance(time.Minute)

	for _, path := range pages {
		if got := dave.get(w, path, "If-None-Match", dave.tags[path]); got.Status != http.StatusOK {
			t.Errorf("%s a minute later: got %d, want 200: it says of which minute it is", path, got.Status)
		}

		dave.tags[path] = dave.get(w, path).Header.Get("Etag")
	}

	w.Plane.Lose(ops.Unavailable("control_plane", "The line is cut"))
	w.Monitor.Poll(t.Context())

	for _, path := range pages {
		got := dave.get(w, path, "If-None-Match", dave.tags[path])
		if got.Status == http.StatusNotModified || !strings.Contains(got.Body, " data-stale") {
			t.Errorf("%s once the control plane is silent: got %d, want a page that says so", path, got.Status)
		}
	}
}
