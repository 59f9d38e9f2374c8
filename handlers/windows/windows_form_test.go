package windows_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// windowForm is the form of a window as a browser sends it.
func windowForm(w *handlerstest.World, other url.Values) url.Values {
	berlin, err := zoneinfo.Location("Europe/Berlin")
	if err != nil {
		w.T().Fatal(err)
	}

	start := w.Now().Add(time.Hour).In(berlin)
	form := url.Values{
		"title": {"Patching"}, "message": {"We **patch** it.\r\n\r\n- one"}, "starts_at": {start.Format("2006-01-02T15:04")},
		"ends_at": {start.Add(2 * time.Hour).Format("2006-01-02T15:04")}, "time_zone": {"Europe/Berlin"}, "recurrence": {""},
		"maintenance_mode": {"true"}, "settings.concurrency.per_analyst": {"4"}, "settings.concurrency.cluster_total": {""},
		"settings.lifecycle.instance.default_ttl": {"none"},
	}
	maps.Copy(form, other)

	return form
}

func TestAWindowIsAnnouncedByForms(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	form := windowForm(w, nil)

	review := w.Form("/maintenance/windows/review", form)
	for _, want := range []string{"Review: Patching", "<strong>patch</strong>", "nobody can create an instance", "Europe/Berlin", `name="confirm"`} {
		if !strings.Contains(review.Body, want) {
			t.Errorf("the review does not say %q", want)
		}
	}

	if items, _ := w.Data("/maintenance/windows")["items"].([]any); review.Status != http.StatusOK || len(items) != 0 {
		t.Errorf("got %d, and %d are announced, want 200 and none\n%s", review.Status, len(items), review.Body)
	}

	again := w.Form("/maintenance/windows/new", form)
	if again.Status != http.StatusOK || !strings.Contains(again.Body, `value="`+form.Get("starts_at")+`"`) {
		t.Errorf("got %d, want 200 and the start that was typed\n%s", again.Status, again.Body)
	}

	// What the review asks for comes back there, the rest to the form; what was typed stays.
	form.Set("reason", "Monthly patching")

	unconfirmed := w.Form("/maintenance/windows", form)
	if unconfirmed.Status != http.StatusUnprocessableEntity || !strings.Contains(unconfirmed.Body, "confirm-error") ||
		!strings.Contains(unconfirmed.Body, "Monthly patching") {
		t.Errorf("got %d, want 422 for the confirmation, and the reason kept\n%s", unconfirmed.Status, unconfirmed.Body)
	}

	form.Set("confirm", "test")

	wrong := w.Form("/maintenance/windows", windowForm(w, url.Values{"settings.concurrency.per_analyst": {"many"}}))
	if wrong.Status != http.StatusUnprocessableEntity || !strings.Contains(wrong.Body, `value="many"`) ||
		!strings.Contains(wrong.Body, `id="settings.concurrency.per_analyst-error"`) {
		t.Errorf("got %d, want 422 for per_analyst, and what was typed\n%s", wrong.Status, wrong.Body)
	}

	if got := w.Form("/maintenance/windows", windowForm(w, url.Values{"color": {"red"}})); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown field: got %d, want 422", got.Status)
	}

	done := w.Form("/maintenance/windows", form)
	if done.Status != http.StatusSeeOther || done.Header.Get("Location") != "/maintenance/windows/1" {
		t.Fatalf("got %d, want 303 at /maintenance/windows/1\n%s", done.Status, done.Body)
	}

	window := w.Data("/maintenance/windows/1")
	instance, _ := handlerstest.At(window, "settings", "lifecycle", "instance").(map[string]any)

	if ttl, set := instance["default_ttl"]; !set || ttl != nil || handlerstest.At(window, "settings", "concurrency", "per_analyst") != 4.0 ||
		window["message"] != "We **patch** it.\n\n- one" || window["maintenance_mode"] != true {
		t.Errorf("got %v, want default_ttl null, per_analyst 4, the message with plain line ends, and maintenance mode on", window)
	}
}

