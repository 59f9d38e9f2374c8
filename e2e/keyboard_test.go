package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// mostKeys is how many keys something takes at most beside the typing of text.
const mostKeys = 25

// keyboard does with keys alone what somebody without a pointer would, and counts them.
type keyboard struct {
	*page

	keys int
}

// hit presses a key that types no text.
func (k *keyboard) hit(key string, modifiers ...chromedp.Modifier) {
	k.t.Helper()

	k.keys++
	k.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(modifiers...)))
}

// types writes a text into what has the focus.
func (k *keyboard) types(text string) {
	k.t.Helper()
	k.do(chromedp.KeyEvent(text))
}

// tabTo goes on to the control of a role whose name has the text.
func (k *keyboard) tabTo(role, name string) {
	k.t.Helper()

	var passed []string

	for range 2 * mostKeys {
		k.hit(kb.Tab)

		at := k.focused()
		if at.role == role && strings.Contains(at.name, name) {
			if !evaluate[bool](k.page, `document.activeElement.matches(":focus-visible")`) {
				k.t.Errorf("%s %q does not show that it has the focus", at.role, at.name)
			}

			return
		}

		passed = append(passed, at.String())
	}

	k.t.Fatalf("no %s %q is reached by Tab, but %s", role, name, strings.Join(passed, "; "))
}

// goTo finds something in the palette and goes there.
func (k *keyboard) goTo(words, path string) {
	k.t.Helper()
	k.until("its script has run", `document.readyState === "complete"`)
	k.hit("k", chromedp.ModifierCtrl)
	k.until("the palette is open", `document.getElementById("palette").open`)
	k.types(words)
	k.until(words+" is found", fmt.Sprintf(`document.querySelector('#palette a[href=%s][aria-selected]')`, literal(path)))
	k.hit(kb.Enter)
}

// hears waits until what has the focus is of the role and says the text.
func (k *keyboard) hears(role, text string) {
	k.t.Helper()
	k.until(fmt.Sprintf("the focus on something with %q", text), fmt.Sprintf(
		`document.readyState === "complete" && document.activeElement !== document.body &&
			document.activeElement.id !== "main" && document.activeElement.textContent.replace(/\s+/g, " ").includes(%s)`, literal(text)))

	if at := k.focused(); at.role != role {
		k.t.Errorf("%s has the focus, want %s %q", at, role, text)
	}
}

// says waits until a live region has the text.
func (k *keyboard) says(text string) {
	k.t.Helper()
	worldtest.Eventually(k.t, text+" is read out", func() bool {
		return slices.ContainsFunc(k.accessibilityTree(), func(a accessible) bool {
			return a.property("live") != "" && strings.Contains(a.text, text)
		})
	})
}

// took fails the test when it took too many keys.
func (k *keyboard) took(what string) {
	k.t.Helper()
	k.t.Logf("%s takes %d keys", what, k.keys)

	if k.keys > mostKeys {
		k.t.Errorf("%s takes %d keys, want at most %d", what, k.keys, mostKeys)
	}

	k.keys = 0
}

func TestAChangeIsMadeByKeyboard(t *testing.T) {
	t.Parallel()

	k := &keyboard{page: startDemo(t).as(t, "dave", "/")}

	k.goTo("lower the limit", "/config/concurrency")
	k.at("/config/concurrency")
	k.tabTo("textbox", "Per analyst")
	k.types("4")
	k.tabTo("button", "Review")
	k.hit(kb.Enter)
	k.hears("heading", "Concurrency limits: review and save")
	k.tabTo("textbox", "Reason")
	k.types("Fewer for today")
	k.tabTo("button", `Lower "Per analyst" to 4`)
	k.hit(kb.Enter)
	k.at("/config/concurrency")
	k.hears("heading", "Concurrency limits")
	k.says("Changed and confirmed.")
	k.took("a change")

	if now := k.limits(); now.Current.PerAnalyst != 4 {
		t.Errorf("the limit is %d, want 4", now.Current.PerAnalyst)
	}

	if at := k.focused(); at.name != "Concurrency limits" {
		t.Errorf("%s has the focus, want the heading of the section", at)
	}
}

func TestAWindowIsAnnouncedByKeyboard(t *testing.T) {
	t.Parallel()

	k := &keyboard{page: startDemo(t).as(t, "dave", "/")}

	k.goTo("announce a window", "/maintenance/windows/new")
	k.at("/maintenance/windows/new")
	k.tabTo("textbox", "Title")
	k.types("Patching")
	k.tabTo("textbox", "Message for users")
	k.types("We patch the cluster.")
	k.tabTo("textbox", "Starts")
	k.types("tomorrow 22:00")
	k.tabTo("textbox", "Ends")
	k.types("tomorrow 23:00")
	k.hit(kb.Enter)
	k.hears("heading", "Review: Patching")
	k.tabTo("textbox", "Reason")
	k.types("Monthly patching")
	k.tabTo("button", "Announce")
	k.hit(kb.Enter)
	k.until("the page of the window", `/^\/maintenance\/windows\/\d+$/.test(location.pathname)`)
	k.hears("status", "Announced: starts automatically.")
	k.took("a window")
}

func TestAJobIsRunByKeyboard(t *testing.T) {
	t.Parallel()

	k := &keyboard{page: startDemo(t).as(t, "dave", "/health")}

	k.goTo("run lifecycle", "/jobs/lifecycle/trigger")
	k.until("the dialog asks", `document.activeElement.matches("#dialog[open] #reason")`)
	k.types("What is idle is in the way")
	k.tabTo("button", "Run lifecycle now")
	k.hit(kb.Enter)
	k.hears("heading", "Lifecycle has run")

	if at := k.focused(); at.property("live") != "polite" {
		t.Errorf("%s is not read out as it changes", at)
	}

	k.tabTo("link", "Close")
	k.hit(kb.Enter)
	k.until("the dialog is closed", `!document.getElementById("dialog").open`)
	k.took("a run")

	decode[any](t, k.fetch(http.MethodGet, "/jobs/lifecycle", nil), http.StatusOK)
}
