package settings_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

var (
	snippetText = regexp.MustCompile(`(?s)<pre tabindex="0" aria-label="([^"]+)">(.*?)</pre>`)
	snippetVar  = regexp.MustCompile(`</?var[^>]*>`)
)

// snippets are the texts to copy on a page, by their language.
func snippets(t *testing.T, a handlerstest.Answer) map[string]string {
	t.Helper()

	out := map[string]string{}
	for _, found := range snippetText.FindAllStringSubmatch(a.Body, -1) {
		out[found[1]] = strings.TrimSpace(html.UnescapeString(snippetVar.ReplaceAllString(found[2], "")))
	}

	if len(out) == 0 {
		t.Fatalf("got %d and nothing to copy\n%s", a.Status, a.Body)
	}

	return out
}

// paste carries out what a snippet for curl says.
func paste(t *testing.T, w *handlerstest.World, snippet string) handlerstest.Answer {
	t.Helper()

	address, rest, _ := strings.Cut(strings.TrimPrefix(snippet, "curl -X POST "), " ")
	_, body, found := strings.Cut(rest, "-d '")

	if !found || !strings.HasPrefix(address, w.URL) {
		t.Fatalf("got %s, want -d and an address of %s", snippet, w.URL)
	}

	return w.Post(strings.TrimPrefix(address, w.URL), strings.ReplaceAll(strings.TrimSuffix(body, "'"), `'\''`, "'"))
}

func TestWhatIsCopiedDoesWhatTheFormDoes(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	const reason = `It's for "the" workshop & more`

	review := w.Get("/config/concurrency/review?"+url.Values{
		"per_analyst": {"2"}, "cluster_total": {"50"}, "revision": {w.Revision()},
		"reason": {reason}, "duration": {"90m"}, "confirm": {"test"},
	}.Encode(), "Accept", "text/html")

	copied := snippets(t, review)
	if python := copied["Python"]; !strings.Contains(python, `"reason": "It's for \"the\" workshop \u0026 more", "duration": "90m", "confirm": "test"`) ||
		!strings.Contains(python, w.URL+"/config/concurrency") {
		t.Errorf("got %s, want the reason, the duration and the confirmation, sent to %s/config/concurrency", python, w.URL)
	}

	if sdk := copied["Python SDK"]; !strings.Contains(sdk, "client.ops.update_concurrency_config(per_analyst=2, cluster_total=50") {
		t.Errorf("got %s, want update_concurrency_config with per_analyst 2 and cluster_total 50", sdk)
	}

	saved := paste(t, w, copied["curl"])
	if change := saved.JSON(t); saved.Status != http.StatusOK || handlerstest.At(change, "change", "reason") != reason || handlerstest.At(change, "lease", "state") != "active" {
		t.Errorf("got %d, want 200, the reason as it was typed, and an active lease\n%s", saved.Status, saved.Body)
	}

	// What is copied has durations as the contract writes them: the control plane itself reads no others.
	lifecycle := snippets(t, w.Get("/config/lifecycle/review?"+url.Values{
		"instance.default_ttl": {"1d 12h"}, "snapshot.max_ttl": {"soon"},
	}.Encode(), "Accept", "text/html"))
	for language, text := range map[string]string{"Python SDK": lifecycle["Python SDK"], "curl": lifecycle["curl"]} {
		if !strings.Contains(text, `"P1DT12H"`) || !strings.Contains(text, `"soon"`) {
			t.Errorf("%s: got %s, want P1DT12H, and what is no duration as it was typed", language, text)
		}
	}

	// What is empty is not sent.
	for _, path := range []string{"/config/lifecycle", "/history/1/restore"} {
		for language, text := range snippets(t, w.Get(path, "Accept", "text/html")) {
			if strings.Contains(text, "confirm") || strings.Contains(text, "until") {
				t.Errorf("%s, %s: got %s, want no confirm and no until", path, language, text)
			}
		}
	}

	extend := snippets(t, w.Get("/leases/1/extend", "Accept", "text/html"))["curl"]
	if got := paste(t, w, strings.Replace(extend, `"reason": ""`, `"reason": "it goes on", "duration": "3h"`, 1)); got.Status != http.StatusOK {
		t.Errorf("got %d, want 200\n%s\n%s", got.Status, got.Body, extend)
	}

	restore := snippets(t, w.Get("/history/1/restore?reason=the+workshop+is+over", "Accept", "text/html"))["curl"]
	if got := paste(t, w, restore); got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "change", "restores") != 1.0 {
		t.Errorf("got %d, want 200 and a restore of change 1\n%s\n%s", got.Status, got.Body, restore)
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 {
		t.Errorf("restored to %v, want 5", perAnalyst)
	}
}
