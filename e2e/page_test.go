package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	pages "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// page is a tab in which somebody looks at a demo, with cookies of its own.
type page struct {
	t    *testing.T
	name string          // of the account, for what is kept of a failure
	ctx  context.Context //nolint:containedctx // chromedp's handle of a tab
	demo *demo

	mu       sync.Mutex
	console  []chromedp.ConsoleMessage
	expected []string // what the console may say
	asked    int      // how often the page asked whether to leave it
	stays    bool     // the answer
	noScript bool     // the page runs none
}

// open opens an empty tab. At the end of the test nothing may stand in its console.
func (d *demo) open(t *testing.T) *page {
	t.Helper()

	if browser == nil {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no Chromium: run the tests with ./task test")
		}

		t.Skipf("needs Chromium in PATH or in %s (./task test installs it)", chromiumVariable)
	}

	return d.tab(browser, t, chromedp.WithNewBrowserContext())
}

// beside opens another tab of the same browser: they have one session.
func (p *page) beside() *page {
	p.t.Helper()

	return p.demo.tab(p.ctx, p.t)
}

func (d *demo) tab(parent context.Context, t *testing.T, options ...chromedp.ContextOption) *page {
	t.Helper()

	ctx, closeTab := chromedp.NewContext(parent, options...)
	p := &page{t: t, name: "page", ctx: ctx, demo: d}

	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}

	heard := make(chan struct{})
	messages := chromedp.Console(ctx)

	go p.answerQuestions(chromedp.Events(ctx, pages.JavascriptDialogOpening))

	go func() {
		defer close(heard)

		for message, err := range messages {
			if err != nil {
				return
			}

			p.mu.Lock()
			p.console = append(p.console, message)
			p.mu.Unlock()
		}
	}()

	t.Cleanup(func() {
		p.checkConsole()

		if t.Failed() {
			p.keepEvidence()
		}

		closeTab()
		<-heard
	})

	return p
}

// answerQuestions answers whether the page may be left: it may, unless it is to stay.
func (p *page) answerQuestions(questions iter.Seq2[pages.EventJavascriptDialogOpening, error]) {
	for _, err := range questions {
		if err != nil {
			return
		}

		p.mu.Lock()
		p.asked++
		answer := pages.HandleJavaScriptDialogParams{Accept: !p.stays}
		p.mu.Unlock()

		if _, err := chromedp.Call(p.ctx, pages.HandleJavaScriptDialog, answer); err != nil {
			return
		}
	}
}

// expect allows the console to say what contains text, such as the status of a refusal.
func (p *page) expect(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	p.expected = append(p.expected, text)
}

func (p *page) checkConsole() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()

	for _, message := range p.console {
		allowed := waits(message) || message.Type != chromedp.ConsoleError && message.Type != chromedp.ConsoleException &&
			message.Type != chromedp.ConsoleWarning

		for _, text := range p.expected {
			allowed = allowed || strings.Contains(message.Text, text)
		}

		if !allowed {
			p.t.Errorf("the console says %s (%s %s:%d)", message, message.Source, message.URL, message.Line)
		}
	}
}

// waits tells that a page was not answered by its control plane within its 0.7 s, which happens on a
// busy machine: it says so with a 503 and goes on by itself, to what the test then looks for.
func waits(message chromedp.ConsoleMessage) bool {
	address, err := url.Parse(message.URL)

	return err == nil && strings.Contains(message.Text, "status of 503 (Service Unavailable)") &&
		(strings.HasPrefix(address.Path, "/history/") || strings.HasPrefix(address.Path, "/config/") ||
			strings.HasPrefix(address.Path, "/points/") || strings.HasPrefix(address.Path, "/maintenance"))
}

func (p *page) keepEvidence() {
	p.t.Helper()

	const png = 100 // the quality from which it is not JPEG
	if image, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(png)); err == nil {
		keep(p.t, p.name+".png", image)
	}

	if html, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.documentElement.outerHTML")); err == nil {
		keep(p.t, p.name+".html", []byte(html))
	}
}

// do runs steps and fails the test when one fails.
func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()

	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()

	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// visit follows an address of the demo.
func (p *page) visit(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.demo.url + path))
}

// until waits for an expression of JavaScript to be true. The page may be left for
// another meanwhile: then it is asked again.
func (p *page) until(what, expression string) {
	p.t.Helper()

	var last error

	ctx, cancel := context.WithTimeout(p.ctx, 2*patience)
	defer cancel()

	worldtest.Eventually(p.t, what, func() bool {
		var yes bool

		yes, last = chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))

		return last == nil && yes
	})
}

