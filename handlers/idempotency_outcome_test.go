package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
	"github.com/graph-olap/opsconsole/ops"
)

const replayed = "Idempotency-Replayed"

func saving(w *handlerstest.World, perAnalyst int) string {
	return fmt.Sprintf(`{"per_analyst": %[1]d, "reason": "load test of %[1]d", "revision": %[2]q}`, perAnalyst, w.Revision())
}

func refusedForNow() error {
	return ops.Unavailable(ops.ServiceControlPlane, "It is being upgraded.")
}

// hangUp saves as dave under a key, and is gone while the control plane is asked.
func hangUp(w *handlerstest.World, key, body string) {
	w.T().Helper()

	ctx, gone := context.WithCancel(w.T().Context())
	defer gone()

	w.Plane.Meanwhile(gone)
	defer w.Plane.Meanwhile(nil)

	request := httptest.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/config/concurrency", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+w.Token("dave"))
	request.Header.Set("Idempotency-Key", key)
	w.Console.ServeHTTP(httptest.NewRecorder(), request)

	if ctx.Err() == nil {
		w.T().Fatal("the control plane was not asked")
	}
}

func TestWhoHangsUpIsToldWhatWasDone(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	body := saving(w, 6)
	_, said := w.Logged(0)

	hangUp(w, "k-1", body)

	got := keyed(w, "dave", "k-1", "/config/concurrency", body)
	if got.Status != http.StatusOK || got.Header.Get(replayed) != "true" || handlerstest.At(got.JSON(t), "change", "outcome") != string(changes.Applied) {
		t.Errorf("got %d, replayed %q, want 200, true and the change\n%s", got.Status, got.Header.Get(replayed), got.Body)
	}

	if text, _ := w.Logged(said); strings.Contains(text, "level=ERROR") {
		t.Errorf("it is an error that somebody hung up: %s", text)
	}

	// So is who was refused for now.
	body = saving(w, 7)

	w.Plane.Refuse(refusedForNow())
	hangUp(w, "k-2", body)
	w.Plane.Refuse(nil)

	if got := keyed(w, "dave", "k-2", "/config/concurrency", body); got.Status != http.StatusOK || got.Header.Get(replayed) != "" {
		t.Errorf("got %d, replayed %q, want it to be done now\n%s", got.Status, got.Header.Get(replayed), got.Body)
	}
}

func TestWhatIsUnderWayFillsNoLog(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	body := saving(w, 6)

	w.Plane.Meanwhile(func() {
		_, before := w.Newest()

		wantError(t, "under way", keyed(w, "dave", "k-1", "/config/concurrency", body), http.StatusConflict, ops.CodeIdempotencyInFlight)

		if _, after := w.Newest(); after != before {
			t.Errorf("the log has %d entries more", after-before)
		}
	})

	if got := keyed(w, "dave", "k-1", "/config/concurrency", body); got.Status != http.StatusOK {
		t.Errorf("got %d, want 200\n%s", got.Status, got.Body)
	}
}

func TestWhatWasAcceptedIsNotDoneAgain(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 8, "reason": "for the workshop", "duration": "2h"`)

	body, made := saving(w, 6), changesMade(t, w)

	w.Plane.Accept(true)

	for _, again := range []string{"", "true"} {
		for path, body := range map[string]string{
			"/config/concurrency": body, "/leases/1/end": `{"reason": "it is over already"}`,
		} {
			got := keyed(w, "dave", "k-1", path, body)
			wantError(t, path, got, http.StatusServiceUnavailable, ops.CodeServiceUnavailable)

			if got.Header.Get(replayed) != again {
				t.Errorf("%s: replayed %q, want %q", path, got.Header.Get(replayed), again)
			}
		}
	}

	if n := changesMade(t, w) - made; n != 2 {
		t.Errorf("%d changes were tried, want 2", n)
	}
}

func TestAnEndThatIsNotKnownIsToldAsItStands(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 8, "reason": "for the workshop", "duration": "2h"`)
	w.Plane.Cut(nil, true)

	end := func() handlerstest.Answer {
		return keyed(w, "dave", "k-1", "/leases/1/end", `{"reason": "it is over already"}`)
	}

	for range 2 {
		if got := end(); got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "lease", "end_change") == nil {
			t.Fatalf("got %d, want 200 and a lease that is being ended\n%s", got.Status, got.Body)
		}
	}

	w.Plane.Cut(nil, false)
	w.Pass(time.Minute)
	wantError(t, "it was not carried out", end(), http.StatusServiceUnavailable, ops.CodeServiceUnavailable)
}

