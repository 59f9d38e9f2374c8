package e2e_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/debugger"
	"github.com/chromedp/chromedp"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// hangs has a tab do nothing any more, as behind a dialog of the browser's own, until it wakes.
func (p *page) hangs() (wakes func()) {
	p.t.Helper()

	if _, err := chromedp.Call(p.ctx, debugger.Enable, debugger.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}

	if _, err := chromedp.Call(p.ctx, debugger.Pause, cdp.Empty{}); err != nil {
		p.t.Fatal(err)
	}

	return func() {
		p.t.Helper()

		if _, err := chromedp.Call(p.ctx, debugger.Disable, cdp.Empty{}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// TestATabThatHangsLosesTheStream has the tab that holds the stream for all hang, and not close:
// another takes over, and takes no harm when the first one wakes.
func TestATabThatHangsLosesTheStream(t *testing.T) {
	t.Parallel()

	d := startDemo(t)
	proxy := d.behind(t)
	first := d.as(t, "dave", "/jobs")
	d.url = proxy.url

	first.visit("/capacity")
	first.sees(".live", "Live")

	second := first.beside()
	second.visit("/capacity")
	second.sees(".live", "Live")

	wakes := first.hangs()

	d.callControlPlane(t, http.MethodPut, "/api/config/concurrency",
		map[string]int{"per_analyst": 5, "cluster_total": 321}, new(any))
	second.sees("main", "321")
	second.sees(".live", "Live")

	wakes()
	first.sees("main", "321")
	first.sees(".live", "Live")

	worldtest.Eventually(t, "there is one stream", func() bool {
		open, _ := proxy.count()

		return open == 1
	})
}