// find is an expression for the first visible element of a selector whose text, or
// label, contains a text in whatever case.
func find(selector, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%s)].find((e) =>
		((e.ariaLabel ?? "") + " " + e.textContent).replace(/\s+/g, " ").toLowerCase().includes(%s) && e.checkVisibility())`,
		literal(selector), literal(strings.ToLower(text)))
}

// sees waits until a visible element of the selector contains the text.
func (p *page) sees(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%q in %s", text, selector), find(selector, text))
}

// comesToSee looks at the page again and again until it sees that, as somebody without a stream does.
func (p *page) comesToSee(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%q in %s, loaded anew", text, selector),
		find(selector, text)+` || document.readyState === "complete" && !window.again && (location.reload(), window.again = true, false)`)
}

// press waits for a link or button with the text that can be pressed, and presses it.
func (p *page) press(text string) { p.t.Helper(); p.pressIn("body", text) }

// pressIn presses within the elements of a selector, once the page's scripts are there to see it.
// It presses after it has answered: the answer of a page that is left at once may be lost, and
// then it would look for the button on the next one.
func (p *page) pressIn(selector, text string) {
	p.t.Helper()

	button := find(selector+" a, "+selector+" button", text)

	press := fmt.Sprintf("setTimeout(() => (%s)?.click())", button)
	if p.noScript { // nor timers
		press = "e.click()"
	}

	p.until("a button "+text, fmt.Sprintf(
		`document.readyState === "complete" && ((e) => e && !e.disabled &&
			(e.scrollIntoView({block: "center"}), %s, true))(%s)`, press, button))
}

// fill types a text into the visible field of that name, in place of what stands there.
func (p *page) fill(name, text string) {
	p.t.Helper()

	field := find("[name="+name+"]:not([type=hidden])", "")
	p.until("a field "+name, fmt.Sprintf(`document.readyState === "complete" && ((e) => e && !e.disabled && (e.focus(), e.select(), true))(%s)`, field))
	p.do(chromedp.KeyEvent(text))
	p.until("the text in "+name, fmt.Sprintf("%s?.value === %s", field, literal(text)))
}

// lasts chooses for how long a change is to hold, which shows the field that it fills.
func (p *page) lasts(choice, text string) {
	p.t.Helper()
	p.until("the choice "+choice, fmt.Sprintf(
		`document.readyState === "complete" && ((e) => e && (e.checked || e.click(), true))(document.querySelector("[name=term][value=%s]"))`, choice))
	p.fill(choice, text)
}

// at waits until the address is the path, with or without a query.
func (p *page) at(path string) {
	p.t.Helper()
	p.until("the page "+path, fmt.Sprintf(
		`document.readyState === "complete" && [location.pathname, location.pathname + location.search].includes(%s)`, literal(path)))
}

// text is what an element shows now.
func (p *page) text(selector string) string {
	p.t.Helper()

	return evaluate[string](p, fmt.Sprintf(
		`document.querySelector(%s).innerText.replace(/\s+/g, " ").trim()`, literal(selector)))
}

// evaluate reads something from the page.
func evaluate[T any](p *page, expression string) T {
	p.t.Helper()

	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()

	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}

	return value
}

// answer is what a request of a script got.
type answer struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// fetch sends a request as a script with this page's session would: JSON there and back.
func (p *page) fetch(method, path string, body any) answer {
	p.t.Helper()

	options := map[string]any{"method": method, "headers": map[string]string{"Accept": "application/json"}}

	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}

		options["body"], options["headers"] = string(text), map[string]string{
			"Accept": "application/json", "Content-Type": "application/json",
		}
	}

	return evaluate[answer](p, fmt.Sprintf(
		`fetch(%s, %s).then(async (r) => ({status: r.status, body: await r.json()}))`, literal(path), literal(options)))
}

// signIn goes to a path and through the real pages signs in on the way there.
func (p *page) signIn(account, path string) {
	p.t.Helper()
	p.name = account
	p.visit(path)
	p.until("the sign-in page", `location.pathname === "/login"`)
	p.press("Sign in")
	p.press(account + " —")
	p.until("being back from the identity provider", `!location.pathname.startsWith("/demo-idp")`)
}

// literal writes a value as JavaScript.
func literal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // only tests' own values come here
	}

	return string(text)
}

// withoutCache loads everything anew from here on.
func (p *page) withoutCache() {
	p.t.Helper()

	if _, err := chromedp.Call(p.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
		p.t.Fatal(err)
	}
}
