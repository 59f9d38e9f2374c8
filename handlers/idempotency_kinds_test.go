package handlers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// again sends JSON under a key, and again with the answer that was kept and without it, as whoever
// asks for what a dead request left. All have to say the same, and one thing has to be done. What
// may differ is when the control plane said that it begins.
func again(t *testing.T, w *handlerstest.World, method, path string, body handlerstest.Object) map[string]any {
	t.Helper()

	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}

	send := func() handlerstest.Answer {
		return w.Send(method, path, string(text), "Content-Type", "application/json",
			"Authorization", "Bearer "+w.Token("dave"), "Idempotency-Key", `"`+method+path+`"`)
	}

	first := send()
	if first.Status >= http.StatusBadRequest {
		t.Fatalf("%s %s: got %d\n%s", method, path, first.Status, first.Body)
	}

	_, entries := w.Newest()

	for _, kept := range []bool{true, false} {
		if !kept {
			forgetAnswers(t, w)
		}

		got, want := send(), first.JSON(t)
		told := got.JSON(t)

		delete(want, "triggered_at")
		delete(told, "triggered_at")

		if got.Status != first.Status || got.Header.Get("Idempotency-Replayed") != "true" || !reflect.DeepEqual(told, want) ||
			got.Header.Get("Location") != first.Header.Get("Location") {
			t.Errorf("%s %s, its answer kept: %v: got %d at %q, want %d at %q\ngot  %s\nwant %s", method, path, kept,
				got.Status, got.Header.Get("Location"), first.Status, first.Header.Get("Location"), got.Body, first.Body)
		}
	}

	if _, n := w.Newest(); n != entries {
		t.Errorf("%s %s: the log has %d entries more", method, path, n-entries)
	}

	return first.JSON(t)
}

// forgetAnswers leaves of what was done what a request leaves that died before its answer.
func forgetAnswers(t *testing.T, w *handlerstest.World) {
	t.Helper()

	if _, err := w.DB.Write().ExecContext(t.Context(),
		`UPDATE opsconsole_idempotency SET status = NULL, location = NULL, body = NULL`); err != nil {
		t.Fatal(err)
	}
}

func TestTheConfigurationIsChangedOnceForAKey(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	save := func(perAnalyst int, more handlerstest.Object) map[string]any {
		body := handlerstest.Object{"per_analyst": perAnalyst, "reason": fmt.Sprint("load test of ", perAnalyst), "revision": w.Revision()}
		maps.Copy(body, more)

		return again(t, w, http.MethodPost, "/config/concurrency?changed="+strconv.Itoa(perAnalyst), body)
	}

	again(t, w, http.MethodPost, "/points", handlerstest.Object{"name": "before", "reason": "so that we can go back"})
	save(6, nil)
	again(t, w, http.MethodPost, "/history/1/restore", handlerstest.Object{"reason": "the test is over", "revision": w.Revision()})
	save(7, handlerstest.Object{"duration": "2h"})
	again(t, w, http.MethodPost, "/leases/1/extend", handlerstest.Object{"reason": "it takes longer", "duration": "3h"})
	again(t, w, http.MethodPost, "/leases/1/end", handlerstest.Object{"reason": "it is over already"})
	save(8, handlerstest.Object{"duration": "2h"})
	again(t, w, http.MethodPost, "/leases/2/confirm", handlerstest.Object{"reason": "it stays so for good"})

	later := func(in time.Duration) string { return w.Now().UTC().Add(in).Format(time.RFC3339) }
	save(9, handlerstest.Object{"at": later(time.Hour)})
	again(t, w, http.MethodPost, "/scheduled/1/move", handlerstest.Object{
		"reason": "it is too early", "at": later(2 * time.Hour), "revision": w.Data("/scheduled/1")["revision"],
	})
	again(t, w, http.MethodPost, "/scheduled/1/apply", handlerstest.Object{
		"reason": "it cannot wait", "revision": w.Data("/scheduled/1")["revision"],
	})

	point := w.Data("/points/1")
	restored := again(t, w, http.MethodPost, "/points/1/restore", handlerstest.Object{"reason": "the tests are over", "revision": point["revision"]})

	if restored["complete"] != true {
		t.Errorf("the point is restored: %v, want true", restored["complete"])
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 {
		t.Errorf("%v is set, want 5", perAnalyst)
	}

	service := w.Plane.Platform.As(ops.Caller{Username: "olga", Role: ops.RoleOps})
	if _, err := service.UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: 5400}); err != nil {
		t.Fatal(err)
	}

	w.Monitor.Poll(t.Context())

	outside := fmt.Sprint("/history/", changesMade(t, w), "/keep")
	again(t, w, http.MethodPost, outside, handlerstest.Object{"reason": "agreed with the analysts"})
}

