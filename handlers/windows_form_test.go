package handlers_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// windowForm is the form of a window as a browser sends it.
func windowForm(w *world, other url.Values) url.Values {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		w.t.Fatal(err)
	}

	start := w.now().Add(time.Hour).In(berlin)
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

	w := newWorld(t)
	form := windowForm(w, nil)

	review := w.form("/maintenance/windows/review", form)
	for _, want := range []string{"Review: Patching", "<strong>patch</strong>", "nobody can create an instance", "Europe/Berlin", `name="confirm"`} {
		if !strings.Contains(review.body, want) {
			t.Errorf("the review does not say %q", want)
		}
	}

	if items, _ := w.data("/maintenance/windows")["items"].([]any); review.status != http.StatusOK || len(items) != 0 {
		t.Errorf("got %d, and %d are announced\n%s", review.status, len(items), review.body)
	}

	again := w.form("/maintenance/windows/new", form)
	if again.status != http.StatusOK || !strings.Contains(again.body, `value="`+form.Get("starts_at")+`"`) {
		t.Errorf("got %d\n%s", again.status, again.body)
	}

	// What the review asks for comes back there, the rest to the form; what was typed stays.
	form.Set("reason", "Monthly patching")

	unconfirmed := w.form("/maintenance/windows", form)
	if unconfirmed.status != http.StatusUnprocessableEntity || !strings.Contains(unconfirmed.body, "confirm-error") ||
		!strings.Contains(unconfirmed.body, "Monthly patching") {
		t.Errorf("got %d\n%s", unconfirmed.status, unconfirmed.body)
	}

	form.Set("confirm", "test")

	wrong := w.form("/maintenance/windows", windowForm(w, url.Values{"settings.concurrency.per_analyst": {"many"}}))
	if wrong.status != http.StatusUnprocessableEntity || !strings.Contains(wrong.body, `value="many"`) ||
		!strings.Contains(wrong.body, `id="settings.concurrency.per_analyst-error"`) {
		t.Errorf("got %d\n%s", wrong.status, wrong.body)
	}

	if got := w.form("/maintenance/windows", windowForm(w, url.Values{"colour": {"red"}})); got.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown field: got %d", got.status)
	}

	done := w.form("/maintenance/windows", form)
	if done.status != http.StatusSeeOther || done.header.Get("Location") != "/maintenance/windows/1" {
		t.Fatalf("got %d\n%s", done.status, done.body)
	}

	window := w.data("/maintenance/windows/1")
	instance, _ := at(window, "settings", "lifecycle", "instance").(map[string]any)

	if ttl, set := instance["default_ttl"]; !set || ttl != nil || at(window, "settings", "concurrency", "per_analyst") != 4.0 ||
		window["message"] != "We **patch** it.\n\n- one" || window["maintenance_mode"] != true {
		t.Errorf("got %v", window)
	}
}

