package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/announcements"
	"github.com/graph-olap/opsconsole/internal/announce"
)

func TestAnnouncementsNeedNoSignIn(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	window := w.announce(object{"reason": "A reason for operators"})
	page := func() string {
		got := w.send(http.MethodGet, "/announcements", "")
		if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
			t.Fatalf("got %d, %v", got.status, got.header)
		}

		return got.body
	}

	before := page()
	for _, want := range []string{"Patching", "<strong>patch</strong>", "Announced", "Europe/Berlin", "The platform is up"} {
		if !strings.Contains(before, want) {
			t.Errorf("it does not say %q", want)
		}
	}

	for _, secret := range []string{"dave", "A reason for operators", "per_analyst", `aria-label="Pages"`} {
		if strings.Contains(before, secret) {
			t.Errorf("it says %q", secret)
		}
	}

	w.pass(time.Hour)

	if during := page(); !strings.Contains(during, "Under way") {
		t.Errorf("while it runs:\n%s", during)
	}

	w.pass(2 * time.Hour)

	if after := page(); !strings.Contains(after, "Completed") || !strings.Contains(after, "No maintenance is under way") {
		t.Errorf("when it is over:\n%s", after)
	}

	for _, path := range announce.Paths() {
		got := w.send(http.MethodGet, path, "")
		if got.status != http.StatusOK || path != announce.BannerPath && !strings.Contains(got.body, window["uid"].(string)) {
			t.Errorf("%s: got %d\n%s", path, got.status, got.body)
		}
	}
}

func TestAnnouncementsCanBeKept(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.announce(nil)

	for _, path := range announce.Paths() {
		first := w.send(http.MethodGet, path, "")
		tag := first.header.Get("ETag")

		if tag == "" || !strings.HasPrefix(first.header.Get("Cache-Control"), "public, max-age=") {
			t.Errorf("%s: caches are told %v", path, first.header)
		}

		if again := w.send(http.MethodGet, path, "", "If-None-Match", tag); again.status != http.StatusNotModified || again.body != "" {
			t.Errorf("%s: got %d with the same tag", path, again.status)
		}
	}

	tag := w.send(http.MethodGet, "/announcements", "").header.Get("ETag")

	w.sendJSON(http.MethodPost, "/maintenance/windows/1/cancel", object{"reason": "Not needed any more"})
	w.pass(2 * time.Second)

	if changed := w.send(http.MethodGet, "/announcements", "", "If-None-Match", tag); changed.status != http.StatusOK {
		t.Errorf("got %d after a change", changed.status)
	}
}

func TestAnnouncementsForThoseWhoAreSignedIn(t *testing.T) {
	t.Parallel()

	w := newWorldOf(t, announcements.SignedIn)

	for _, path := range announce.Paths() {
		if got := w.send(http.MethodGet, path, "", "Accept", "text/html"); got.status != http.StatusSeeOther ||
			!strings.HasPrefix(got.header.Get("Location"), "/login?") {
			t.Errorf("%s: got %d", path, got.status)
		}

		if got := w.send(http.MethodGet, path, "", "Accept", "application/json"); got.status != http.StatusUnauthorized {
			t.Errorf("%s: got %d", path, got.status)
		}

		// An analyst will do.
		got := w.send(http.MethodGet, path, "", "Authorization", "Bearer "+w.token("alice"))
		if got.status != http.StatusOK || strings.Contains(got.header.Get("Cache-Control"), "public") {
			t.Errorf("%s: got %d, %s", path, got.status, got.header.Get("Cache-Control"))
		}
	}
}

func TestAnnouncementsForNobody(t *testing.T) {
	t.Parallel()

	w := newWorldOf(t, announcements.Nobody)

	for _, path := range announce.Paths() {
		if got := w.send(http.MethodGet, path, "", "Authorization", "Bearer "+w.token("dave")); got.status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, got.status)
		}
	}
}

func TestAnnouncementsAsJSON(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.announce(nil)

	if got := w.send(http.MethodGet, "/announcements", "", "Accept", "application/json"); got.status != http.StatusSeeOther ||
		got.header.Get("Location") != announce.JSONPath {
		t.Errorf("got %d", got.status)
	}

	upcoming, _ := w.send(http.MethodGet, announce.JSONPath, "").json(t)["upcoming"].([]any)
	if len(upcoming) != 1 || at(upcoming[0], "title") != "Patching" || at(upcoming[0], "announced_by") != nil {
		t.Errorf("got %v", upcoming)
	}
}
