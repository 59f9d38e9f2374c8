package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestAKeyOnADatabaseThatCannotBeWritten: what was done under a key is told, and of a fresh one that nothing was.
func TestAKeyOnADatabaseThatCannotBeWritten(t *testing.T) {
	t.Parallel()

	w, databaseURL := handlerstest.NewOnPostgres(t)
	form := func(key string) url.Values {
		return url.Values{
			"per_analyst": {"6"}, "cluster_total": {"50"}, "revision": {w.Revision()}, "reason": {"load test tonight"}, "idempotency_key": {key},
		}
	}

	done, fresh := form("k-1"), form("k-2")
	if got := w.Form("/config/concurrency", done, "HX-Request", "true"); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	storetest.MakeReadOnly(t, w.DB, databaseURL)

	got := w.Form("/config/concurrency", fresh, "HX-Request", "true")
	if got.Status != http.StatusServiceUnavailable || !strings.Contains(got.Body, "Nothing was changed") || strings.Contains(got.Body, "earlier request") {
		t.Errorf("under a fresh key got %d, want 503 and that nothing was changed\n%s", got.Status, got.Body)
	}

	got = w.Form("/config/concurrency", done, "HX-Request", "true")
	if got.Status != http.StatusOK || got.Header.Get(replayed) != "true" {
		t.Errorf("under the key of a save got %d, want what came of it\n%s", got.Status, got.Body)
	}
}
