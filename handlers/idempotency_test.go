package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers"
	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

// keyed sends JSON as somebody, under a key.
func keyed(w *handlerstest.World, who, key, path, body string) handlerstest.Answer {
	w.T().Helper()

	return w.Send(http.MethodPost, path, body, "Content-Type", "application/json",
		"Authorization", "Bearer "+w.Token(who), "Idempotency-Key", key)
}

func wantError(t *testing.T, what string, got handlerstest.Answer, status int, code ops.Code) {
	t.Helper()

	if got.Status != status || handlerstest.At(got.JSON(t), "error", "code") != string(code) {
		t.Errorf("%s: got %d, want %d with %s\n%s", what, got.Status, status, code, got.Body)
	}
}

func changesMade(t *testing.T, w *handlerstest.World) int {
	t.Helper()

	n, err := w.Changes.Count(t.Context(), changes.Filter{})
	if err != nil {
		t.Fatal(err)
	}

	return n
}

func TestASaveIsMadeOnceForItsKey(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	body := fmt.Sprintf(`{"per_analyst": 6, "reason": "load test tonight", "revision": %q}`, w.Revision())

	first := keyed(w, "dave", `"k-1"`, "/config/concurrency", body)
	if first.Status != http.StatusOK || first.Header.Get("Idempotency-Replayed") != "" {
		t.Fatalf("got %d, replayed %q, want 200 for the first time\n%s", first.Status, first.Header.Get("Idempotency-Replayed"), first.Body)
	}

	// Somebody else changes it meanwhile: the answer is the same all the same.
	w.Save(`"per_analyst": 8, "reason": "more of them"`)

	for _, key := range []string{`"k-1"`, `k-1`, ` "k-1" `, `"k-1";v=1`} {
		again := keyed(w, "dave", key, "/config/concurrency", body)
		if again.Status != http.StatusOK || again.Header.Get("Idempotency-Replayed") != "true" || again.Body != first.Body {
			t.Errorf("%s: got %d, replayed %q, want 200, true and the same answer\n%s\n%s",
				key, again.Status, again.Header.Get("Idempotency-Replayed"), first.Body, again.Body)
		}
	}

	if n := changesMade(t, w); n != 2 {
		t.Errorf("%d changes were made, want 2", n)
	}

	wantError(t, "another body", keyed(w, "dave", "k-1", "/config/concurrency", strings.Replace(body, "6", "7", 1)),
		http.StatusUnprocessableEntity, ops.CodeIdempotencyKeyReused)
	wantError(t, "somebody else", keyed(w, "olga", "k-1", "/config/concurrency", body), http.StatusConflict, ops.CodeConflict)
	wantError(t, "without the role", keyed(w, "alice", "k-1", "/config/concurrency", body), http.StatusForbidden, ops.CodeInsufficientRole)

	nobody := w.Send(http.MethodPost, "/config/concurrency", body, "Content-Type", "application/json", "Idempotency-Key", "k-1")
	wantError(t, "nobody", nobody, http.StatusUnauthorized, ops.CodeUnauthorized)

	otherSite := w.Send(http.MethodPost, "/config/concurrency", body, "Content-Type", "application/json",
		"Authorization", "Bearer "+w.Token("dave"), "Idempotency-Key", "k-1", "Sec-Fetch-Site", "cross-site")
	wantError(t, "another site", otherSite, http.StatusForbidden, "CROSS_SITE_REQUEST")

	// A day later the key is as good as new.
	w.Pass(25 * time.Hour)
	wantError(t, "a day later", keyed(w, "dave", "k-1", "/config/concurrency", body), http.StatusConflict, ops.CodeConflict)
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	body := fmt.Sprintf(`{"per_analyst": 6, "reason": "load test tonight", "revision": %q}`, w.Revision())

	for _, key := range []string{``, `""`, `"open`, `"a"b`, `"a\x"`, "\"\xff\"", "k\xe9y", strings.Repeat("k", 256)} {
		got := keyed(w, "dave", key, "/config/concurrency", body)
		if wrong := handlerstest.WhatIsWrong(t, got); wrong != "header.idempotency-key" {
			t.Errorf("%q: %q is wrong, want the key", key, wrong)
		}
	}

	if n := changesMade(t, w); n != 0 {
		t.Errorf("%d changes were made, want none", n)
	}

	if got := keyed(w, "dave", `"`+strings.Repeat(`\"`, 255)+`"`, "/config/concurrency", body); got.Status != http.StatusOK {
		t.Errorf("255 characters: got %d, want 200\n%s", got.Status, got.Body)
	}
}

