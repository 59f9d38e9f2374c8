package webhooks_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

func hook(other handlerstest.Object) handlerstest.Object {
	out := handlerstest.Object{
		"name": "Status page", "kind": "generic", "url": "https://hooks.example.com/in?token=hunter2", "events": []string{"started", "ended"},
		"reason": "Tell the status page",
	}
	maps.Copy(out, other)

	return out
}

func TestASecretIsShownOnce(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	got := w.SendJSON(http.MethodPost, "/maintenance/webhooks", hook(nil))
	created := got.JSON(t)
	secret, _ := created["secret"].(string)

	if got.Status != http.StatusCreated || secret == "" || created["enabled"] != true || got.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d, %v, want 201, no-store, and an enabled webhook with a secret\n%s", got.Status, got.Header, got.Body)
	}

	rotated := w.SendJSON(http.MethodPost, "/maintenance/webhooks/1/rotate", handlerstest.Object{"reason": "It was in a chat"})
	second, _ := rotated.JSON(t)["secret"].(string)

	if rotated.Status != http.StatusOK || second == "" || second == secret {
		t.Errorf("got %d, want 200 and another secret\n%s", rotated.Status, rotated.Body)
	}

	for _, path := range []string{"/maintenance/webhooks", "/maintenance/webhooks/1", "/maintenance/webhooks/1/edit", "/audit"} {
		for _, accept := range []string{"text/html", "application/json"} {
			body := w.Get(path, "Accept", accept).Body
			for _, hidden := range []string{secret, second, "hunter2"} {
				if strings.Contains(body, hidden) {
					t.Errorf("%s shows %s", path, hidden)
				}
			}
		}
	}

	form := w.Form("/maintenance/webhooks", url.Values{
		"name": {"By hand"}, "kind": {"generic"}, "url": {"https://hooks.example.com/2"}, "enabled": {"true"},
		"events": {"started", "ended"}, "reason": {"Tell another one"},
	})
	if form.Status != http.StatusCreated || !strings.Contains(form.Body, "shown only once") || !strings.Contains(form.Body, "ocwhs_") {
		t.Errorf("got %d, want 201 and the secret, shown only once\n%s", form.Status, form.Body)
	}

	if events, _ := w.Data("/maintenance/webhooks/2")["events"].([]any); len(events) != 2 {
		t.Errorf("it is told of %v, want two events", events)
	}
}

func TestBadWebhooksAreRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for field, other := range map[string]handlerstest.Object{
		"body.name": {"name": ""}, "body.kind": {"kind": "pigeon"}, "body.url": {"url": "http://hooks.example.com/"},
		"body.url ": {"url": "https://elsewhere.example.com/"}, "body.url  ": {"url": "https://169.254.169.254/"},
		"body.events": {"events": []string{"lunch"}}, "body.events ": {"events": "started"}, "body.enabled": {"enabled": "yes"},
		"body.reason": {"reason": ""}, "body.secret": {"secret": "mine"},
	} {
		if got := handlerstest.WhatIsWrong(t, w.SendJSON(http.MethodPost, "/maintenance/webhooks", hook(other))); got != strings.TrimSpace(field) {
			t.Errorf("%v: %q is wrong, want %s", other, got, strings.TrimSpace(field))
		}
	}

	page := w.Form("/maintenance/webhooks", url.Values{
		"name": {"<b>By hand</b>"}, "kind": {"slack"}, "url": {"https://elsewhere.example.com/"}, "events": {"ended"}, "reason": {"Tell it"},
	})
	if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, "url-error") || strings.Contains(page.Body, "<b>By") ||
		!strings.Contains(page.Body, `value="https://elsewhere.example.com/"`) {
		t.Errorf("got %d, want 422 for the url, with what was typed, escaped\n%s", page.Status, page.Body)
	}
}