func TestAWindowIsChangedByItsForm(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	window := w.announce(object{"message": "one\n\ntwo"})

	form := w.get(path(window, "edit"), "Accept", "text/html")
	if form.status != http.StatusOK || !strings.Contains(form.body, `value="Patching"`) || !strings.Contains(form.body, `value="4"`) {
		t.Fatalf("got %d\n%s", form.status, form.body)
	}

	berlin, _ := time.LoadLocation("Europe/Berlin")
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

	if got := w.form(path(window, ""), changed); got.status != http.StatusSeeOther || got.header.Get("Location") != path(window, "") {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	after := w.data(path(window, ""))
	if after["title"] != "Patching, again" || after["starts_at"] != window["starts_at"] || after["ends_at"] != window["ends_at"] ||
		after["message"] != "one\n\ntwo" {
		t.Errorf("got %v", after)
	}

	// A stale form says so and keeps what was typed.
	changed.Set("title", "Too late")

	if got := w.form(path(window, ""), changed); got.status != http.StatusConflict || !strings.Contains(got.body, "Too late") {
		t.Errorf("got %d\n%s", got.status, got.body)
	}
}

func TestAWindowIsActedOnByForms(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	window := w.announce(nil)

	for _, act := range []string{"start", "end", "verify", "extend", "cancel", "takeover", "settle"} {
		if got := w.get(path(window, act), "Accept", "text/html"); got.status != http.StatusOK || !strings.Contains(got.body, `name="reason"`) {
			t.Errorf("%s: got %d", act, got.status)
		}
	}

	short := w.form(path(window, "start"), url.Values{"reason": {"x"}, "revision": {"1"}})
	if short.status != http.StatusUnprocessableEntity || !strings.Contains(short.body, "reason-error") {
		t.Errorf("got %d\n%s", short.status, short.body)
	}

	if got := w.form(path(window, "start"), url.Values{"reason": {"We are early"}, "revision": {"1"}}); got.status != http.StatusSeeOther {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	again := w.form(path(window, "start"), url.Values{"reason": {"We are early again"}})
	if again.status != http.StatusConflict || !strings.Contains(again.body, "We are early again") {
		t.Errorf("got %d\n%s", again.status, again.body)
	}

	if page := w.get("/jobs", "Accept", "text/html"); !strings.Contains(page.body, "Maintenance is on: Patching") {
		t.Error("no page says that it is maintenance")
	}

	if next := w.data("/")["next_window"]; at(next, "title") != "Patching" || at(next, "active") != true {
		t.Errorf("the overview has %v", next)
	}
}

func TestTimesThatClocksSkipAreNamed(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	year := w.now().Year() + 1
	at := time.Date(year, time.March, 31, 0, 0, 0, 0, time.UTC)
	at = at.AddDate(0, 0, -int(at.Weekday())) // its last Sunday

	review := w.form("/maintenance/windows/review", windowForm(w, url.Values{
		"starts_at": {at.Format("2006-01-02") + "T02:30"}, "ends_at": {at.Format("2006-01-02") + "T05:00"},
	}))
	if review.status != http.StatusOK || !strings.Contains(review.body, "02:30 does not exist in Europe/Berlin") {
		t.Errorf("got %d\n%s", review.status, review.body)
	}
}

func TestASeriesIsShownInWords(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	start := w.now().Add(24 * time.Hour).UTC().Truncate(time.Hour)
	series := object{
		"starts_at": start.Format(time.RFC3339), "ends_at": start.Add(time.Hour).Format(time.RFC3339), "time_zone": "UTC",
		"recurrence": "FREQ=WEEKLY",
	}

	review := w.sendJSON(http.MethodPost, "/maintenance/windows/review", w.draft(series))
	if preview := review.json(t); review.status != http.StatusOK || !strings.HasPrefix(fmt.Sprint(preview["words"]), "every "+start.Weekday().String()) ||
		len(preview["dates"].([]any)) != 5 {
		t.Errorf("got %d\n%s", review.status, review.body)
	}

	first := w.announce(series)

	list := w.data("/maintenance/windows")
	if items := list["items"].([]any); len(items) != 5 || list["total"] != 5.0 {
		t.Errorf("%d windows are written ahead", len(items))
	}

	got := w.sendJSON(http.MethodPatch, path(first, ""), object{
		"title": "All of them", "scope": "following", "reason": "A better title", "confirm": "test", "revision": 1,
	})
	if got.status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	for _, item := range w.data("/maintenance/windows")["items"].([]any) {
		if at(item, "title") != "All of them" {
			t.Errorf("one is still %v", at(item, "title"))
		}
	}

	if got := w.sendJSON(http.MethodPost, path(first, "cancel"), object{"reason": "We stop doing that", "scope": "following"}); got.status != http.StatusOK {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if found := w.data("/maintenance/windows?phase=cancelled&limit=2"); found["total"] != 5.0 || found["next"] == nil {
		t.Errorf("got %v", found)
	}
}

func TestNoTextOfAWindowBecomesMarkup(t *testing.T) {
	t.Parallel()

	const evil = `<img src=x onerror=alert(1)>"'&`

	w := newWorld(t)
	window := w.announce(object{"title": evil, "message": evil + "\n\n[x](javascript:alert(1)) <script>alert(1)</script>", "reason": evil})

	if got := w.sendJSON(http.MethodPost, "/maintenance/templates", object{
		"name": evil, "title": evil, "message": evil, "length_seconds": 60, "time_zone": "UTC", "reason": evil,
	}); got.status != http.StatusCreated {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	pages := []string{
		"/", "/maintenance", "/maintenance/windows", path(window, ""), path(window, "edit"), path(window, "start"), "/maintenance/templates",
		"/maintenance/templates/1", "/maintenance/templates/1/delete", "/maintenance/windows/new?template=1",
		fmt.Sprintf("/maintenance/windows/new?window=%v", window["id"]), fmt.Sprintf("/maintenance/templates/new?window=%v", window["id"]),
		"/announcements", "/audit",
	}
	for _, path := range pages {
		got := w.get(path, "Accept", "text/html")
		if got.status != http.StatusOK {
			t.Errorf("%s: got %d", path, got.status)
		}

		for _, markup := range []string{"<img src=x", "<script>alert", `href="javascript:`} {
			if strings.Contains(got.body, markup) {
				t.Errorf("%s has %s in it", path, markup)
			}
		}
	}

	review := w.form("/maintenance/windows/review", windowForm(w, url.Values{"title": {evil}, "message": {evil}}))
	if strings.Contains(review.body, "<img src=x") {
		t.Error("the review has markup in it")
	}
}