func TestAJobRunsOnceForAKey(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	again(t, w, http.MethodPost, "/jobs/lifecycle/trigger", handlerstest.Object{"reason": "old ones linger"})

	// A refusal for now leaves the key free.
	second := func() handlerstest.Answer {
		return keyed(w, "olga", "k-2", "/jobs/lifecycle/trigger", `{"reason": "me too, please"}`)
	}
	wantError(t, "within the minute", second(), http.StatusTooManyRequests, ops.CodeRateLimitExceeded)
	wantError(t, "and again", second(), http.StatusTooManyRequests, ops.CodeRateLimitExceeded)

	if got := second(); got.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("a refusal is told again: %s", got.Body)
	}

	form := url.Values{"reason": {"pods look odd"}, "idempotency_key": {"k-3"}}

	first := w.Form("/jobs/reconciliation/trigger", form)
	if got := w.Form("/jobs/reconciliation/trigger", form); got.Status != http.StatusSeeOther ||
		got.Header.Get("Location") != first.Header.Get("Location") || got.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %d at %s, want 303 at the same receipt, %s", got.Status, got.Header.Get("Location"), first.Header.Get("Location"))
	}

	if got := w.Form("/jobs/reconciliation/trigger", form, "HX-Request", "true"); got.Status != http.StatusOK {
		t.Errorf("got %d, want 200 and the receipt\n%s", got.Status, got.Body)
	}
}

func TestAWindowIsAnnouncedAndChangedOnceForAKey(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	later := func(d time.Duration) string { return w.Now().Add(d).UTC().Truncate(time.Second).Format(time.RFC3339) }
	act := func(window map[string]any, name string, more handlerstest.Object) {
		body := handlerstest.Object{"reason": "as it has to be"}
		maps.Copy(body, more)
		again(t, w, http.MethodPost, handlerstest.Path(window, name), body)
	}

	window := again(t, w, http.MethodPost, "/maintenance/windows", w.Draft(nil))
	again(t, w, http.MethodPatch, handlerstest.Path(window, ""), handlerstest.Object{"title": "Patching again", "reason": "a better name", "confirm": "test"})
	act(window, "start", nil)
	again(t, w, http.MethodPost, handlerstest.Path(window, "updates"), handlerstest.Object{"text": "The database is back.", "severity": "warning"})
	act(window, "extend", handlerstest.Object{"ends_at": later(5 * time.Hour)})
	act(window, "end", nil)

	series := again(t, w, http.MethodPost, "/maintenance/windows?utm_source=series", w.Draft(handlerstest.Object{
		"recurrence": "FREQ=WEEKLY", "starts_at": later(24 * time.Hour), "ends_at": later(25 * time.Hour),
	}))
	act(series, "cancel", handlerstest.Object{"scope": "following"})

	kept := again(t, w, http.MethodPost, "/maintenance/templates", handlerstest.Object{
		"name": "Monthly", "title": "Patching", "message": "We patch it.", "length_seconds": 3600, "time_zone": "UTC", "reason": "once a month",
	})
	deleted := keyed(w, "dave", "k-1", fmt.Sprintf("/maintenance/templates/%v/delete", kept["id"]), `{"reason": "never again"}`)

	forgetAnswers(t, w)

	told := keyed(w, "dave", "k-1", fmt.Sprintf("/maintenance/templates/%v/delete", kept["id"]), `{"reason": "never again"}`)
	if told.Status != deleted.Status || told.JSON(t)["name"] != "Monthly" {
		t.Errorf("got %d, want %d and the name of what is gone\n%s", told.Status, deleted.Status, told.Body)
	}
}

func TestAWebhookIsAddedAndChangedOnceForAKey(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	created := again(t, w, http.MethodPost, "/maintenance/webhooks", handlerstest.Object{
		"name": "Status page", "kind": "generic", "url": "https://hooks.example.com/in?token=hunter2", "events": []string{}, "reason": "Tell the status page",
	})

	secret, _ := created["secret"].(string)
	if secret == "" {
		t.Fatalf("got %v, want a secret", created)
	}

	// It is told from where it is: no second place has it.
	var copies int

	if err := w.DB.Read().QueryRowContext(t.Context(),
		`SELECT count(*) FROM opsconsole_idempotency WHERE body LIKE '%' || $1 || '%'`, secret).Scan(&copies); err != nil || copies != 0 {
		t.Errorf("the secret stands in %d answers, %v; want none", copies, err)
	}

	again(t, w, http.MethodPatch, "/maintenance/webhooks/1", handlerstest.Object{"name": "Renamed", "reason": "A better name"})
	test := again(t, w, http.MethodPost, "/maintenance/webhooks/1/test", handlerstest.Object{})
	again(t, w, http.MethodPost, fmt.Sprintf("/maintenance/deliveries/%v/redeliver", test["id"]), handlerstest.Object{})

	if rotated := again(t, w, http.MethodPost, "/maintenance/webhooks/1/rotate", handlerstest.Object{"reason": "It was in a chat"}); rotated["secret"] == secret {
		t.Error("the secret is the same as before")
	}

	// The first one is told no more: there is another.
	gone := keyed(w, "dave", "POST/maintenance/webhooks", "/maintenance/webhooks", `{"reason": "another body"}`)
	wantError(t, "another body", gone, http.StatusUnprocessableEntity, ops.CodeIdempotencyKeyReused)

	deleted := func() handlerstest.Answer {
		return keyed(w, "dave", "k-1", "/maintenance/webhooks/1/delete", `{"reason": "Nobody reads it"}`)
	}
	first := deleted()

	forgetAnswers(t, w)

	if got := deleted(); got.Status != first.Status || got.JSON(t)["name"] != "Renamed" || got.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %d, want %d and the name of what is gone\n%s", got.Status, first.Status, got.Body)
	}
}
