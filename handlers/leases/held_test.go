package leases_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestAHeldTemporaryChangeOffersItsDecision on its own page, on the overview, and to whoever meets
// with it: a window that sets its field, and another temporary change.
func TestAHeldTemporaryChangeOffersItsDecision(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Hold()

	detail := w.Data("/leases/1")
	if by := handlerstest.At(detail, "set_now").([]any)[0]; handlerstest.At(by, "value") != 12.0 || handlerstest.At(by, "change", "id") != 2.0 {
		t.Errorf("got %v, want that 12 is set now, by change 2", detail)
	}

	for path, texts := range map[string][]string{
		"/leases/1": {"/leases/1/confirm", "/leases/1/end", "12 instances", "somebody unknown outside this console", "(somebody unknown outside this console, change 2)"},
		"/":         {"Temporary change 1 of dave needs a decision.", `href="/leases/1"`},
	} {
		has(t, w.Get(path, "Accept", "text/html"), http.StatusOK, texts...)
	}

	w.Pass(time.Minute)

	refused := w.SendJSON(http.MethodPost, "/maintenance/windows", w.Draft(nil))
	if got := handlerstest.At(refused.JSON(t), "error", "details"); refused.Status != http.StatusConflict || handlerstest.At(got, "lease") != 1.0 ||
		handlerstest.At(got, "url") != "/leases/1" || handlerstest.At(got, "state") != "held" {
		t.Errorf("got %d, want 409 with the lease, its address and its state\n%s", refused.Status, refused.Body)
	}

	const offer = `<a class="btn" data-variant="outline" data-size="sm" href="/leases/1">Decide about it</a>`

	start := w.Now().UTC().Add(48 * time.Hour)
	form := w.Form("/maintenance/windows", url.Values{
		"title": {"Patching"}, "message": {"We patch it."}, "starts_at": {start.Format("2006-01-02T15:04")}, "time_zone": {"UTC"},
		"ends_at": {start.Add(time.Hour).Format("2006-01-02T15:04")}, "settings.concurrency.per_analyst": {"4"}, "reason": {"Monthly patching"}, "confirm": {"test"},
	})
	has(t, form, http.StatusConflict, offer, "needs a decision")

	if strings.Contains(form.Body, "announce the window for later") {
		t.Error("it says that one has to wait")
	}

	limits := w.Form("/config/concurrency", url.Values{
		"per_analyst": {"11"}, "cluster_total": {"50"}, "duration": {"2h"}, "reason": {"a workshop today"}, "revision": {w.Revision()},
	})
	has(t, limits, http.StatusConflict, offer, "needs a decision", `value="11"`)
}

// TestWhoDidWhatAboutATemporaryChange stands on its page: who moved its end and who ended it, and why.
func TestWhoDidWhatAboutATemporaryChange(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 8, "reason": "for the workshop", "duration": "90m"`)

	if got := w.Post("/leases/1/extend", `{"reason": "the workshop goes on", "duration": "3h"}`); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	if got := w.Post("/leases/1/end", `{"reason": "everybody has left"}`); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	acts, _ := w.Data("/leases/1")["acts"].([]any)
	if len(acts) != 2 || handlerstest.At(acts[0], "action") != "lease.extend" || handlerstest.At(acts[0], "reason") != "the workshop goes on" ||
		handlerstest.At(acts[1], "action") != "lease.end" || handlerstest.At(acts[1], "actor") != "dave" || handlerstest.At(acts[1], "at") == nil {
		t.Errorf("got %v, want who extended it and who ended it, when and why", acts)
	}

	page := w.Get("/leases/1", "Accept", "text/html")
	has(t, page, http.StatusOK, "End moved", "the workshop goes on", "Ended", "everybody has left")

	if regexp.MustCompile(`From \d{4}-`).MatchString(page.Body) {
		t.Error("a moment is not written as people read it")
	}
}

// has wants an answer with that status, and the texts in it.
func has(t *testing.T, got handlerstest.Answer, status int, texts ...string) {
	t.Helper()

	for _, text := range texts {
		if got.Status != status || !strings.Contains(got.Body, text) {
			t.Errorf("got %d, want %d and %q in\n%s", got.Status, status, text, got.Body)
		}
	}
}