func TestAWindowIsChangedByItsForm(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(handlerstest.Object{"message": "one\n\ntwo"})

	form := w.Get(handlerstest.Path(window, "edit"), "Accept", "text/html")
	if form.Status != http.StatusOK || !strings.Contains(form.Body, `value="Patching"`) || !strings.Contains(form.Body, `value="4"`) {
		t.Fatalf("got %d, want 200 and a form with Patching and 4\n%s", form.Status, form.Body)
	}

	berlin, _ := zoneinfo.Location("Europe/Berlin")
	clock := func(name string) string {
		at, err := time.Parse(time.RFC3339, window[name].(string))
		if err != nil {
			t.Fatal(err)
		}

		return strings.TrimSuffix(at.In(berlin).Format("2006-01-02T15:04:05"), ":00")
	}

	// Everything is sent, and only what differs is changed: no name is asked for.
	changed := url.Values{
		"title": {"Patching, again"}, "message": {"one\r\n\r\ntwo"}, "starts_at": {clock("starts_at")}, "ends_at": {clock("ends_at")},
		"time_zone": {"Europe/Berlin"}, "recurrence": {""}, "maintenance_mode": {"true"}, "settings.concurrency.per_analyst": {"4"},
		"revision": {"1"}, "reason": {"A better title"}, "confirm": {""},
	}

	if got := w.Form(handlerstest.Path(window, ""), changed); got.Status != http.StatusSeeOther || got.Header.Get("Location") != handlerstest.Path(window, "") {
		t.Fatalf("got %d at %s, want 303 at %s\n%s", got.Status, got.Header.Get("Location"), handlerstest.Path(window, ""), got.Body)
	}

	after := w.Data(handlerstest.Path(window, ""))
	if after["title"] != "Patching, again" || after["starts_at"] != window["starts_at"] || after["ends_at"] != window["ends_at"] ||
		after["message"] != "one\n\ntwo" {
		t.Errorf("got %v, want the new title, with times and message as before", after)
	}

	// A stale form says so and keeps what was typed.
	changed.Set("title", "Too late")

	if got := w.Form(handlerstest.Path(window, ""), changed); got.Status != http.StatusConflict || !strings.Contains(got.Body, "Too late") {
		t.Errorf("got %d, want 409 and what was typed\n%s", got.Status, got.Body)
	}
}

func TestAWindowIsActedOnByForms(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)

	for _, act := range []string{"start", "end", "verify", "extend", "cancel", "takeover", "settle"} {
		if got := w.Get(handlerstest.Path(window, act), "Accept", "text/html"); got.Status != http.StatusOK || !strings.Contains(got.Body, `name="reason"`) {
			t.Errorf("%s: got %d, want 200 and a field for the reason", act, got.Status)
		}
	}

	short := w.Form(handlerstest.Path(window, "start"), url.Values{"reason": {"x"}, "revision": {"1"}})
	if short.Status != http.StatusUnprocessableEntity || !strings.Contains(short.Body, "reason-error") {
		t.Errorf("got %d, want 422 for the reason\n%s", short.Status, short.Body)
	}

	if got := w.Form(handlerstest.Path(window, "start"), url.Values{"reason": {"We are early"}, "revision": {"1"}}); got.Status != http.StatusSeeOther {
		t.Errorf("got %d, want 303\n%s", got.Status, got.Body)
	}

	again := w.Form(handlerstest.Path(window, "start"), url.Values{"reason": {"We are early again"}})
	if again.Status != http.StatusConflict || !strings.Contains(again.Body, "We are early again") {
		t.Errorf("got %d, want 409 and the reason kept\n%s", again.Status, again.Body)
	}

	if page := w.Get("/jobs", "Accept", "text/html"); !strings.Contains(page.Body, "Maintenance is on: Patching") {
		t.Error("no page says that it is maintenance")
	}

	if next := w.Data("/")["next_window"]; handlerstest.At(next, "title") != "Patching" || handlerstest.At(next, "active") != true {
		t.Errorf("the overview has %v, want Patching, active", next)
	}
}

func TestTimesThatClocksSkipAreNamed(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	year := w.Now().Year() + 1
	at := time.Date(year, time.March, 31, 0, 0, 0, 0, time.UTC)
	at = at.AddDate(0, 0, -int(at.Weekday())) // its last Sunday

	review := w.Form("/maintenance/windows/review", windowForm(w, url.Values{
		"starts_at": {at.Format("2006-01-02") + "T02:30"}, "ends_at": {at.Format("2006-01-02") + "T05:00"},
	}))
	if review.Status != http.StatusOK || !strings.Contains(review.Body, "02:30 does not exist in Europe/Berlin") {
		t.Errorf("got %d, want 200 and that 02:30 does not exist in Europe/Berlin\n%s", review.Status, review.Body)
	}
}

