package handlers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// object is JSON to be sent.
type object map[string]any

func (w *world) sendJSON(method, path string, body object) answer {
	w.t.Helper()

	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}

	return w.send(method, path, string(text), "Content-Type", "application/json", "Authorization", "Bearer "+w.token("dave"))
}

// draft is a window that starts in an hour and lasts two, with other fields on top.
func (w *world) draft(other object) object {
	start := w.now().Add(time.Hour).UTC().Truncate(time.Second)
	out := object{
		"title": "Patching", "message": "We **patch** it.", "starts_at": start.Format(time.RFC3339),
		"ends_at": start.Add(2 * time.Hour).Format(time.RFC3339), "time_zone": "Europe/Berlin", "maintenance_mode": true,
		"settings": object{"concurrency": object{"per_analyst": 4}}, "recurrence": nil, "reason": "Monthly patching", "confirm": "test",
	}
	maps.Copy(out, other)

	return out
}

// announce announces a window and returns it.
func (w *world) announce(other object) map[string]any {
	w.t.Helper()

	got := w.sendJSON(http.MethodPost, "/maintenance/windows", w.draft(other))
	if got.status != http.StatusCreated {
		w.t.Fatalf("got %d\n%s", got.status, got.body)
	}

	return got.json(w.t)
}

func path(window map[string]any, act string) string {
	return strings.TrimSuffix(fmt.Sprintf("/maintenance/windows/%v/%s", window["id"], act), "/")
}

func (w *world) maintenanceMode() changes.Values {
	w.t.Helper()

	current, _ := w.data("/config/maintenance")["current"].(map[string]any)

	return current
}

func TestAWindowIsAnnouncedStartsAndEnds(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	draft := w.draft(nil)

	got := w.sendJSON(http.MethodPost, "/maintenance/windows", draft)
	window := got.json(t)

	if got.status != http.StatusCreated || got.header.Get("Location") != path(window, "") {
		t.Fatalf("got %d at %s\n%s", got.status, got.header.Get("Location"), got.body)
	}

	for _, name := range []string{"title", "message", "starts_at", "ends_at", "time_zone", "maintenance_mode", "recurrence", "reason"} {
		if window[name] != draft[name] {
			t.Errorf("%s is %v, want %v", name, window[name], draft[name])
		}
	}

	for name, want := range map[string]any{
		"revision": 1.0, "phase": "announced", "announced_by": "dave", "started_at": nil, "ended_at": nil, "report": nil,
	} {
		if value, there := window[name]; !there || value != want {
			t.Errorf("%s is %v, want %v", name, value, want)
		}
	}

	if at(window, "settings", "concurrency", "per_analyst") != 4.0 {
		t.Errorf("the settings are %v", window["settings"])
	}

	w.pass(time.Hour)

	active := w.data(path(window, ""))
	if perAnalyst, _ := w.limits(); active["phase"] != "active" || active["started_at"] == nil || perAnalyst != 4 {
		t.Errorf("at its start it is %v with %v", active, perAnalyst)
	}

	if mode := w.maintenanceMode(); mode["enabled"] != true || mode["message"] != "We **patch** it." {
		t.Errorf("maintenance mode is %v", mode)
	}

	// The banner tells of it; its settings are not told once more as temporary changes.
	if page := w.get("/jobs").body; !strings.Contains(page, "Maintenance is on:") || strings.Contains(page, `aria-label="Temporary changes"`) {
		t.Errorf("every page says\n%s", page)
	}

	w.pass(2 * time.Hour)

	over := w.data(path(window, ""))
	if perAnalyst, _ := w.limits(); over["phase"] != "completed" || over["ended_at"] == nil || perAnalyst != 5 ||
		w.maintenanceMode()["enabled"] != false {
		t.Errorf("at its end it is %v with %v", over, perAnalyst)
	}

	sections, _ := at(over, "report", "sections").([]any)
	if at(over, "report", "restored") != true || len(sections) != 2 {
		t.Errorf("the report is %v", over["report"])
	}

	for _, section := range sections {
		if differences, ok := at(section, "differences").([]any); !ok || len(differences) > 0 {
			t.Errorf("it differs: %v", section)
		}
	}

	if page := w.get(path(window, ""), "Accept", "text/html"); !strings.Contains(page.body, "Everything is as before") {
		t.Errorf("the page has no proof:\n%s", page.body)
	}

	sources := w.data("/history?section=concurrency")
	for _, change := range sources["items"].([]any) {
		if at(change, "actor") != "schedule (for dave)" {
			t.Errorf("a change was made by %v", at(change, "actor"))
		}
	}
}

