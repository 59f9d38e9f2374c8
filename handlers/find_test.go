package handlers_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	pages "github.com/graph-olap/opsconsole/templates/find"
)

// TestASearchFindsWhatThereIs of each kind, as data and on the page, and leads to where it is.
func TestASearchFindsWhatThereIs(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 4, "reason": "OPS-4711: quarter end, by Jürgen"`)
	w.Announce(map[string]any{"title": "Neue Datenbank für Köln"})
	w.Post("/points", `{"name": "Before the migration", "reason": "OPS-4712"}`)

	for text, want := range map[string][]string{
		"ops-4711":            {"change /history/1", "audit /audit?entry="},
		"JURGEN":              {"change /history/1", "audit /audit?entry="},
		"per analyst 4":       {"change /history/1"},
		"KÖLN":                {"window /maintenance/windows/1"},
		"before the migr":     {"point /points/1"},
		"announce a window":   {"action /maintenance/windows/new"},
		"lower the limit":     {"action /config/concurrency"},
		"capac":               {"page /capacity"},
		"nothing is so named": nil,
		"":                    nil,
	} {
		got := search(t, w, "/find?q="+strings.ReplaceAll(text, " ", "+"))

		for _, wanted := range want {
			kind, path, _ := strings.Cut(wanted, " ")
			if !slices.ContainsFunc(got.Groups, func(g pages.Group) bool {
				return g.Kind == kind && slices.ContainsFunc(g.Items, func(i pages.Item) bool { return strings.HasPrefix(i.Path, path) })
			}) {
				t.Errorf("%q: got %+v, want %s", text, got.Groups, wanted)
			}
		}

		if len(want) == 0 && len(got.Groups) > 0 {
			t.Errorf("%q: got %+v, want nothing", text, got.Groups)
		}

		page := w.Get("/find?q="+strings.ReplaceAll(text, " ", "+"), "Accept", "text/html")
		if page.Status != http.StatusOK {
			t.Errorf("%q: got %d", text, page.Status)
		}

		for _, group := range got.Groups {
			for _, item := range group.Items {
				if !strings.Contains(page.Body, `href="`+item.Path+`"`) {
					t.Errorf("%q: the page lacks %s", text, item.Path)
				}

				if found := w.Get(item.Path, "Accept", "text/html"); found.Status != http.StatusOK {
					t.Errorf("%q leads to %s, which is %d", text, item.Path, found.Status)
				}
			}
		}
	}

	if got := w.Get("/find?q="+strings.Repeat("a", 201), "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("got %d, want 422 of a text that is too long", got.Status)
	}
}

// TestTheHistoryAndTheLogAreSearched by words of any case, page by page, together with other filters.
func TestTheHistoryAndTheLogAreSearched(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 4, "reason": "for the quarter end"`)
	w.Save(`"per_analyst": 6, "reason": "after the quarter"`)
	w.Save(`"cluster_total": 60, "reason": "more nodes"`)

	for path, want := range map[string]string{
		"/history?q=QUARTER":                         `"total":2`,
		"/history?q=quarter&limit=1":                 `"next":2`,
		"/history?q=quarter&limit=1&before=2":        `"reason":"for the quarter end"`,
		"/history?q=quarter&field=per_analyst":       `"total":2`,
		"/history?q=DAVE&field=cluster_total":        `"total":1`,
		"/history?q=quarter&section=export":          `"total":0`,
		"/history?q=Per+analyst+6":                   `"reason":"after the quarter"`,
		"/history?actor=dave":                        `"total":3`,
		"/history?actor=DAVE":                        `"total":0`,
		"/audit?q=QUARTER+concurrency":               `"total":4`,
		"/audit?q=quarter&outcome=done":              `"total":2`,
		"/audit?q=quarter&outcome=done&limit=1":      `"reason":"after the quarter"`,
		"/audit?entry=1":                             `"total":1`,
		"/audit?object=config%2Fconcurrency&limit=1": `"total":6`,
	} {
		if got := w.Get(path, "Accept", "application/json"); got.Status != http.StatusOK || !strings.Contains(got.Body, want) {
			t.Errorf("%s: got %d, want %s\n%.600s", path, got.Status, want, got.Body)
		}
	}

	page := w.Get("/history?q=quarter&actor=dave", "Accept", "text/html")
	for _, want := range []string{`name="q" value="quarter"`, `name="actor" value="dave"`, `: Per analyst</option>`} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func search(tb testing.TB, w *handlerstest.World, path string) (found pages.Results) {
	tb.Helper()

	got := w.Get(path, "Accept", "application/json")
	if err := json.Unmarshal([]byte(got.Body), &found); err != nil || got.Status != http.StatusOK {
		tb.Fatalf("got %d, %v\n%s", got.Status, err, got.Body)
	}

	return found
}
