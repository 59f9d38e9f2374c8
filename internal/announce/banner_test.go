package announce_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// chromium is the browser of the tests, as in e2e.
func chromium(t *testing.T) string {
	t.Helper()

	for _, name := range []string{os.Getenv("OPSCONSOLE_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}

	if os.Getenv("CI") != "" {
		t.Fatal("there is no Chromium: run the tests with ./task test")
	}

	t.Skip("needs Chromium in PATH or in OPSCONSOLE_TEST_CHROMIUM (./task test installs it)")

	return ""
}

// site serves a page of somebody else's that includes the banner, and whose policy
// forbids everything that it need not.
func site(t *testing.T, console string) string {
	t.Helper()

	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src "+console+"; connect-src "+console)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>portal</title><script src="%s/announcements/banner.js" data-hours="30"></script>`+
			`<p>portal</p><script src="%s/announcements/banner.js" data-hours="30" defer></script>`, console, console)
	}))
	t.Cleanup(s.Close)

	return s.URL
}

func TestBanner(t *testing.T) {
	t.Parallel()

	w := newWorld()
	now := time.Now() // the browser has no other clock
	w.now = now

	hostile := `<img src=x onerror="document.title='broken'"> & "x"`
	active := window("active", maintenance.Active, now.Add(-time.Hour))
	active.Title, active.Message = hostile, "<script>document.title='broken'</script>\n\n[a](javascript:alert(1))"
	w.windows = []maintenance.Window{
		active, window("soon", maintenance.Announced, now.Add(24*time.Hour)), window("later", maintenance.Announced, now.Add(48*time.Hour)),
		window("done", maintenance.Completed, now.Add(-24*time.Hour)), window("off", maintenance.Cancelled, now.Add(time.Hour)),
	}

	var feeds *announce.Feeds

	console := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { feeds.ServeHTTP(w, r) }))
	t.Cleanup(console.Close)

	known, stranger := site(t, console.URL), site(t, console.URL)
	feeds = w.feeds(func(c *announce.Config) { c.Origins = []string{known} })

	p := open(t)
	p.visit(known)

	const texts = `[...document.querySelectorAll("#opsconsole-announcements")].flatMap(
		(host) => [...host.shadowRoot.querySelectorAll("section")].map((s) => s.innerText))`

	p.until(texts + `.length === 2`)

	got := eval[[]string](p, texts)
	if !strings.Contains(got[0], "Under way: "+hostile) || !strings.Contains(got[0], "<script>") || !strings.Contains(got[1], "Announced: Storage soon") {
		t.Errorf("it draws %q, want %q with its message as text, then %q", got, "Under way: "+hostile, "Announced: Storage soon")
	}

	if title := eval[string](p, "document.title"); title != "portal" {
		t.Errorf("what was announced was run: the title is %q, want portal", title)
	}

	if n := eval[int](p, `document.querySelectorAll("#opsconsole-announcements").length`); n != 1 {
		t.Errorf("a page that includes it twice has %d banners, want one", n)
	}

	links := eval[[]string](p, `[...document.querySelector("#opsconsole-announcements").shadowRoot.querySelectorAll("a")].map((a) => a.href)`)
	if want := console.URL + "/announcements"; !slices.Equal(links, []string{want, want}) {
		t.Errorf("it links to %q, want %q", links, want)
	}

	if color := eval[string](p, `getComputedStyle(document.querySelector("#opsconsole-announcements").shadowRoot.querySelector("section")).display`); color != "flex" {
		t.Errorf("it has no style: display is %q, want flex", color)
	}

	eval[any](p, `void document.querySelector("#opsconsole-announcements").shadowRoot.querySelector("button").click()`)
	p.until(texts + `.length === 1`)

	p.visit(known)
	p.until(texts + `.length === 1`) // what was hidden stays so

	p.visit(stranger)
	p.until(`document.querySelector("#opsconsole-announcements") && performance.getEntriesByType("resource").some((e) => e.name.endsWith(".json"))`)

	if got := eval[[]string](p, texts); len(got) > 0 {
		t.Errorf("a site that is not configured sees %q, want nothing", got)
	}
}

// browser is a tab of a browser of its own.
type browser struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // chromedp's handle of a tab
}

func open(t *testing.T) *browser {
	t.Helper()

	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium(t)),
		chromedp.NoSandbox, // it does not run as root otherwise, and shows nothing but our own pages
		chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
	)

	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, closeBrowser := chromedp.NewContext(allocator)

	t.Cleanup(func() { closeBrowser(); stop() })

	return &browser{t: t, ctx: ctx}
}

func (b *browser) visit(url string) {
	b.t.Helper()

	if err := chromedp.Do(b.ctx, chromedp.Navigate(url)); err != nil {
		b.t.Fatal(err)
	}
}

// until waits for a condition in the page, a minute at the most.
func (b *browser) until(condition string) {
	b.t.Helper()

	for deadline := time.Now().Add(time.Minute); !eval[bool](b, "Boolean("+condition+")"); {
		if time.Now().After(deadline) {
			b.t.Fatalf("waited in vain for %s in\n%s", condition, eval[string](b, "document.documentElement.outerHTML"))
		}

		eval[any](b, "new Promise((done) => setTimeout(done, 50))")
	}
}

func eval[T any](b *browser, expression string) T {
	b.t.Helper()

	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}

	return value
}
