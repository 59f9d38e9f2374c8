package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/handlers/web"
)

// TestAPageGoesByTheClock: the monotonic clock stands still while a machine sleeps, and would make what a page shows, and
// the page that is kept, younger than they are.
func TestAPageGoesByTheClock(t *testing.T) {
	t.Parallel()

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	p := web.PageOf(echo.New().NewContext(request, httptest.NewRecorder()), time.Now)

	if p.Now != p.Now.Round(0) {
		t.Error("the page's moment has the time of the monotonic clock")
	}
}
