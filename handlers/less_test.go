package handlers_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/worldtest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestPagesOfferOneThingFirst: a page has one button that stands out at most, and its snippets in one menu.
func TestPagesOfferOneThingFirst(t *testing.T) {
	t.Parallel()

	w, paths := filled(t)

	for _, path := range paths {
		page := content(w.Get(path, "Accept", "text/html").Body)

		if first := firsts(page); len(first) > 1 {
			t.Errorf("%s: %d buttons stand out: %q", path, len(first), first)
		}

		if n := strings.Count(page, "<summary>Copy as"); n > 1 {
			t.Errorf("%s: %d menus of snippets", path, n)
		}
	}
}

// TestAWindowOfNextWeekIsNotStartedFirst, but one whose time is near is.
func TestAWindowOfNextWeekIsNotStartedFirst(t *testing.T) {
	t.Parallel()

	for ahead, want := range map[time.Duration]bool{7 * 24 * time.Hour: false, 30 * time.Minute: true} {
		w := handlerstest.New(t)
		start := w.Now().Add(ahead).UTC()
		w.Announce(map[string]any{
			"title": "Upgrade", "starts_at": start.Format(time.RFC3339), "ends_at": start.Add(time.Hour).Format(time.RFC3339),
		})

		page := content(w.Get("/maintenance/windows/1", "Accept", "text/html").Body)
		if !strings.Contains(page, "Start now") || slices.Contains(firsts(page), "Start now") != want {
			t.Errorf("%v ahead: %q stand out; Start now is to: %v", ahead, firsts(page), want)
		}
	}
}

// TestWhatIsTheRuleIsNotSaid: a change that was applied says so on its own page alone, its field is named once, and the
// maintenance mode has a tab of its own.
func TestWhatIsTheRuleIsNotSaid(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 4, "reason": "for the quarter end"`)

	for _, path := range []string{"/", "/history", "/config/concurrency"} {
		page := read(content(w.Get(path, "Accept", "text/html").Body))
		page = regexp.MustCompile(`(?s)Outcome.*?Filter`).ReplaceAllString(page, "") // the filter's choices

		if strings.Contains(page, "Applied") {
			t.Errorf("%s says Applied", path)
		}
	}

	// The section leads, and the field is named once.
	page := strings.Join(strings.Fields(read(content(w.Get("/history", "Accept", "text/html").Body))), " ")
	if n := strings.Count(page[strings.LastIndex(page, "Filter"):], "Per analyst"); n != 1 {
		t.Errorf("the field is named %d times in its row", n)
	}

	for path, tab := range map[string]string{"/maintenance": "Now and next", "/config/maintenance": "Maintenance mode"} {
		page := content(w.Get(path, "Accept", "text/html").Body)
		current := regexp.MustCompile(`(?s)aria-current="page"[^>]*>\s*([^<]+?)\s*<`).FindStringSubmatch(page)

		if !strings.Contains(page, `href="/config/maintenance"`) || current == nil || current[1] != tab {
			t.Errorf("%s: the tab is %q, want %q", path, current, tab)
		}
	}
}

// TestExportsAreShortRowsOnAPhone says so to the style sheet, which has the rest.
func TestExportsAreShortRowsOnAPhone(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Plane.Queue(worldtest.ExportsOf(1, ops.ExportFailed)...)
	w.Monitor.Poll(t.Context())

	if page := w.Get("/exports", "Accept", "text/html").Body; !strings.Contains(page, `class="table stacked short"`) {
		t.Error("a row of exports is a card as high as any")
	}
}

// content is a page's own part.
func content(page string) string {
	_, page, _ = strings.Cut(page, "<main")
	page, _, _ = strings.Cut(page, "</main>")

	return page
}

var button = regexp.MustCompile(`(?s)<(?:a|button)\s[^>]*class="btn[^"]*"[^>]*>.*?</(?:a|button)>`)

// firsts are the labels of the buttons that stand out.
func firsts(page string) (labels []string) {
	for _, b := range button.FindAllString(page, -1) {
		if tag, _, _ := strings.Cut(b, ">"); !strings.Contains(tag, "data-variant") {
			labels = append(labels, strings.Join(strings.Fields(read(b)), " "))
		}
	}

	return labels
}
