package platform_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestExportsAreLiveAsTheirAddressSelects follows what the pages say that they follow.
func TestExportsAreLiveAsTheirAddressSelects(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, query := range []string{"", "status=failed", "limit=250&q=author&sort=claimed_at&status=completed", "page=2"} {
		address := "/events?" + url.Values{"page": {strings.TrimSuffix("exports?"+query, "?")}}.Encode()

		page := w.Get("/exports?"+query, "Accept", "text/html")
		if !strings.Contains(page.Body, `data-events="`+address+`"`) {
			t.Errorf("%s: got %d, want it live at %s", query, page.Status, address)
		}

		if body := w.Follow(address); !strings.Contains(body, "page: exports") || !strings.Contains(body, "live-exports") {
			t.Errorf("%s: got %.300s, want the region", query, body)
		}
	}

	if page := w.Get("/exports?status=odd", "Accept", "text/html"); !strings.Contains(page.Body, `data-events="/events"`) {
		t.Errorf("got %d, want no live updates of what cannot be asked for", page.Status)
	}
}
