package handlers_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func hook(other object) object {
	out := object{
		"name": "Status page", "kind": "generic", "url": "https://hooks.example.com/in?token=hunter2", "events": []string{"started", "ended"},
		"reason": "Tell the status page",
	}
	maps.Copy(out, other)

	return out
}

func TestASecretIsShownOnce(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	got := w.sendJSON(http.MethodPost, "/maintenance/webhooks", hook(nil))
	created := got.json(t)
	secret, _ := created["secret"].(string)

	if got.status != http.StatusCreated || secret == "" || created["enabled"] != true || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d, %v\n%s", got.status, got.header, got.body)
	}

	rotated := w.sendJSON(http.MethodPost, "/maintenance/webhooks/1/rotate", object{"reason": "It was in a chat"})
	second, _ := rotated.json(t)["secret"].(string)

	if rotated.status != http.StatusOK || second == "" || second == secret {
		t.Errorf("got %d\n%s", rotated.status, rotated.body)
	}

	for _, path := range []string{"/maintenance/webhooks", "/maintenance/webhooks/1", "/maintenance/webhooks/1/edit", "/audit"} {
		for _, accept := range []string{"text/html", "application/json"} {
			body := w.get(path, "Accept", accept).body
			for _, hidden := range []string{secret, second, "hunter2"} {
				if strings.Contains(body, hidden) {
					t.Errorf("%s shows %s", path, hidden)
				}
			}
		}
	}

	form := w.form("/maintenance/webhooks", url.Values{
		"name": {"By hand"}, "kind": {"generic"}, "url": {"https://hooks.example.com/2"}, "enabled": {"true"},
		"events": {"started", "ended"}, "reason": {"Tell another one"},
	})
	if form.status != http.StatusCreated || !strings.Contains(form.body, "shown this once") || !strings.Contains(form.body, "ocwhs_") {
		t.Errorf("got %d\n%s", form.status, form.body)
	}

	if events, _ := w.data("/maintenance/webhooks/2")["events"].([]any); len(events) != 2 {
		t.Errorf("it is told of %v", events)
	}
}

func TestBadWebhooksAreRefused(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	for field, other := range map[string]object{
		"body.name": {"name": ""}, "body.kind": {"kind": "pigeon"}, "body.url": {"url": "http://hooks.example.com/"},
		"body.url ": {"url": "https://elsewhere.example.com/"}, "body.url  ": {"url": "https://169.254.169.254/"},
		"body.events": {"events": []string{"lunch"}}, "body.events ": {"events": "started"}, "body.enabled": {"enabled": "yes"},
		"body.reason": {"reason": ""}, "body.secret": {"secret": "mine"},
	} {
		if got := whatIsWrong(t, w.sendJSON(http.MethodPost, "/maintenance/webhooks", hook(other))); got != strings.TrimSpace(field) {
			t.Errorf("%v: %q is wrong", other, got)
		}
	}

	page := w.form("/maintenance/webhooks", url.Values{
		"name": {"<b>By hand</b>"}, "kind": {"slack"}, "url": {"https://elsewhere.example.com/"}, "events": {"ended"}, "reason": {"Tell it"},
	})
	if page.status != http.StatusUnprocessableEntity || !strings.Contains(page.body, "url-error") || strings.Contains(page.body, "<b>By") ||
		!strings.Contains(page.body, `value="https://elsewhere.example.com/"`) {
		t.Errorf("got %d\n%s", page.status, page.body)
	}
}

func TestAWebhookIsChangedAndDeleted(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.sendJSON(http.MethodPost, "/maintenance/webhooks", hook(nil))

	// A form leaves the address empty to keep it.
	form := url.Values{"name": {"Renamed"}, "url": {""}, "revision": {"1"}, "reason": {"A better name"}}
	if got := w.form("/maintenance/webhooks/1", form); got.status != http.StatusSeeOther {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	after := w.data("/maintenance/webhooks/1")
	if events, _ := after["events"].([]any); after["name"] != "Renamed" || after["enabled"] != false || len(events) != 0 ||
		!strings.Contains(after["address"].(string), "hooks.example.com") {
		t.Errorf("got %v", after)
	}

	if got := w.form("/maintenance/webhooks/1", form); got.status != http.StatusConflict {
		t.Errorf("a stale form: got %d", got.status)
	}

	patched := w.sendJSON(http.MethodPatch, "/maintenance/webhooks/1", object{"enabled": true, "reason": "On with it again"})
	if patched.status != http.StatusOK || patched.json(t)["enabled"] != true || patched.json(t)["name"] != "Renamed" {
		t.Errorf("got %d\n%s", patched.status, patched.body)
	}

	if got := w.form("/maintenance/webhooks/1/delete", url.Values{"reason": {""}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: got %d", got.status)
	}

	if got := w.form("/maintenance/webhooks/1/delete", url.Values{"reason": {"Nobody reads it"}}); got.status != http.StatusSeeOther {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	for _, path := range []string{"/maintenance/webhooks/1", "/maintenance/webhooks/1/edit", "/maintenance/webhooks/1/explode"} {
		if got := w.get(path, "Accept", "application/json"); got.status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, got.status)
		}
	}
}

func TestWhatIsSentIsLogged(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.sendJSON(http.MethodPost, "/maintenance/webhooks", hook(object{"events": []string{}}))
	window := w.announce(nil)

	got := w.sendJSON(http.MethodPost, "/maintenance/webhooks/1/test", object{})
	if test := got.json(t); got.status != http.StatusAccepted || test["event"] != "test" || test["state"] != "pending" {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	for query, total := range map[string]any{
		"": 2.0, "?event=announced": 1.0, "?event=test": 1.0, "?window=1": 1.0, "?webhook=1": 2.0, "?webhook=2": 0.0, "?state=delivered": 0.0,
	} {
		if found := w.data("/maintenance/deliveries" + query); found["total"] != total {
			t.Errorf("%s: got %v", query, found["total"])
		}
	}

	for _, query := range []string{"?state=lost", "?event=lunch", "?webhook=x", "?limit=0"} {
		if got := w.get("/maintenance/deliveries"+query, "Accept", "application/json"); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d", query, got.status)
		}
	}

	items, _ := w.data("/maintenance/deliveries?window=1")["items"].([]any)
	id, _ := at(items[0], "id").(string)

	page := w.get("/maintenance/deliveries/"+id, "Accept", "text/html")
	if page.status != http.StatusOK || !strings.Contains(page.body, "Patching") || !strings.Contains(page.body, window["uid"].(string)) {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	again := w.form("/maintenance/deliveries/"+id+"/redeliver", url.Values{})
	if again.status != http.StatusSeeOther || again.header.Get("Location") != "/maintenance/deliveries/"+id {
		t.Errorf("got %d\n%s", again.status, again.body)
	}

	w.sendJSON(http.MethodPost, "/maintenance/webhooks/1/delete", object{"reason": "Nobody reads it"})

	if gone := w.form("/maintenance/deliveries/"+id+"/redeliver", url.Values{}); gone.status != http.StatusConflict ||
		!strings.Contains(gone.body, "turned off or deleted") {
		t.Errorf("got %d\n%s", gone.status, gone.body)
	}

	if got := w.get("/maintenance/deliveries/nope", "Accept", "application/json"); got.status != http.StatusNotFound {
		t.Errorf("got %d", got.status)
	}
}