func TestASeriesIsShownInWords(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	start := w.Now().Add(24 * time.Hour).UTC().Truncate(time.Hour)
	series := handlerstest.Object{
		"starts_at": start.Format(time.RFC3339), "ends_at": start.Add(time.Hour).Format(time.RFC3339), "time_zone": "UTC",
		"recurrence": "FREQ=WEEKLY",
	}

	review := w.SendJSON(http.MethodPost, "/maintenance/windows/review", w.Draft(series))
	if preview := review.JSON(t); review.Status != http.StatusOK || !strings.HasPrefix(fmt.Sprint(preview["words"]), "every "+start.Weekday().String()) ||
		len(preview["dates"].([]any)) != 5 {
		t.Errorf("got %d, want 200, every %s and 5 dates\n%s", review.Status, start.Weekday(), review.Body)
	}

	first := w.Announce(series)

	list := w.Data("/maintenance/windows")
	if items := list["items"].([]any); len(items) != 5 || list["total"] != 5.0 {
		t.Errorf("%d windows are written ahead, of %v, want 5 of 5", len(items), list["total"])
	}

	got := w.SendJSON(http.MethodPatch, handlerstest.Path(first, ""), handlerstest.Object{
		"title": "All of them", "scope": "following", "reason": "A better title", "confirm": "test", "revision": 1,
	})
	if got.Status != http.StatusOK {
		t.Fatalf("got %d, want 200\n%s", got.Status, got.Body)
	}

	for _, item := range w.Data("/maintenance/windows")["items"].([]any) {
		if handlerstest.At(item, "title") != "All of them" {
			t.Errorf("one is still %v, want All of them", handlerstest.At(item, "title"))
		}
	}

	if got := w.SendJSON(http.MethodPost, handlerstest.Path(first, "cancel"), handlerstest.Object{"reason": "We stop doing that", "scope": "following"}); got.Status != http.StatusOK {
		t.Errorf("got %d, want 200\n%s", got.Status, got.Body)
	}

	if found := w.Data("/maintenance/windows?phase=cancelled&limit=2"); found["total"] != 5.0 || found["next"] == nil {
		t.Errorf("got %v, want a total of 5 and a next page", found)
	}
}

func TestNoTextOfAWindowBecomesMarkup(t *testing.T) {
	t.Parallel()

	const evil = `<img src=x onerror=alert(1)>"'&`

	w := handlerstest.New(t)
	window := w.Announce(handlerstest.Object{"title": evil, "message": evil + "\n\n[x](javascript:alert(1)) <script>alert(1)</script>", "reason": evil})

	if got := w.SendJSON(http.MethodPost, "/maintenance/templates", handlerstest.Object{
		"name": evil, "title": evil, "message": evil, "length_seconds": 60, "time_zone": "UTC", "reason": evil,
	}); got.Status != http.StatusCreated {
		t.Fatalf("got %d, want 201\n%s", got.Status, got.Body)
	}

	pages := []string{
		"/", "/maintenance", "/maintenance/windows", handlerstest.Path(window, ""), handlerstest.Path(window, "edit"), handlerstest.Path(window, "start"), "/maintenance/templates",
		"/maintenance/templates/1", "/maintenance/templates/1/delete", "/maintenance/windows/new?template=1",
		fmt.Sprintf("/maintenance/windows/new?window=%v", window["id"]), fmt.Sprintf("/maintenance/templates/new?window=%v", window["id"]),
		"/announcements", "/audit",
	}
	for _, path := range pages {
		got := w.Get(path, "Accept", "text/html")
		if got.Status != http.StatusOK {
			t.Errorf("%s: got %d, want 200", path, got.Status)
		}

		for _, markup := range []string{"<img src=x", "<script>alert", `href="javascript:`} {
			if strings.Contains(got.Body, markup) {
				t.Errorf("%s has %s in it", path, markup)
			}
		}
	}

	review := w.Form("/maintenance/windows/review", windowForm(w, url.Values{"title": {evil}, "message": {evil}}))
	if strings.Contains(review.Body, "<img src=x") {
		t.Error("the review has markup in it")
	}
}

// What of a message users do not see is told before it is announced.
func TestReviewSaysWhatUsersWillNotSee(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for message, want := range map[string]bool{"See ![the plan](https://example.com/plan.png)": true, "See the plan": false} {
		review := w.Form("/maintenance/windows/review", windowForm(w, url.Values{"message": {message}}))

		told := strings.Contains(review.Body, "What users will not see") && strings.Contains(review.Body, "https://example.com/plan.png")
		if review.Status != http.StatusOK || told != want {
			t.Errorf("%q: got %d, and that is told is %t, want 200 and %t\n%s", message, review.Status, told, want, review.Body)
		}
	}
}