func TestWhatNeverGotToAnIntentIsNotKept(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	revision := w.Revision()
	body := fmt.Sprintf(`{"per_analyst": 6, "reason": "load test tonight", "revision": %q}`, revision)

	w.Plane.Cut(ops.Unavailable(ops.ServiceControlPlane, "The control plane does not answer"), false)
	wantError(t, "it is down", keyed(w, "dave", "k-1", "/config/concurrency", body), http.StatusServiceUnavailable, ops.CodeServiceUnavailable)
	w.Plane.Cut(nil, false)

	// It refuses for now, after the intent was written: nothing was done either.
	w.Plane.Refuse(ops.Unavailable(ops.ServiceControlPlane, "It is being upgraded."))
	wantError(t, "it refuses", keyed(w, "dave", "k-1", "/config/concurrency", body), http.StatusServiceUnavailable, ops.CodeServiceUnavailable)
	w.Plane.Refuse(nil)

	short := strings.Replace(body, "load test tonight", "short", 1)
	wantError(t, "no reason", keyed(w, "dave", "k-2", "/config/concurrency", short), http.StatusUnprocessableEntity, ops.CodeValidationFailed)

	stale := strings.Replace(body, revision, "999", 1)
	keyed(w, "dave", "k-3", "/config/concurrency", stale)

	// A body that was refused was never a request of the key.
	for _, key := range []string{"k-1", "k-2", "k-3"} {
		got := keyed(w, "dave", key, "/config/concurrency", body)
		if got.Header.Get("Idempotency-Replayed") != "" || got.Status == http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, replayed %q, want it to be new\n%s", key, got.Status, got.Header.Get("Idempotency-Replayed"), got.Body)
		}
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 6 {
		t.Errorf("%v is set, want 6", perAnalyst)
	}
}

func TestAnUnknownOutcomeIsToldAsItStands(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	body := fmt.Sprintf(`{"per_analyst": 6, "reason": "the answer is lost", "revision": %q}`, w.Revision())
	w.Plane.Cut(nil, true)

	ask := func(status int, outcome changes.Outcome, replayed string) {
		t.Helper()

		got := keyed(w, "dave", "k-1", "/config/concurrency", body)
		if got.Status != status || handlerstest.At(got.JSON(t), "change", "outcome") != string(outcome) ||
			got.Header.Get("Idempotency-Replayed") != replayed {
			t.Errorf("got %d, replayed %q, want %d, %q and %s\n%s", got.Status, got.Header.Get("Idempotency-Replayed"), status, replayed, outcome, got.Body)
		}
	}

	ask(http.StatusAccepted, changes.Unknown, "")
	ask(http.StatusAccepted, changes.Unknown, "true")
	w.Plane.Cut(nil, false)
	w.Pass(time.Minute)
	ask(http.StatusServiceUnavailable, changes.Failed, "true")

	if n := changesMade(t, w); n != 1 {
		t.Errorf("%d changes were made, want 1", n)
	}
}

func TestAFormIsDoneOnceForItsKey(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	query := url.Values{"per_analyst": {"6"}, "cluster_total": {"50"}, "revision": {w.Revision()}}

	// The review has a key for its button, the page of the section has none.
	review := w.Get("/config/concurrency/review?"+query.Encode(), "Accept", "text/html").Body
	_, rest, found := strings.Cut(review, `name="idempotency_key" value="`)
	key, _, _ := strings.Cut(rest, `"`)

	if !found || len(key) < 20 || strings.Contains(w.Get("/config/concurrency", "Accept", "text/html").Body, "idempotency_key") {
		t.Fatalf("the review has the key %q, want one, and none in the page of the section", key)
	}

	form := url.Values{
		"per_analyst": {"6"}, "cluster_total": {"50"}, "revision": {w.Revision()}, "reason": {"load test tonight"}, "idempotency_key": {key},
	}

	for i, replayed := range []string{"", "true", "true"} {
		got := w.Form("/config/concurrency", form)
		if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/config/concurrency?changed=1" ||
			got.Header.Get("Idempotency-Replayed") != replayed {
			t.Errorf("%d: got %d at %s, replayed %q, want change 1\n%s", i, got.Status, got.Header.Get("Location"), got.Header.Get("Idempotency-Replayed"), got.Body)
		}
	}

	if panel := w.Form("/config/concurrency", form, "HX-Request", "true"); panel.Status != http.StatusOK || !strings.Contains(panel.Body, "Change 1") {
		t.Errorf("got %d, want 200 and a notice of change 1\n%s", panel.Status, panel.Body)
	}

	form.Set("reason", "another reason for it")

	if got := w.Form("/config/concurrency", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Idempotency-Key") {
		t.Errorf("another body: got %d, want 422\n%s", got.Status, got.Body)
	}

	if n := changesMade(t, w); n != 1 {
		t.Errorf("%d changes were made, want 1", n)
	}
}

// TestEveryActTakesAKey holds the acts against the table of routes: what is no read is one, or
// looks ahead.
func TestEveryActTakesAKey(t *testing.T) {
	t.Parallel()

	ahead := map[string]bool{
		"POST /maintenance/windows/new": true, "POST /maintenance/windows/review": true, "POST /maintenance/windows/preview": true,
	}
	acts := handlers.Acts()

	for _, route := range handlers.Routes() {
		name := route[0] + " " + route[1]
		if route[0] != http.MethodGet && acts[name] == ahead[name] {
			t.Errorf("%s: it takes a key: %v", name, acts[name])
		}

		delete(acts, name)
	}

	if len(acts) > 0 {
		t.Errorf("there are no such routes: %v", acts)
	}
}
