package handlers_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// keptPaths are addresses of every page that is kept, with what they may select.
func keptPaths() []string {
	return []string{
		"/", "/health", "/health?range=7d", "/capacity", "/capacity?owners=all", "/jobs", "/exports", "/exports?status=failed", "/metrics",
		"/metrics?q=a", "/maintenance", "/maintenance/windows", "/maintenance/windows?from=2026-03-01T10:00:00Z", "/config/lifecycle",
		"/config/concurrency", "/config/concurrency?per_analyst=7", "/config/export", "/leases", "/history", "/history/1",
		"/history?section=concurrency", "/history?from=2026-03-01T10:00:00Z", "/audit", "/audit?outcome=done",
	}
}

// viewer is an operator with a browser, in which everything is set otherwise than in another's.
type viewer struct {
	name, theme, zone, cookie string

	mu   sync.Mutex
	tags map[string]string // of what the browser has, by address
	seen map[string]bool   // all tags there were
}

func newViewer(tb testing.TB, w *handlerstest.World, name, theme, zone string) *viewer {
	tb.Helper()

	return &viewer{
		name: name, theme: theme, zone: zone, cookie: sessionCookie(tb, w, name) + "; theme=" + theme + "; zone=" + strings.ReplaceAll(zone, "/", "%2F"),
		tags: map[string]string{}, seen: map[string]bool{},
	}
}

// get asks for a page as a browser does, which may have it already, and returns it as it is read.
func (v *viewer) get(w *handlerstest.World, path string, header ...string) handlerstest.Answer {
	w.T().Helper()

	got := w.Send(http.MethodGet, path, "", append(header, "Accept", "text/html", "Cookie", v.cookie)...)

	if got.Header.Get("Content-Encoding") == "gzip" {
		r, err := gzip.NewReader(strings.NewReader(got.Body))
		if err != nil {
			w.T().Error(err)

			return got
		}

		plain, err := io.ReadAll(r) // its sum is right, too
		if err != nil {
			w.T().Error(err)
		}

		got.Body = string(plain)
	}

	return got
}

// isTheirs is why a page is not the viewer's alone, "" when it is.
func (v *viewer) isTheirs(body string, other *viewer) string {
	for _, mine := range []string{
		`data-user="` + v.name + `"`, v.name + "@graph-olap.example.com", `data-zone="` + v.zone + `"`, `data-theme="` + v.theme + `"`,
		`value="` + v.theme + `" aria-pressed="true"`,
	} {
		if !strings.Contains(body, mine) {
			return "it lacks " + mine
		}
	}

	for _, theirs := range []string{
		`data-user="` + other.name, other.name + "@graph-olap", other.zone, `data-theme="` + other.theme, `value="` + other.theme + `" aria-pressed="true"`,
		"\x00",
	} {
		if strings.Contains(body, theirs) {
			return "it has " + theirs
		}
	}

	return ""
}