func TestAWebhookIsChangedAndDeleted(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.SendJSON(http.MethodPost, "/maintenance/webhooks", hook(nil))

	// A form leaves the address empty to keep it.
	form := url.Values{"name": {"Renamed"}, "url": {""}, "revision": {"1"}, "reason": {"A better name"}}
	if got := w.Form("/maintenance/webhooks/1", form); got.Status != http.StatusSeeOther {
		t.Fatalf("got %d, want 303\n%s", got.Status, got.Body)
	}

	after := w.Data("/maintenance/webhooks/1")
	if events, _ := after["events"].([]any); after["name"] != "Renamed" || after["enabled"] != false || len(events) != 0 ||
		!strings.Contains(after["address"].(string), "hooks.example.com") {
		t.Errorf("got %v, want it renamed, off, without events, still at hooks.example.com", after)
	}

	if got := w.Form("/maintenance/webhooks/1", form); got.Status != http.StatusConflict {
		t.Errorf("a stale form: got %d, want 409", got.Status)
	}

	patched := w.SendJSON(http.MethodPatch, "/maintenance/webhooks/1", handlerstest.Object{"enabled": true, "reason": "On with it again"})
	if patched.Status != http.StatusOK || patched.JSON(t)["enabled"] != true || patched.JSON(t)["name"] != "Renamed" {
		t.Errorf("got %d, want 200, enabled, still Renamed\n%s", patched.Status, patched.Body)
	}

	if got := w.Form("/maintenance/webhooks/1/delete", url.Values{"reason": {""}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: got %d, want 422", got.Status)
	}

	if got := w.Form("/maintenance/webhooks/1/delete", url.Values{"reason": {"Nobody reads it"}}); got.Status != http.StatusSeeOther {
		t.Errorf("got %d, want 303\n%s", got.Status, got.Body)
	}

	for _, path := range []string{"/maintenance/webhooks/1", "/maintenance/webhooks/1/edit", "/maintenance/webhooks/1/explode"} {
		if got := w.Get(path, "Accept", "application/json"); got.Status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, got.Status)
		}
	}
}

func TestWhatIsSentIsLogged(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.SendJSON(http.MethodPost, "/maintenance/webhooks", hook(handlerstest.Object{"events": []string{}}))
	window := w.Announce(nil)

	got := w.SendJSON(http.MethodPost, "/maintenance/webhooks/1/test", handlerstest.Object{})
	if test := got.JSON(t); got.Status != http.StatusAccepted || test["event"] != "test" || test["state"] != "pending" {
		t.Fatalf("got %d, want 202 and a pending test\n%s", got.Status, got.Body)
	}

	for query, total := range map[string]any{
		"": 2.0, "?event=announced": 1.0, "?event=test": 1.0, "?window=1": 1.0, "?webhook=1": 2.0, "?webhook=2": 0.0, "?state=delivered": 0.0,
	} {
		if found := w.Data("/maintenance/deliveries" + query); found["total"] != total {
			t.Errorf("%s: got %v, want %v", query, found["total"], total)
		}
	}

	for _, query := range []string{"?state=lost", "?event=lunch", "?webhook=x", "?limit=0"} {
		if got := w.Get("/maintenance/deliveries"+query, "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want 422", query, got.Status)
		}
	}

	items, _ := w.Data("/maintenance/deliveries?window=1")["items"].([]any)
	id, _ := handlerstest.At(items[0], "id").(string)

	page := w.Get("/maintenance/deliveries/"+id, "Accept", "text/html")
	if page.Status != http.StatusOK || !strings.Contains(page.Body, "Patching") || !strings.Contains(page.Body, window["uid"].(string)) {
		t.Errorf("got %d, want 200, Patching and %s\n%s", page.Status, window["uid"], page.Body)
	}

	again := w.Form("/maintenance/deliveries/"+id+"/redeliver", url.Values{})
	if again.Status != http.StatusSeeOther || again.Header.Get("Location") != "/maintenance/deliveries/"+id {
		t.Errorf("got %d at %s, want 303 at /maintenance/deliveries/%s\n%s", again.Status, again.Header.Get("Location"), id, again.Body)
	}

	w.SendJSON(http.MethodPost, "/maintenance/webhooks/1/delete", handlerstest.Object{"reason": "Nobody reads it"})

	if gone := w.Form("/maintenance/deliveries/"+id+"/redeliver", url.Values{}); gone.Status != http.StatusConflict ||
		!strings.Contains(gone.Body, "turned off or deleted") {
		t.Errorf("got %d, want 409 and that it is turned off or deleted\n%s", gone.Status, gone.Body)
	}

	if got := w.Get("/maintenance/deliveries/nope", "Accept", "application/json"); got.Status != http.StatusNotFound {
		t.Errorf("got %d, want 404", got.Status)
	}
}
