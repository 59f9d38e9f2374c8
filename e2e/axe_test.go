package e2e_test

import (
	_ "embed"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axe string

// violation is a rule that axe-core finds broken, and where.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target  []any  `json:"target"`
		Summary string `json:"failureSummary"` //nolint:tagliatelle // axe-core's name
	} `json:"nodes"`
}

// The two schemes differ in what light-dark() gives the tokens, which is colors alone: that
// nothing else asks for the scheme TestOnlyColorsDifferByTheme holds. So in the second scheme
// axe-core's rules that look at colors are enough.
const (
	everyRule  = `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`
	colorRules = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
)

// checkAccessibility fails the test for every rule of WCAG 2.2 AA, and every best
// practice, that axe-core finds broken on the page as it stands.
func (p *page) checkAccessibility() { p.t.Helper(); p.checkRules(everyRule) }

// checkSchemes does so for whom is light and for whom is dark.
func (p *page) checkSchemes() {
	p.t.Helper()
	p.theme("light")
	p.checkRules(everyRule)
	p.theme("dark")
	p.checkRules(colorRules)
}

func (p *page) checkRules(rules string) {
	p.t.Helper()

	if !evaluate[bool](p, `"axe" in window`) {
		p.do(chromedp.Evaluate[chromedp.Void](axe))
	}

	// What still fades in has the contrast of neither.
	const still = `document.getAnimations().filter((a) => Number.isFinite(a.effect.getComputedTiming().endTime)).map((a) => a.finished)`

	const where = `location.pathname + (matchMedia("(prefers-color-scheme: dark)").matches ? " in the dark" : "")`

	violations := evaluate[[]violation](p, fmt.Sprintf(
		`Promise.allSettled(%s).then(() => axe.run({runOnly: %s, resultTypes: ["violations"]})).then((r) => r.violations)`, still, rules))
	for _, v := range violations {
		for _, node := range v.Nodes {
			p.t.Errorf("%s: %s (%s) at %v: %s", evaluate[string](p, where), v.Help, v.ID, node.Target,
				strings.ReplaceAll(node.Summary, "\n", " "))
		}
	}
}

// theme sees the pages as somebody whose system is set so, light or dark.
func (p *page) theme(scheme string) {
	p.t.Helper()

	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		},
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// borrow changes the limit of the cluster for a time.
func (p *page) borrow() {
	p.t.Helper()

	decode[any](p.t, p.fetch(http.MethodPost, "/config/concurrency", map[string]any{
		"cluster_total": 60, "reason": "Two more nodes for today", "revision": p.limits().Revision, "duration": "2h",
	}), http.StatusOK)
}

func TestEveryPageIsAccessible(t *testing.T) {
	t.Parallel()

	d := startDemo(t)

	// Something to show on the pages of the record, and of what ends by itself.
	olga := d.as(t, "olga", "/")
	olga.saveLimit(4, "Something to check")
	olga.borrow()
	decode[any](t, olga.fetch(http.MethodPost, "/points", map[string]any{"name": "before", "reason": "To go back to"}), http.StatusCreated)
	d.changeOutside(t, 7200)
	olga.until("the outside change is known",
		`fetch("/history", {headers: {Accept: "application/json"}}).then((r) => r.json()).then((h) => h.items.length > 2)`)

	t.Run("the pages", func(t *testing.T) {
		t.Parallel()

		p := d.open(t)
		p.visit("/login")
		p.checkSchemes()
		p.signIn("dave", "/")

		for _, path := range []string{
			"/", "/health", "/capacity", "/jobs", "/jobs/lifecycle/trigger", "/exports", "/metrics", "/history", "/history/1",
			"/history/1/restore", "/history/3/keep", "/compare?a=1&b=2", "/audit", "/instances", "/jobs/lifecycle", "/scheduled", "/find?q=limit",
		} {
			p.checkPage(path)
		}

		p.visit("/jobs")
		p.pressIn("#job-lifecycle", "Run now")
		p.sees("dialog h2", "Run lifecycle now")
		p.checkSchemes()

		p.expect("404")
		p.visit("/nowhere")
		p.sees("h1", "Not found")
		p.checkSchemes()
	})

	t.Run("what is set", func(t *testing.T) {
		t.Parallel()

		p := d.as(t, "dave", "/")
		for _, path := range []string{
			"/config/lifecycle", "/config/concurrency", "/config/export", "/config/maintenance", "/leases", "/leases/1",
			"/leases/1/extend", "/leases/1/end", "/leases/1/confirm", "/points", "/points/1",
		} {
			p.checkPage(path)
		}

		p.visit("/config/concurrency")
		p.fill("per_analyst", "3")
		p.press("Review")
		p.at("/config/concurrency/review")
		p.checkSchemes()

		refused := d.open(t)
		refused.expect("403")
		refused.signIn("alice", "/")
		refused.sees("h1", "This needs the Ops role")
		refused.checkSchemes()
	})
}

// checkPage checks a page of the demo in both schemes.
func (p *page) checkPage(path string) {
	p.t.Helper()
	p.visit(path)
	p.sees("main h1, main h2", "")
	p.checkSchemes()
}

func TestOnlyColorsDifferByTheme(t *testing.T) {
	t.Parallel()

	// What may ask for the scheme besides light-dark(), which has colors alone.
	choice := strings.NewReplacer("html[data-theme=light]{color-scheme:light}", "", "html[data-theme=dark]{color-scheme:dark}", "")

	for _, name := range []string{"app.css", "app.js"} {
		text, err := os.ReadFile(filepath.Join("..", "static", name))
		if err != nil {
			t.Fatal(err)
		}

		for _, asks := range []string{"prefers-color-scheme", "[data-theme=", "[data-theme]"} {
			if strings.Contains(choice.Replace(string(text)), asks) {
				t.Errorf("%s has %s: then every rule of axe-core has to be run in both schemes", name, asks)
			}
		}
	}
}