// TestNothingOfOneOperatorReachesAnother has two operators ask for all pages at the same time, whole
// or unchanged, compressed or not, while one of them changes things.
func TestNothingOfOneOperatorReachesAnother(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 6, "reason": "a workshop today"`)

	dave, olga := newViewer(t, w, "dave", "dark", "Asia/Tokyo"), newViewer(t, w, "olga", "light", "America/New_York")

	var all sync.WaitGroup

	for worker := range 8 {
		dice := rand.New(rand.NewPCG(7, uint64(worker)))

		all.Go(func() {
			for range 60 {
				me, other := dave, olga
				if dice.IntN(2) == 0 {
					me, other = olga, dave
				}

				path := keptPaths()[dice.IntN(len(keptPaths()))]

				me.mu.Lock()
				tag := me.tags[path]
				me.mu.Unlock()

				header := []string{"Accept-Encoding", []string{"gzip", "identity"}[dice.IntN(2)]}
				if dice.IntN(2) == 0 {
					header = append(header, "If-None-Match", tag)
				}

				got := me.get(w, path, header...)

				switch {
				case got.Status == http.StatusNotModified && got.Body == "" && got.Header.Get("Etag") == tag:
				case got.Status != http.StatusOK:
					t.Errorf("%s: got %d\n%.300s", path, got.Status, got.Body)
				default:
					if problem := me.isTheirs(got.Body, other); problem != "" {
						t.Errorf("%s of %s: %s", path, me.name, problem)
					}
				}

				me.mu.Lock()
				me.tags[path] = got.Header.Get("Etag")
				me.seen[got.Header.Get("Etag")] = true
				me.mu.Unlock()
			}
		})
	}

	for n := range 5 {
		w.Save(fmt.Sprintf(`"per_analyst": %d, "reason": "a workshop on day %d"`, 7+n, n))
	}

	all.Wait()

	for tag := range dave.seen {
		if tag == "" || olga.seen[tag] {
			t.Errorf("%q is the tag of a page of both", tag)
		}
	}
}

// TestKeptPagesAreForThoseWhoMaySeeThem asks for pages that are kept as everybody else.
func TestKeptPagesAreForThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	dave := newViewer(t, w, "dave", "dark", "UTC")
	alice := newViewer(t, w, "alice", "dark", "UTC")

	for _, path := range keptPaths() {
		if path == "/history/1" {
			continue
		}

		got := dave.get(w, path)
		dave.tags[path] = got.Header.Get("Etag")

		if got.Status != http.StatusOK || dave.tags[path] == "" || got.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: got %d, %v, want 200, an ETag, private and no-cache", path, got.Status, got.Header)
		}
	}

	if n, _ := w.Console.Kept(); n == 0 {
		t.Fatal("no page is kept")
	}

	refused := func(who, path string, status int, header ...string) {
		t.Helper()

		got := w.Send(http.MethodGet, path, "", append(header, "Accept", "text/html", "If-None-Match", dave.tags[path])...)
		if got.Status != status || strings.Contains(got.Body, "dave") || got.Header.Get("Etag") != "" {
			t.Errorf("%s to %s: got %d, want %d and nothing of the page\n%s", path, who, got.Status, status, got.Body)
		}
	}

	for path := range dave.tags {
		refused("a stranger", path, http.StatusSeeOther)
		refused("an analyst", path, http.StatusForbidden, "Cookie", alice.cookie)
	}

	if got := w.Send(http.MethodPost, "/logout", "", "Cookie", dave.cookie); got.Header.Get("Clear-Site-Data") != `"cache"` {
		t.Errorf("signing out answers %v, want Clear-Site-Data", got.Header)
	}

	for path := range dave.tags {
		refused("who was signed out", path, http.StatusSeeOther, "Cookie", dave.cookie)
	}

	if got := dave.get(w, "/jobs"); got.Header.Get("Clear-Site-Data") != `"cache"` {
		t.Errorf("a session that is over is answered with %v, want Clear-Site-Data", got.Header)
	}
}

// TestAPageIsSentOnce asks for a page that the browser has.
func TestAPageIsSentOnce(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	dave := newViewer(t, w, "dave", "dark", "UTC")

	whole := dave.get(w, "/jobs")
	tag := whole.Header.Get("Etag")

	for _, list := range []string{tag, `"another", ` + tag, strings.TrimPrefix(tag, "W/") + ", " + tag} {
		got := dave.get(w, "/jobs", "If-None-Match", list)
		if got.Status != http.StatusNotModified || got.Body != "" || got.Header.Get("Etag") != tag || got.Header.Get("Vary") != whole.Header.Get("Vary") {
			t.Errorf("with %s: got %d, %v, want 304 with the same ETag and Vary", list, got.Status, got.Header)
		}
	}

	for name, header := range map[string][]string{
		"as data": {"Accept", "application/json"}, "by htmx": {"HX-Request", "true"}, "as it waits": {"Opsconsole-Wait", "1"},
	} {
		got := w.Send(http.MethodGet, "/config/concurrency", "", append([]string{"Accept", "text/html", "Cookie", dave.cookie}, header...)...)
		if got.Status != http.StatusOK || got.Header.Get("Etag") != "" || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d, %v, want 200 that nobody keeps", name, got.Status, got.Header)
		}
	}

	clock := regexp.MustCompile(`data-now="[^"]*"`)
	compressed := dave.get(w, "/jobs", "Accept-Encoding", "gzip")

	if a, b := clock.ReplaceAllString(whole.Body, ""), clock.ReplaceAllString(compressed.Body, ""); a != b || compressed.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("compressed it is another page\n%s\n%s", a, b)
	}
}

// TestNothingGrowsWithAddresses asks for ever other addresses.
func TestNothingGrowsWithAddresses(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	dave := newViewer(t, w, "dave", "dark", "UTC")

	most := 0

	for n := range 3000 {
		dave.get(w, fmt.Sprintf("/metrics?q=%d%s", n, strings.Repeat("x", 1000)))

		pages, size := w.Console.Kept()
		if most = max(most, pages); size > handlers.KeptMost {
			t.Fatalf("%d pages take %d bytes, at most %d are allowed", pages, size, handlers.KeptMost)
		}

		if pages < most/2 {
			return // they made place
		}
	}

	t.Errorf("all of %d pages are kept", most)
}
