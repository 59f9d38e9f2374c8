package e2e_test

import (
	"net/http"
	"testing"

	pages "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// lives sets whether a tab's page runs, or hangs as it is: none of its scripts and timers run.
func (p *page) lives(state pages.SetWebLifecycleStateState) {
	p.t.Helper()

	if _, err := chromedp.Call(p.ctx, pages.SetWebLifecycleState, pages.SetWebLifecycleStateParams{State: state}); err != nil {
		p.t.Fatal(err)
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

	first.lives(pages.SetWebLifecycleStateStateFrozen)
	d.callControlPlane(t, http.MethodPut, "/api/config/concurrency",
		map[string]int{"per_analyst": 5, "cluster_total": 321}, new(any))
	second.sees("main", "321")
	second.sees(".live", "Live")

	first.lives(pages.SetWebLifecycleStateStateActive)
	first.sees("main", "321")
	first.sees(".live", "Live")

	eventually(t, "there is one stream", func() bool {
		open, _ := proxy.streams()

		return open == 1
	})
}
