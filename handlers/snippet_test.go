package handlers_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var (
	snippetText = regexp.MustCompile(`(?s)<pre tabindex="0" aria-label="([^"]+)">(.*?)</pre>`)
	snippetVar  = regexp.MustCompile(`</?var[^>]*>`)
)

// snippets are the texts to copy on a page, by their language.
func snippets(t *testing.T, a answer) map[string]string {
	t.Helper()

	out := map[string]string{}
	for _, found := range snippetText.FindAllStringSubmatch(a.body, -1) {
		out[found[1]] = strings.TrimSpace(html.UnescapeString(snippetVar.ReplaceAllString(found[2], "")))
	}

	if len(out) == 0 {
		t.Fatalf("got %d and nothing to copy\n%s", a.status, a.body)
	}

	return out
}

// paste carries out what a snippet for curl says.
func (w *world) paste(t *testing.T, snippet string) answer {
	t.Helper()

	address, rest, _ := strings.Cut(strings.TrimPrefix(snippet, "curl -X POST "), " ")
	_, body, found := strings.Cut(rest, "-d '")

	if !found || !strings.HasPrefix(address, w.url) {
		t.Fatalf("got %s", snippet)
	}

	return w.post(strings.TrimPrefix(address, w.url), strings.ReplaceAll(strings.TrimSuffix(body, "'"), `'\''`, "'"))
}

func TestWhatIsCopiedDoesWhatTheFormDoes(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	const reason = `It's for "the" workshop & more`

	review := w.get("/config/concurrency/review?"+url.Values{
		"per_analyst": {"2"}, "cluster_total": {"50"}, "revision": {w.revision()},
		"reason": {reason}, "duration": {"90m"}, "confirm": {"test"},
	}.Encode(), "Accept", "text/html")

	copied := snippets(t, review)
	if python := copied["Python"]; !strings.Contains(python, `"reason": "It's for \"the\" workshop \u0026 more", "duration": "90m", "confirm": "test"`) ||
		!strings.Contains(python, w.url+"/config/concurrency") {
		t.Errorf("got %s", python)
	}

	if sdk := copied["Python SDK"]; !strings.Contains(sdk, "client.ops.update_concurrency_config(per_analyst=2, cluster_total=50)") {
		t.Errorf("got %s", sdk)
	}

	saved := w.paste(t, copied["curl"])
	if change := saved.json(t); saved.status != http.StatusOK || at(change, "change", "reason") != reason || at(change, "lease", "state") != "active" {
		t.Errorf("got %d\n%s", saved.status, saved.body)
	}

	// The control plane itself reads no durations as people write them; this console does.
	lifecycle := snippets(t, w.get("/config/lifecycle/review?"+url.Values{
		"instance.default_ttl": {"1d 12h"}, "snapshot.max_ttl": {"soon"},
	}.Encode(), "Accept", "text/html"))
	if sdk := lifecycle["Python SDK"]; !strings.Contains(sdk, `"default_ttl": "P1DT12H"`) || !strings.Contains(lifecycle["curl"], `"1d 12h"`) {
		t.Errorf("got %s\n%s", sdk, lifecycle["curl"])
	}

	// What is empty is not sent.
	for _, path := range []string{"/config/lifecycle", "/history/1/restore"} {
		for language, text := range snippets(t, w.get(path, "Accept", "text/html")) {
			if strings.Contains(text, "confirm") || strings.Contains(text, "until") {
				t.Errorf("%s, %s: %s", path, language, text)
			}
		}
	}

	extend := snippets(t, w.get("/leases/1/extend", "Accept", "text/html"))["curl"]
	if got := w.paste(t, strings.Replace(extend, `"reason": ""`, `"reason": "it goes on", "duration": "3h"`, 1)); got.status != http.StatusOK {
		t.Errorf("got %d\n%s\n%s", got.status, got.body, extend)
	}

	restore := snippets(t, w.get("/history/1/restore?reason=the+workshop+is+over", "Accept", "text/html"))["curl"]
	if got := w.paste(t, restore); got.status != http.StatusOK || at(got.json(t), "change", "restores") != 1.0 {
		t.Errorf("got %d\n%s\n%s", got.status, got.body, restore)
	}

	if perAnalyst, _ := w.limits(); perAnalyst != 5 {
		t.Errorf("restored to %v", perAnalyst)
	}
}