func TestARefusalAfterTheIntentIsToldAgain(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	run := func(key string) handlerstest.Answer {
		return keyed(w, "dave", key, "/jobs/lifecycle/trigger", `{"reason": "old ones linger"}`)
	}

	w.Plane.Refuse(&ops.Error{Code: ops.CodeNotFound, Message: "There is no such job"})

	first := run("k-1")
	wantError(t, "no such job", first, http.StatusNotFound, ops.CodeNotFound)

	if again := run("k-1"); again.Status != first.Status || again.Body != first.Body || again.Header.Get(replayed) != "true" {
		t.Errorf("got %d, want the same again\n%s\n%s", again.Status, again.Body, first.Body)
	}

	// Who was turned away was turned away for now.
	w.Plane.Refuse(&ops.Error{Code: ops.CodeUserDisabled, Message: "Dave is disabled"})
	wantError(t, "disabled", run("k-2"), http.StatusForbidden, ops.CodeUserDisabled)
	w.Plane.Refuse(nil)

	if got := run("k-2"); got.Status != http.StatusOK || got.Header.Get(replayed) != "" {
		t.Errorf("got %d, replayed %q, want it to run now\n%s", got.Status, got.Header.Get(replayed), got.Body)
	}
}

func TestADecisionThatCameToNothingIsNoSuccess(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(handlerstest.Object{"maintenance_mode": false})

	w.Pass(time.Hour + time.Second)
	w.Outside(12, 50)
	w.Pass(3 * time.Hour)

	settle := func() handlerstest.Answer {
		return keyed(w, "dave", "k-1", handlerstest.Path(window, "settle"), `{"keep": false, "reason": "we talked about it"}`)
	}

	w.Plane.Refuse(refusedForNow())
	wantError(t, "refused", settle(), http.StatusServiceUnavailable, ops.CodeServiceUnavailable)
	w.Plane.Refuse(nil)

	got := settle()
	wantError(t, "again", got, http.StatusConflict, ops.CodeConflict)

	if perAnalyst, _ := w.Limits(); perAnalyst != 12 || got.Header.Get(replayed) != "true" {
		t.Errorf("%v is set, replayed %q, want 12: it was decided once", perAnalyst, got.Header.Get(replayed))
	}
}

func TestAPointThatIsRestoredInPart(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	if got := w.Post("/points", `{"name": "before", "reason": "so that we can go back"}`); got.Status >= http.StatusBadRequest {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	export := func(seconds int) {
		service := w.Plane.Platform.As(ops.Caller{Username: "olga", Role: ops.RoleOps})
		if _, err := service.UpdateExportConfig(t.Context(), ops.ExportUpdate{MaxDurationSeconds: seconds}); err != nil {
			t.Error(err)
		}
	}
	restore := func(key string) handlerstest.Answer {
		return keyed(w, "dave", key, "/points/1/restore", fmt.Sprintf(`{"reason": "the tests are over", "revision": %q}`, w.Data("/points/1")["revision"]))
	}

	w.Save(`"per_analyst": 6, "reason": "load test tonight"`)
	w.Plane.Refuse(refusedForNow())
	wantError(t, "refused", restore("k-1"), http.StatusServiceUnavailable, ops.CodeServiceUnavailable)
	w.Plane.Refuse(nil)

	if got := restore("k-1"); got.Status != http.StatusOK || got.Header.Get(replayed) != "" {
		t.Errorf("got %d, replayed %q, want it to be restored now\n%s", got.Status, got.Header.Get(replayed), got.Body)
	}

	// One section is restored, and another one changes at that moment, so that it is not tried.
	w.Save(`"per_analyst": 7, "reason": "another load test"`)
	export(5400)
	w.Monitor.Poll(t.Context())

	body := fmt.Sprintf(`{"reason": "the tests are over", "revision": %q}`, w.Data("/points/1")["revision"])

	w.Plane.Meanwhile(func() { export(6000) })

	for range 2 {
		wantError(t, "in part", keyed(w, "dave", "k-2", "/points/1/restore", body), http.StatusServiceUnavailable, ops.CodeServiceUnavailable)
	}
}

func TestWhatCannotBeToldIsNotSaidToBeNothing(t *testing.T) {
	t.Parallel()

	w, databaseURL := handlerstest.NewOnPostgres(t)
	form := url.Values{
		"per_analyst": {"6"}, "cluster_total": {"50"}, "revision": {w.Revision()}, "reason": {"load test tonight"}, "idempotency_key": {"k-1"},
	}

	if got := w.Form("/config/concurrency", form, "HX-Request", "true"); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	storetest.Stop(t, w.DB, databaseURL)
	w.Database.Look(t.Context())

	got := w.Form("/config/concurrency", form, "HX-Request", "true")
	if got.Status != http.StatusServiceUnavailable || strings.Contains(got.Body, "Nothing was changed") || !strings.Contains(got.Body, "not known right now") {
		t.Errorf("got %d, want 503 and that it is not known\n%s", got.Status, got.Body)
	}
}

func TestAFieldThatIsNoKeyIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	form := url.Values{"per_analyst": {"6"}, "cluster_total": {"50"}, "revision": {w.Revision()}, "reason": {"load test tonight"}}

	for _, keys := range [][]string{{""}, {"k\u00e9y"}, {strings.Repeat("k", 256)}, {"a", "b"}} {
		form["idempotency_key"] = keys

		got := w.Send(http.MethodPost, "/config/concurrency", form.Encode(), "Authorization", "Bearer "+w.Token("dave"),
			"Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json")
		if wrong := handlerstest.WhatIsWrong(t, got); wrong != "body.idempotency_key" {
			t.Errorf("%q: %q is wrong, want the key", keys, wrong)
		}
	}
}