func TestBadWindowsAreRefusedFieldByField(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	soon := w.now().Add(time.Hour).UTC().Format(time.RFC3339)

	for field, other := range map[string]object{
		"body.title":                                {"title": " "},
		"body.title ":                               {"title": 5},
		"body.title  ":                              {"title": strings.Repeat("x", 121)},
		"body.message":                              {"message": nil},
		"body.message ":                             {"message": strings.Repeat("ä", 2001)},
		"body.starts_at":                            {"starts_at": "tomorrow"},
		"body.starts_at ":                           {"starts_at": "2026-03-01T14:00:00"},
		"body.ends_at body.starts_at":               {"starts_at": "2001-03-01T14:00:00Z", "ends_at": "2001-03-01T15:00:00Z"},
		"body.ends_at":                              {"ends_at": soon},
		"body.ends_at ":                             {"ends_at": nil},
		"body.ends_at  ":                            {"ends_at": 17},
		"body.time_zone":                            {"time_zone": "Mars/Olympus"},
		"body.maintenance_mode":                     {"maintenance_mode": "yes"},
		"body.maintenance_mode ":                    {"maintenance_mode": nil},
		"body.settings":                             {"settings": []int{1}},
		"body.settings.concurrency":                 {"settings": object{"concurrency": object{"per_analyst": 1.5}}},
		"body.settings.concurrency.per_analyst":     {"settings": object{"concurrency": object{"per_analyst": 0}}},
		"body.settings.concurrency.x":               {"settings": object{"concurrency": object{"x": 1}}},
		"body.settings.lifecycle.mapping.max_ttl":   {"settings": object{"lifecycle": object{"mapping": object{"max_ttl": "soon"}}}},
		"body.settings.maintenance":                 {"settings": object{"maintenance": object{"enabled": false}}},
		"body.settings.nope":                        {"settings": object{"nope": object{"a": 1}}},
		"body.recurrence":                           {"recurrence": "FREQ=SECONDLY"},
		"body.recurrence ":                          {"recurrence": 7},
		"body.reason":                               {"reason": "short"},
		"body.reason ":                              {"reason": nil},
		"body.confirm":                              {"confirm": "production"},
		"body.confirm ":                             {"confirm": nil},
		"body.phase":                                {"phase": "active"},
		"body.<script>":                             {"<script>": 1},
		"body.announced_by":                         {"announced_by": "olga"},
		"body.settings.export.max_duration_seconds": {"settings": object{"export": object{"max_duration_seconds": "600"}}},
	} {
		got := w.sendJSON(http.MethodPost, "/maintenance/windows", w.draft(other))
		if fields := whatIsWrong(t, got); fields != strings.TrimSpace(field) {
			t.Errorf("%s: %q is wrong\n%s", field, fields, got.body)
		}
	}

	for body, status := range map[string]int{
		`[]`: 422, `{"title"`: 422, `null`: 422, "{\"title\": \"\xff\"}": 422, `{"title": "a", "title": "b"}`: 422,
		`{"message": "` + strings.Repeat("x", 1<<20) + `"}`: 413,
	} {
		if got := w.post("/maintenance/windows", body); got.status != status {
			t.Errorf("%.40s: got %d, want %d", body, got.status, status)
		}
	}

	for _, missing := range []string{"/maintenance/windows/99", "/maintenance/windows/x", "/maintenance/windows/0"} {
		if got := w.get(missing, "Accept", "application/json"); got.status != http.StatusNotFound {
			t.Errorf("%s: got %d", missing, got.status)
		}
	}

	if items, _ := w.data("/maintenance/windows")["items"].([]any); len(items) != 0 {
		t.Errorf("something was announced: %v", items)
	}
}

