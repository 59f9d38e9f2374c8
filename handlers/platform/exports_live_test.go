package platform_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// firstMessage is a browser's end of a stream that leaves after the first message.
type firstMessage struct {
	*httptest.ResponseRecorder

	leave func()
}

func (f *firstMessage) Flush() { f.leave() }

// TestExportsAreLiveAsTheirAddressSelects follows what the pages say that they follow.
func TestExportsAreLiveAsTheirAddressSelects(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	token := w.Token("dave")

	for _, query := range []string{"", "status=failed", "limit=250&q=author&sort=claimed_at&status=completed", "page=2"} {
		address := "/events?" + url.Values{"page": {strings.TrimSuffix("exports?"+query, "?")}}.Encode()

		page := w.Get("/exports?"+query, "Accept", "text/html")
		if !strings.Contains(page.Body, `data-events="`+address+`"`) {
			t.Errorf("%s: got %d, want it live at %s", query, page.Status, address)
		}

		ctx, leave := context.WithCancel(t.Context())
		got := &firstMessage{httptest.NewRecorder(), leave}
		request := httptest.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
		request.Header.Set("Authorization", "Bearer "+token)
		w.Console.ServeHTTP(got, request)
		leave()

		if body := got.Body.String(); !strings.Contains(body, "page: exports") || !strings.Contains(body, "live-exports") {
			t.Errorf("%s: got %.300s, want the region", query, body)
		}
	}

	if page := w.Get("/exports?status=odd", "Accept", "text/html"); !strings.Contains(page.Body, `data-events="/events"`) {
		t.Errorf("got %d, want no live updates of what cannot be asked for", page.Status)
	}
}
