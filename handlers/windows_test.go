package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

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
	if page := w.get("/jobs").body; !strings.Contains(page, "Maintenance is on:") || strings.Contains(page, `aria-label="Temporary changes in force"`) {
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
		"body.message ":                             {"message": strings.Repeat("ä", ops.MessageMax+1)},
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
	w.plane.cut(ops.Unavailable(ops.ServiceControlPlane, "down for the test"), false)
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

// TestWindowsAreThereWithoutTheControlPlane looks at them while it is down, when they
// are needed most, and at what is overdue.
func TestWindowsAreThereWithoutTheControlPlane(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	window := w.announce(nil)

	w.plane.cut(ops.Unavailable(ops.ServiceControlPlane, "down for the test"), false)
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
