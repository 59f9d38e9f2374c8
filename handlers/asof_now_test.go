package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// TestAPageAsItWasHasNoBannerOfNow while the page of the present has.
func TestAPageAsItWasHasNoBannerOfNow(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Announce(handlerstest.Object{"title": "Upgrade of Trino"})

	if now := w.Get("/capacity", "Accept", "text/html"); !strings.Contains(now.Body, `aria-label="Maintenance"`) {
		t.Fatal("the page of the present has no banner")
	}

	was := w.Get("/capacity?at="+stamp(w.Now().Add(-time.Hour)), "Accept", "text/html")
	if was.Status != http.StatusOK || strings.Contains(was.Body, `aria-label="Maintenance"`) {
		t.Errorf("got %d, with a banner of the present, want none", was.Status)
	}
}

// TestTheLimitOfThenIsThatOfTheChange rather than of a sample.
func TestTheLimitOfThenIsThatOfTheChange(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Data("/config/concurrency")
	w.Advance(time.Minute)
	w.Save(`"cluster_total": 60, "reason": "for the quarter end"`)
	w.Advance(time.Minute)

	at := "/capacity?at=" + stamp(w.Now().Add(-time.Second))

	got := w.Get(at, "Accept", "application/json").JSON(t)
	if limit, by := handlerstest.At(got, "capacity", "limit"), handlerstest.At(got, "capacity", "limit_set_by", "reason"); limit != 60.0 || by != "for the quarter end" {
		t.Errorf("got %v by %v, want 60 by the change", limit, by)
	}

	if page := w.Get(at, "Accept", "text/html"); !strings.Contains(page.Body, "change 1</a>") {
		t.Error("the page does not lead to the change")
	}
}

// TestAMomentThatCannotBeReadIsRefused on the pages, and left to the form of a section.
func TestAMomentThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, path := range []string{"/", "/health", "/capacity", "/jobs", "/exports"} {
		if got := w.Get(path+"?at=soon", "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want 422", path, got.Status)
		}
	}

	got := w.Get("/config/concurrency?at=soon", "Accept", "text/html")
	if got.Status != http.StatusOK || !strings.Contains(got.Body, "<form") || strings.Contains(got.Body, "As it was at") {
		t.Errorf("got %d, want the form", got.Status)
	}
}

// TestClocksThatSkipOrRepeatAreToldOf where a time is chosen, and stay in the address.
func TestClocksThatSkipOrRepeatAreToldOf(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, at := range []string{"2025-10-26 02:30", "2026-03-29 02:30"} {
		note := map[bool]string{true: "comes twice", false: "does not exist"}[strings.HasPrefix(at, "2025-10")]

		for path, query := range map[string]url.Values{
			"/incident": {"from": {at}}, "/capacity": {"at": {at}}, "/health": {"at": {at}},
		} {
			got := w.Get(path+"?"+query.Encode(), "Accept", "text/html", "Cookie", "zone=Europe%2FBerlin")
			if got.Status != http.StatusOK || !strings.Contains(got.Body, note) {
				t.Errorf("%s at %s: got %d to %s, want it said that it %s", path, at, got.Status, got.Header.Get("Location"), note)
			}
		}
	}

	// On pages with charts, of a time of which samples can be kept.
	day := lastChange(t, w.Now())

	got := w.Get("/capacity?"+url.Values{"from": {day + " 02:30"}, "to": {day + "T12:00:00Z"}}.Encode(), "Accept", "text/html", "Cookie", "zone=Europe%2FBerlin")
	if got.Status != http.StatusOK || !strings.Contains(got.Body, "02:30 comes twice") && !strings.Contains(got.Body, "02:30 does not exist") {
		t.Errorf("/capacity on %s: got %d to %s, want it said what the clocks do", day, got.Status, got.Header.Get("Location"))
	}
}

// lastChange is the last day on which the clocks of Berlin changed.
func lastChange(t *testing.T, now time.Time) string {
	t.Helper()

	berlin, err := zoneinfo.Location("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}

	for day := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, berlin); ; day = day.AddDate(0, 0, -1) {
		_, after := day.Zone()
		if _, before := day.AddDate(0, 0, -1).Zone(); before != after {
			return day.Format(time.DateOnly)
		}
	}
}
