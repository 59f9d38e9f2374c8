package windows_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

func TestAWindowIsAnnouncedStartsAndEnds(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	draft := w.Draft(nil)

	got := w.SendJSON(http.MethodPost, "/maintenance/windows", draft)
	window := got.JSON(t)

	if got.Status != http.StatusCreated || got.Header.Get("Location") != handlerstest.Path(window, "") {
		t.Fatalf("got %d at %s, want 201 at %s\n%s", got.Status, got.Header.Get("Location"), handlerstest.Path(window, ""), got.Body)
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

	if handlerstest.At(window, "settings", "concurrency", "per_analyst") != 4.0 {
		t.Errorf("the settings are %v, want per_analyst 4", window["settings"])
	}

	w.Pass(time.Hour)

	active := w.Data(handlerstest.Path(window, ""))
	if perAnalyst, _ := w.Limits(); active["phase"] != "active" || active["started_at"] == nil || perAnalyst != 4 {
		t.Errorf("at its start it is %v with %v, want it active, with a started_at and 4", active, perAnalyst)
	}

	if mode := w.MaintenanceMode(); mode["enabled"] != true || mode["message"] != "We **patch** it." {
		t.Errorf("maintenance mode is %v, want it on with the window's message", mode)
	}

	// The banner tells of it; its settings are not told once more as temporary changes.
	if page := w.Get("/jobs").Body; !strings.Contains(page, "Maintenance is on:") || strings.Contains(page, `aria-label="Temporary changes in force"`) {
		t.Errorf("want the banner and no temporary changes on every page, got\n%s", page)
	}

	w.Pass(2 * time.Hour)

	over := w.Data(handlerstest.Path(window, ""))
	if perAnalyst, _ := w.Limits(); over["phase"] != "completed" || over["ended_at"] == nil || perAnalyst != 5 ||
		w.MaintenanceMode()["enabled"] != false {
		t.Errorf("at its end it is %v with %v, want it completed, with an ended_at and 5, and maintenance mode off", over, perAnalyst)
	}

	sections, _ := handlerstest.At(over, "report", "sections").([]any)
	if handlerstest.At(over, "report", "restored") != true || len(sections) != 2 {
		t.Errorf("the report is %v, want it restored, with two sections", over["report"])
	}

	for _, section := range sections {
		if differences, ok := handlerstest.At(section, "differences").([]any); !ok || len(differences) > 0 {
			t.Errorf("got %v, want an empty list of differences", section)
		}
	}

	if page := w.Get(handlerstest.Path(window, ""), "Accept", "text/html"); !strings.Contains(page.Body, "Everything is restored") {
		t.Errorf("the page has no proof:\n%s", page.Body)
	}

	sources := w.Data("/history?section=concurrency")
	for _, change := range sources["items"].([]any) {
		if handlerstest.At(change, "actor") != "schedule (for dave)" {
			t.Errorf("a change was made by %v, want schedule (for dave)", handlerstest.At(change, "actor"))
		}
	}
}

func TestBadWindowsAreRefusedFieldByField(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	soon := w.Now().Add(time.Hour).UTC().Format(time.RFC3339)

	for field, other := range map[string]handlerstest.Object{
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
		"body.settings.concurrency":                 {"settings": handlerstest.Object{"concurrency": handlerstest.Object{"per_analyst": 1.5}}},
		"body.settings.concurrency.per_analyst":     {"settings": handlerstest.Object{"concurrency": handlerstest.Object{"per_analyst": 0}}},
		"body.settings.concurrency.x":               {"settings": handlerstest.Object{"concurrency": handlerstest.Object{"x": 1}}},
		"body.settings.lifecycle.mapping.max_ttl":   {"settings": handlerstest.Object{"lifecycle": handlerstest.Object{"mapping": handlerstest.Object{"max_ttl": "soon"}}}},
		"body.settings.maintenance":                 {"settings": handlerstest.Object{"maintenance": handlerstest.Object{"enabled": false}}},
		"body.settings.nope":                        {"settings": handlerstest.Object{"nope": handlerstest.Object{"a": 1}}},
		"body.recurrence":                           {"recurrence": "FREQ=SECONDLY"},
		"body.recurrence ":                          {"recurrence": 7},
		"body.reason":                               {"reason": "short"},
		"body.reason ":                              {"reason": nil},
		"body.confirm":                              {"confirm": "production"},
		"body.confirm ":                             {"confirm": nil},
		"body.phase":                                {"phase": "active"},
		"body.<script>":                             {"<script>": 1},
		"body.announced_by":                         {"announced_by": "olga"},
		"body.settings.export.max_duration_seconds": {"settings": handlerstest.Object{"export": handlerstest.Object{"max_duration_seconds": "600"}}},
	} {
		got := w.SendJSON(http.MethodPost, "/maintenance/windows", w.Draft(other))
		if fields := handlerstest.WhatIsWrong(t, got); fields != strings.TrimSpace(field) {
			t.Errorf("%q is wrong, want %s\n%s", fields, field, got.Body)
		}
	}

	for body, status := range map[string]int{
		`[]`: 422, `{"title"`: 422, `null`: 422, "{\"title\": \"\xff\"}": 422, `{"title": "a", "title": "b"}`: 422,
		`{"message": "` + strings.Repeat("x", 1<<20) + `"}`: 413,
	} {
		if got := w.Post("/maintenance/windows", body); got.Status != status {
			t.Errorf("%.40s: got %d, want %d", body, got.Status, status)
		}
	}

	for _, missing := range []string{"/maintenance/windows/99", "/maintenance/windows/x", "/maintenance/windows/0"} {
		if got := w.Get(missing, "Accept", "application/json"); got.Status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", missing, got.Status)
		}
	}

	if items, _ := w.Data("/maintenance/windows")["items"].([]any); len(items) != 0 {
		t.Errorf("something was announced: %v", items)
	}
}

