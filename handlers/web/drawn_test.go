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
	"github.com/graph-olap/opsconsole/internal/basepath"
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

// TestWhatIsUnchangedHasTheHeadersItCameWith revalidates a page at the console that it came from, and at one that says something else
// with each answer.
func TestWhatIsUnchangedHasTheHeadersItCameWith(t *testing.T) {
	t.Parallel()

	here := web.PlaceOf(basepath.Site{}, http.Header{"X-Frame-Options": {"DENY"}})
	later := web.PlaceOf(basepath.Site{}, http.Header{"X-Frame-Options": {"DENY"}, "Referrer-Policy": {"no-referrer"}})
	page := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return shell.Layout(shell.Shell{Title: "Jobs"}).Render(ctx, w)
	})

	ask := func(place *web.Place, tag string) *httptest.ResponseRecorder {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/jobs", nil)
		request.Header.Set("Accept", "text/html")
		request.Header.Set("If-None-Match", tag)

		recorder := httptest.NewRecorder()
		if err := place.Arrive(echo.New().NewContext(request, recorder), time.Now()).Answer(web.Answer{Full: page, Kept: true}); err != nil {
			t.Fatal(err)
		}

		return recorder
	}

	whole := ask(here, "")
	tag := whole.Header().Get("Etag")

	if whole.Code != http.StatusOK || whole.Header().Get("X-Frame-Options") != "DENY" || tag == "" {
		t.Fatalf("got %d, %v", whole.Code, whole.Header())
	}

	unchanged := ask(here, tag)
	if got := unchanged.Header(); unchanged.Code != http.StatusNotModified || len(got) != 3 || got.Get("Etag") != tag ||
		got.Get("Cache-Control") != "private, no-cache" || got.Get("Vary") == "" {
		t.Errorf("got %d, %v, want 304 with what a cache goes by alone", unchanged.Code, got)
	}

	if got := ask(later, tag); got.Code != http.StatusOK || got.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("with other headers: got %d, %v, want the page with them", got.Code, got.Header())
	}
}
