package web_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// TestNULsBreakNoPage draws what holds them: what is compressed has them in the place of what is its viewer's.
func TestNULsBreakNoPage(t *testing.T) {
	t.Parallel()

	nuls := strings.Repeat("\x00", 64)
	page := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return shell.Layout(shell.Shell{Title: nuls + "!" + nuls}).Render(ctx, w)
	})

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	request.Header.Set("Accept-Encoding", "gzip")

	recorder := httptest.NewRecorder()
	p := web.PageOf(echo.New().NewContext(request, recorder), time.Now)
	p.Who.Username = "dave-whose-name-is-as-long-as-that-of-nobody-else-who-is-here"

	if err := p.Draw(http.StatusOK, page); err != nil {
		t.Fatal(err)
	}

	r, err := gzip.NewReader(recorder.Body)
	if err != nil {
		t.Fatal(err)
	}

	body, err := io.ReadAll(r)
	if err != nil || strings.Contains(string(body), "\x00") || !strings.Contains(string(body), "\uFFFD!\uFFFD") {
		t.Errorf("got %v\n%q", err, body)
	}
}