func TestAWindowIsPatched(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)
	later := w.Now().Add(5 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)

	got := w.SendJSON(http.MethodPatch, handlerstest.Path(window, ""), handlerstest.Object{"title": "Later", "ends_at": later, "reason": "The parts are late", "revision": 1})
	if patched := got.JSON(t); got.Status != http.StatusOK || patched["title"] != "Later" || patched["ends_at"] != later ||
		patched["starts_at"] != window["starts_at"] || patched["message"] != window["message"] || patched["revision"] != 2.0 {
		t.Errorf("got %d, want 200, Later until %s, start and message as before, revision 2\n%s", got.Status, later, got.Body)
	}

	stale := w.SendJSON(http.MethodPatch, handlerstest.Path(window, ""), handlerstest.Object{"title": "Never", "reason": "I come too late", "revision": 1})
	if stale.Status != http.StatusConflict || handlerstest.At(stale.JSON(t), "error", "details", "revision") != 2.0 {
		t.Errorf("got %d, want 409 with revision 2\n%s", stale.Status, stale.Body)
	}

	// Who names no revision means the window as it is; one in quotes is one too.
	for _, revision := range []handlerstest.Object{{"title": "Without"}, {"title": "Quoted", "revision": "3"}} {
		revision["reason"] = "Another name for it"
		if got := w.SendJSON(http.MethodPatch, handlerstest.Path(window, ""), revision); got.Status != http.StatusOK {
			t.Errorf("%v: got %d, want 200\n%s", revision, got.Status, got.Body)
		}
	}

	for field, body := range map[string]handlerstest.Object{
		"body.scope": {"title": "x", "scope": "following"}, "body.revision": {"title": "x", "revision": -1},
		"body.phase": {"phase": "completed"}, "body.title": {"title": nil}, "body.maintenance_mode": {"maintenance_mode": 1},
	} {
		body["reason"] = "Something is wrong with it"
		if fields := handlerstest.WhatIsWrong(t, w.SendJSON(http.MethodPatch, handlerstest.Path(window, ""), body)); fields != field {
			t.Errorf("%v: %q is wrong, want %s", body, fields, field)
		}
	}
}