func TestAnOverlapIsRefusedWithALink(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	first := w.announce(nil)

	got := w.sendJSON(http.MethodPost, "/maintenance/windows", w.draft(nil))
	if refused := got.json(t); got.status != http.StatusConflict || at(refused, "error", "code") != "CONFLICT" ||
		at(refused, "error", "details", "window") != first["id"] {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	page := w.form("/maintenance/windows/review", windowForm(w, nil))
	if page.status != http.StatusConflict || !strings.Contains(page.body, `href="`+path(first, "")+`"`) ||
		!strings.Contains(page.body, `value="Patching"`) {
		t.Errorf("got %d\n%s", page.status, page.body)
	}
}

// TestAnOverlapWithWhatASeriesWillBeIsRefusedWithALink: that window has no page yet.
func TestAnOverlapWithWhatASeriesWillBeIsRefusedWithALink(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	first := w.announce(map[string]any{"recurrence": "FREQ=DAILY"})

	later := url.Values{}

	for _, name := range []string{"starts_at", "ends_at"} {
		at, err := time.Parse(time.RFC3339, first[name].(string))
		if err != nil {
			t.Fatal(err)
		}

		later.Set(name, at.AddDate(0, 0, 30).Format(time.RFC3339))
	}

	page := w.form("/maintenance/windows/review", windowForm(w, later))

	link := fmt.Sprintf("/maintenance/windows?series=%v", first["series"])
	if page.status != http.StatusConflict || !strings.Contains(page.body, `href="`+link+`"`) {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	if n := w.data(link)["total"]; n != 5.0 {
		t.Errorf("%v windows of the series are listed", n)
	}
}

// TestATemporaryChangeKeepsClearOfAWindow: the window could not start while it holds the field.
func TestATemporaryChangeKeepsClearOfAWindow(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	window := w.announce(nil) // In an hour, with per_analyst 4.

	change := func(fields string) answer {
		return w.post("/config/concurrency", fmt.Sprintf(`{%s, "revision": %q}`, fields, w.revision()))
	}

	refused := change(`"per_analyst": 6, "duration": "2h", "reason": "a workshop today"`)
	if refused.status != http.StatusConflict || at(refused.json(t), "error", "details", "window") != window["id"] {
		t.Errorf("got %d\n%s", refused.status, refused.body)
	}

	form := w.form("/config/concurrency", url.Values{
		"per_analyst": {"6"}, "cluster_total": {"50"}, "confirm_within": {"2h"}, "reason": {"a workshop today"}, "revision": {w.revision()},
	})
	if form.status != http.StatusConflict || !strings.Contains(form.body, "Patching") || !strings.Contains(form.body, `value="6"`) {
		t.Errorf("got %d\n%s", form.status, form.body)
	}

	if n, err := w.log.Count(t.Context(), audit.Filter{Action: audit.ConfigSave, Outcome: audit.Refused}); err != nil || n != 2 {
		t.Errorf("%d refusals are logged, %v", n, err)
	}

	// What ends before, what the window does not set, and what lasts, may be.
	for _, fields := range []string{
		`"cluster_total": 60, "duration": "3h", "reason": "more room for all"`,
		`"per_analyst": 6, "reason": "for good, from now on"`,
		`"per_analyst": 7, "duration": "30m", "reason": "a short workshop"`,
	} {
		if got := change(fields); got.status != http.StatusOK {
			t.Errorf("%s: got %d\n%s", fields, got.status, got.body)
		}
	}

	leases, _ := w.data("/leases")["items"].([]any)
	for _, lease := range leases {
		id, want := at(lease, "id"), http.StatusOK
		if at(lease, "set", "per_analyst") != nil {
			want = http.StatusConflict
		}

		if got := w.post(fmt.Sprintf("/leases/%v/extend", id), `{"duration": "4h", "reason": "it takes longer"}`); got.status != want {
			t.Errorf("lease %v: got %d, want %d\n%s", id, got.status, want, got.body)
		}
	}

	if len(leases) != 2 {
		t.Errorf("got %v", leases)
	}
}

func TestAWindowIsPatched(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	window := w.announce(nil)
	later := w.now().Add(5 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)

	got := w.sendJSON(http.MethodPatch, path(window, ""), object{"title": "Later", "ends_at": later, "reason": "The parts are late", "revision": 1})
	if patched := got.json(t); got.status != http.StatusOK || patched["title"] != "Later" || patched["ends_at"] != later ||
		patched["starts_at"] != window["starts_at"] || patched["message"] != window["message"] || patched["revision"] != 2.0 {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	stale := w.sendJSON(http.MethodPatch, path(window, ""), object{"title": "Never", "reason": "I come too late", "revision": 1})
	if stale.status != http.StatusConflict || at(stale.json(t), "error", "details", "revision") != 2.0 {
		t.Errorf("got %d\n%s", stale.status, stale.body)
	}

	// Who names no revision means the window as it is; one in quotes is one too.
	for _, revision := range []object{{"title": "Without"}, {"title": "Quoted", "revision": "3"}} {
		revision["reason"] = "Another name for it"
		if got := w.sendJSON(http.MethodPatch, path(window, ""), revision); got.status != http.StatusOK {
			t.Errorf("%v: got %d\n%s", revision, got.status, got.body)
		}
	}

	for field, body := range map[string]object{
		"body.scope": {"title": "x", "scope": "following"}, "body.revision": {"title": "x", "revision": -1},
		"body.phase": {"phase": "completed"}, "body.title": {"title": nil}, "body.maintenance_mode": {"maintenance_mode": 1},
	} {
		body["reason"] = "Something is wrong with it"
		if fields := whatIsWrong(t, w.sendJSON(http.MethodPatch, path(window, ""), body)); fields != field {
			t.Errorf("%v: %q is wrong", body, fields)
		}
	}
}

func TestWindowsAreActedOn(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	window := w.announce(nil)
	act := func(act string, body object) answer { return w.sendJSON(http.MethodPost, path(window, act), body) }
	phase := func(got answer, want string) {
		t.Helper()

		if got.status != http.StatusOK || got.json(t)["phase"] != want {
			t.Errorf("got %d, want %s\n%s", got.status, want, got.body)
		}
	}

	for name, fields := range map[string]string{"start": "body.reason", "extend": "body.ends_at", "cancel": "body.reason"} {
		if got := whatIsWrong(t, act(name, object{})); got != fields {
			t.Errorf("%s: %q is wrong", name, got)
		}
	}

	if got := act("end", object{"reason": "It has not even begun"}); got.status != http.StatusConflict {
		t.Errorf("got %d", got.status)
	}

	if got := act("explode", object{"reason": "There is no such act"}); got.status != http.StatusNotFound {
		t.Errorf("got %d", got.status)
	}

	if got := whatIsWrong(t, act("start", object{"reason": "We are early", "confirm": "production"})); got != "body.confirm" {
		t.Errorf("%q is wrong", got)
	}

	phase(act("start", object{"reason": "We are early", "revision": 1, "confirm": "test"}), "active")

	until := w.now().Add(6 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)

	extended := act("extend", object{"reason": "It takes longer", "ends_at": until})
	phase(extended, "active")

	if extended.json(t)["ends_at"] != until {
		t.Errorf("it ends at %v", extended.json(t)["ends_at"])
	}

	if got := whatIsWrong(t, act("extend", object{"reason": "It takes longer still", "ends_at": until})); got != "body.ends_at" {
		t.Errorf("%q is wrong", got)
	}

	// The platform does not answer at its end: it goes on until somebody says that it is over.
	w.plane.cut(ops.Unavailable("control plane", "down for the test"), false)
	phase(act("end", object{"reason": "We are done"}), "verifying")
	w.plane.cut(nil, false)
	phase(act("verify", object{"reason": "I have looked myself"}), "completed")

	if perAnalyst, _ := w.limits(); perAnalyst != 5 {
		t.Errorf("the limit is %v", perAnalyst)
	}

	window = w.announce(object{"title": "Another"})

	if got := whatIsWrong(t, act("cancel", object{"reason": "Not needed any more", "scope": "all"})); got != "body.scope" {
		t.Errorf("%q is wrong", got)
	}

	phase(act("cancel", object{"reason": "Not needed any more"}), "cancelled")
}

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

func TestTheListOfWindowsIsFiltered(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.announce(nil)

	for query, total := range map[string]any{
		"": 1.0, "?phase=announced": 1.0, "?phase=active": 0.0, "?text=PATCH": 1.0, "?text=%25": 0.0, "?actor=olga": 0.0,
		"?until=2001-01-01": 0.0, "?from=2001-01-01": 1.0, "?series=1": 0.0,
	} {
		if got := w.data("/maintenance/windows" + query)["total"]; got != total {
			t.Errorf("%s: got %v, want %v", query, got, total)
		}
	}

	for _, query := range []string{"?phase=nope", "?from=soon", "?limit=0", "?limit=9999", "?cursor=nope", "?text=%00", "?series=one"} {
		if got := w.get("/maintenance/windows"+query, "Accept", "application/json"); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d", query, got.status)
		}
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

func TestTemplatesOfWindows(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	form := windowForm(w, url.Values{"name": {"Monthly"}, "length": {"1h 30m"}, "reason": {"We do it each month"}})
	form.Del("starts_at")
	form.Del("ends_at")

	if got := w.form("/maintenance/templates", form); got.status != http.StatusSeeOther {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	items, _ := w.data("/maintenance/templates")["items"].([]any)
	if len(items) != 1 || at(items[0], "length_seconds") != 5400.0 || at(items[0], "name") != "Monthly" {
		t.Fatalf("got %v", items)
	}

	if page := w.get("/maintenance/windows/new?template=1", "Accept", "text/html"); !strings.Contains(page.body, `value="Patching"`) {
		t.Errorf("the form is not filled:\n%s", page.body)
	}

	form.Set("length", "a while")

	if got := w.form("/maintenance/templates", form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "length-error") {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	for field, body := range map[string]object{
		"body.length_seconds": {"length_seconds": "soon"}, "body.name": {"name": ""}, "body.recurrence": {"recurrence": "x"}, "body.x": {"x": 1},
	} {
		sent := object{"name": "a", "title": "a", "message": "a", "length_seconds": 60, "reason": "Something is wrong"}
		maps.Copy(sent, body)

		if got := whatIsWrong(t, w.sendJSON(http.MethodPost, "/maintenance/templates", sent)); !slices.Contains(strings.Fields(got), field) {
			t.Errorf("%v: %q is wrong", body, got)
		}
	}

	if got := w.form("/maintenance/templates/1/delete", url.Values{"reason": {""}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("got %d", got.status)
	}

	if got := w.form("/maintenance/templates/1/delete", url.Values{"reason": {"Nobody needs it"}}); got.status != http.StatusSeeOther {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if got := w.get("/maintenance/templates/1", "Accept", "application/json"); got.status != http.StatusNotFound {
		t.Errorf("got %d", got.status)
	}
}

// TestWindowsAreThereWithoutTheControlPlane looks at them while it is down, when they
// are needed most, and at what is overdue.
func TestWindowsAreThereWithoutTheControlPlane(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	window := w.announce(nil)

	w.plane.cut(ops.Unavailable("control plane", "down for the test"), false)
	w.pass(time.Hour)
	w.pass(time.Minute)

	page := w.get("/maintenance", "Accept", "text/html")
	if page.status != http.StatusServiceUnavailable || !strings.Contains(page.body, "Patching") || !strings.Contains(page.body, "overdue") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	if got := w.data(path(window, "")); got["phase"] != "announced" || got["overdue"] != true || got["started_at"] != nil || got["note"] == "" {
		t.Errorf("got %v", got)
	}

	health := w.send(http.MethodGet, "/healthz", "").json(t)
	if overdue, _ := at(health, "details", "overdue_windows").([]any); len(overdue) != 1 || at(overdue[0], "id") != window["id"] {
		t.Errorf("got %v", health)
	}

	w.plane.cut(nil, false)
	w.pass(20 * time.Second)

	if got := w.data(path(window, "")); got["phase"] != "active" || got["overdue"] != false {
		t.Errorf("got %v", got)
	}
}
