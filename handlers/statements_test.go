package handlers_test

import (
	"fmt"
	"math"
	"net/http"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestAPageAsksTheDatabaseLittle holds how many statements PostgreSQL is sent for a page that nobody has asked for, and for
// its JSON, where nothing waits for anybody: each is a round trip.
func TestAPageAsksTheDatabaseLittle(t *testing.T) {
	t.Parallel()

	w, line := handlerstest.NewOnLine(t)
	for n := range 12 {
		w.Save(fmt.Sprintf(`"per_analyst": %d, "reason": "A change to be read, number %d"`, 6+n%2, n))
	}

	for _, page := range []struct {
		path       string
		data, html int
	}{
		{"/config/concurrency", 8, 11},
		{"/history?limit=10", 5, 8},
		{"/audit?limit=10", 3, 6},
		{"/history/5", 5, 8},
	} {
		for accept, most := range map[string]int{"application/json": page.data, "text/html": page.html} {
			if n := asked(t, w, line, page.path, accept); n > most {
				t.Errorf("%s as %s: PostgreSQL was sent %d statements, want %d at most", page.path, accept, n, most)
			}
		}
	}
}

// asked is how many statements an answer took at least: now and then a connection is looked at, or made.
func asked(tb testing.TB, w *handlerstest.World, line *storetest.Line, path, accept string) int {
	tb.Helper()

	least := math.MaxInt

	for range 4 {
		before := line.Executed()

		if got := w.Get(path, "Accept", accept, web.WaitHeader, "a page that is drawn"); got.Status != http.StatusOK {
			tb.Fatalf("%s: got %d\n%s", path, got.Status, got.Body)
		}

		least = min(least, line.Executed()-before)
	}

	return least
}