func TestWindowsAreActedOn(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)
	act := func(act string, body handlerstest.Object) handlerstest.Answer {
		return w.SendJSON(http.MethodPost, handlerstest.Path(window, act), body)
	}
	phase := func(got handlerstest.Answer, want string) {
		t.Helper()

		if got.Status != http.StatusOK || got.JSON(t)["phase"] != want {
			t.Errorf("got %d, want %s\n%s", got.Status, want, got.Body)
		}
	}

	for name, fields := range map[string]string{"start": "body.reason", "extend": "body.ends_at", "cancel": "body.reason"} {
		if got := handlerstest.WhatIsWrong(t, act(name, handlerstest.Object{})); got != fields {
			t.Errorf("%s: %q is wrong, want %s", name, got, fields)
		}
	}

	if got := act("end", handlerstest.Object{"reason": "It has not even begun"}); got.Status != http.StatusConflict {
		t.Errorf("got %d, want 409", got.Status)
	}

	if got := act("explode", handlerstest.Object{"reason": "There is no such act"}); got.Status != http.StatusNotFound {
		t.Errorf("got %d, want 404", got.Status)
	}

	if got := handlerstest.WhatIsWrong(t, act("start", handlerstest.Object{"reason": "We are early", "confirm": "production"})); got != "body.confirm" {
		t.Errorf("%q is wrong, want body.confirm", got)
	}

	phase(act("start", handlerstest.Object{"reason": "We are early", "revision": 1, "confirm": "test"}), "active")

	until := w.Now().Add(6 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)

	extended := act("extend", handlerstest.Object{"reason": "It takes longer", "ends_at": until})
	phase(extended, "active")

	if extended.JSON(t)["ends_at"] != until {
		t.Errorf("it ends at %v, want %s", extended.JSON(t)["ends_at"], until)
	}

	if got := handlerstest.WhatIsWrong(t, act("extend", handlerstest.Object{"reason": "It takes longer still", "ends_at": until})); got != "body.ends_at" {
		t.Errorf("%q is wrong, want body.ends_at", got)
	}

	// The platform does not handlerstest.Answer at its end: it goes on until somebody says that it is over.
	w.Plane.Cut(ops.Unavailable(ops.ServiceControlPlane, "down for the test"), false)
	phase(act("end", handlerstest.Object{"reason": "We are done"}), "verifying")
	w.Plane.Cut(nil, false)
	phase(act("verify", handlerstest.Object{"reason": "I have looked myself"}), "completed")

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 {
		t.Errorf("the limit is %v, want 5", perAnalyst)
	}

	window = w.Announce(handlerstest.Object{"title": "Another"})

	if got := handlerstest.WhatIsWrong(t, act("cancel", handlerstest.Object{"reason": "Not needed any more", "scope": "all"})); got != "body.scope" {
		t.Errorf("%q is wrong, want body.scope", got)
	}

	phase(act("cancel", handlerstest.Object{"reason": "Not needed any more"}), "cancelled")
}

func TestTheListOfWindowsIsFiltered(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Announce(nil)

	for query, total := range map[string]any{
		"": 1.0, "?phase=announced": 1.0, "?phase=active": 0.0, "?text=PATCH": 1.0, "?text=%25": 0.0, "?actor=olga": 0.0,
		"?until=2001-01-01": 0.0, "?from=2001-01-01": 1.0, "?series=1": 0.0,
	} {
		if got := w.Data("/maintenance/windows" + query)["total"]; got != total {
			t.Errorf("%s: got %v, want %v", query, got, total)
		}
	}

	for _, query := range []string{"?phase=nope", "?from=soon", "?limit=0", "?limit=9999", "?cursor=nope", "?text=%00", "?series=one"} {
		if got := w.Get("/maintenance/windows"+query, "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want 422", query, got.Status)
		}
	}
}

// TestWindowsAreThereWithoutTheControlPlane looks at them while it is down, when they
// are needed most, and at what is overdue.
func TestWindowsAreThereWithoutTheControlPlane(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)

	w.Plane.Cut(ops.Unavailable(ops.ServiceControlPlane, "down for the test"), false)
	w.Pass(time.Hour)
	w.Pass(time.Minute)

	page := w.Get("/maintenance", "Accept", "text/html")
	if page.Status != http.StatusOK || !strings.Contains(page.Body, "Patching") || !strings.Contains(page.Body, "overdue") {
		t.Errorf("got %d, want 200, Patching and overdue\n%s", page.Status, page.Body)
	}

	if got := w.Data(handlerstest.Path(window, "")); got["phase"] != "announced" || got["overdue"] != true || got["started_at"] != nil || got["note"] == "" {
		t.Errorf("got %v, want it announced, overdue, not started, with a note", got)
	}

	health := w.Send(http.MethodGet, "/healthz", "").JSON(t)
	if overdue, _ := handlerstest.At(health, "details", "overdue_windows").([]any); len(overdue) != 1 || handlerstest.At(overdue[0], "id") != window["id"] {
		t.Errorf("got %v, want window %v overdue alone", health, window["id"])
	}

	w.Plane.Cut(nil, false)
	w.Pass(20 * time.Second)

	if got := w.Data(handlerstest.Path(window, "")); got["phase"] != "active" || got["overdue"] != false {
		t.Errorf("got %v, want it active and not overdue", got)
	}
}
