package e2e_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAPageThatIsUnchangedKeepsItsPolicy loads a page again that the browser has: the answer comes without the policy.
func TestAPageThatIsUnchangedKeepsItsPolicy(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/leases")
	unchanged := false

	for range 10 { // a new minute, or what happens in the demo, brings another page
		p.do(chromedp.Reload())

		if unchanged = evaluate[bool](p, `(([loaded]) => loaded.decodedBodySize > 5000 && loaded.transferSize < 1500)(
			performance.getEntriesByType("navigation"))`); unchanged {
			break
		}
	}

	if !unchanged {
		t.Fatal("the page came whole each time")
	}

	p.expect("Content Security Policy") // is what the browser says of the script

	if ran := evaluate[bool](p, `(() => {
		const script = document.createElement("script");
		script.textContent = "window.ran = true";
		document.head.append(script);

		return window.ran === true;
	})()`); ran {
		t.Error("a script ran that stands in the page")
	}
}
