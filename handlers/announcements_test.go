package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance/calendar"
)

func TestAnnouncementsNeedNoSignIn(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(handlerstest.Object{"reason": "A reason for operators"})
	page := func() string {
		got := w.Send(http.MethodGet, "/announcements", "")
		if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
			t.Fatalf("got %d, %v, want 200, text/html", got.Status, got.Header)
		}

		return got.Body
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

	w.Pass(time.Hour)

	if during := page(); !strings.Contains(during, "Under way") {
		t.Errorf("while it runs it says\n%s\nwant it under way", during)
	}

	w.Pass(2 * time.Hour)

	if after := page(); !strings.Contains(after, "Completed") || !strings.Contains(after, "No maintenance is under way") {
		t.Errorf("when it is over it says\n%s\nwant it completed and none under way", after)
	}

	ended := "Ended " + w.Now().In(calendar.Location("Europe/Berlin")).Format("Mon 2 January 2006 15:04") + " Europe/Berlin"
	if after := page(); !strings.Contains(after, ended) {
		t.Errorf("it says\n%s\nwant %q", after, ended)
	}

	for _, path := range announce.Paths() {
		got := w.Send(http.MethodGet, path, "")

		ofWindows := path != announce.BannerPath && path != announce.UptimesPath
		if got.Status != http.StatusOK || ofWindows && !strings.Contains(got.Body, window["uid"].(string)) {
			t.Errorf("%s: got %d, want 200 and the window\n%s", path, got.Status, got.Body)
		}
	}
}

// TestEachEntryLeadsToItsPlaceOnThePage: readers that tell of each address once are told of each.
func TestEachEntryLeadsToItsPlaceOnThePage(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)
	w.SendJSON(http.MethodPost, handlerstest.Path(window, "cancel"), handlerstest.Object{"reason": "Not needed any more"})
	w.Pass(2 * time.Second)

	page, led := w.Send(http.MethodGet, "/announcements", "").Body, map[string]bool{}

	for part := range strings.SplitSeq(w.Send(http.MethodGet, "/announcements.atom", "").Body, `href="`) {
		address, _, _ := strings.Cut(part, `"`)

		if _, place, found := strings.Cut(address, "#"); found {
			led[place] = true

			if !strings.Contains(page, `id="`+place+`"`) {
				t.Errorf("nothing on the page is %s", place)
			}
		}
	}

	if len(led) != 2 {
		t.Errorf("the entries lead to %v, want two places", led)
	}
}

func TestAnnouncementsCanBeKept(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Announce(nil)

	for _, path := range announce.Paths() {
		first := w.Send(http.MethodGet, path, "")
		tag := first.Header.Get("ETag")

		if tag == "" || !strings.HasPrefix(first.Header.Get("Cache-Control"), "public, max-age=") {
			t.Errorf("%s: caches are told %v, want an ETag and a public max-age", path, first.Header)
		}

		if again := w.Send(http.MethodGet, path, "", "If-None-Match", tag); again.Status != http.StatusNotModified || again.Body != "" {
			t.Errorf("%s: got %d with the same tag, want 304 and no body", path, again.Status)
		}
	}

	tag := w.Send(http.MethodGet, "/announcements", "").Header.Get("ETag")

	w.SendJSON(http.MethodPost, "/maintenance/windows/1/cancel", handlerstest.Object{"reason": "Not needed any more"})
	w.Pass(2 * time.Second)

	if changed := w.Send(http.MethodGet, "/announcements", "", "If-None-Match", tag); changed.Status != http.StatusOK {
		t.Errorf("got %d after a change, want 200", changed.Status)
	}
}

func TestAnnouncementsForThoseWhoAreSignedIn(t *testing.T) {
	t.Parallel()

	w := handlerstest.NewOf(t, announce.SignedIn)

	for _, path := range announce.Paths() {
		if got := w.Send(http.MethodGet, path, "", "Accept", "text/html"); got.Status != http.StatusSeeOther ||
			!strings.HasPrefix(got.Header.Get("Location"), "/login?") {
			t.Errorf("%s: got %d, want 303 to /login", path, got.Status)
		}

		if got := w.Send(http.MethodGet, path, "", "Accept", "application/json"); got.Status != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", path, got.Status)
		}

		// An analyst will do.
		got := w.Send(http.MethodGet, path, "", "Authorization", "Bearer "+w.Token("alice"))
		if got.Status != http.StatusOK || strings.Contains(got.Header.Get("Cache-Control"), "public") {
			t.Errorf("%s: got %d, %s, want 200 and nothing public", path, got.Status, got.Header.Get("Cache-Control"))
		}
	}
}

func TestAnnouncementsForNobody(t *testing.T) {
	t.Parallel()

	w := handlerstest.NewOf(t, announce.Nobody)

	for _, path := range announce.Paths() {
		if got := w.Send(http.MethodGet, path, "", "Authorization", "Bearer "+w.Token("dave")); got.Status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, got.Status)
		}
	}
}

func TestAnnouncementsAsJSON(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Announce(nil)

	if got := w.Send(http.MethodGet, "/announcements", "", "Accept", "application/json"); got.Status != http.StatusSeeOther ||
		got.Header.Get("Location") != announce.JSONPath {
		t.Errorf("got %d, want 303 to %s", got.Status, announce.JSONPath)
	}

	upcoming, _ := w.Send(http.MethodGet, announce.JSONPath, "").JSON(t)["upcoming"].([]any)
	if len(upcoming) != 1 || handlerstest.At(upcoming[0], "title") != "Patching" || handlerstest.At(upcoming[0], "announced_by") != nil {
		t.Errorf("got %v, want Patching alone, announced by nobody", upcoming)
	}
}
