package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAChangeIsScheduled as a program does it, and told again under its key.
func TestAChangeIsScheduled(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	at := w.Now().UTC().Add(2 * time.Hour).Truncate(time.Second)
	body := fmt.Sprintf(`{"per_analyst": 8, "reason": "for the workshop", "revision": %q, "at": %q, "duration": "90m"}`,
		w.Revision(), at.Format(time.RFC3339))

	send := func() handlerstest.Answer {
		return keyed(w, "dave", "later", "/config/concurrency", body)
	}

	got := send()
	made := handlerstest.At(got.JSON(t), "scheduled")

	if got.Status != http.StatusAccepted || handlerstest.At(made, "state") != "scheduled" || handlerstest.At(made, "at") != at.Format(time.RFC3339) ||
		handlerstest.At(made, "ends_at") != at.Add(90*time.Minute).Format(time.RFC3339) || handlerstest.At(made, "set", "per_analyst") != 8.0 {
		t.Fatalf("got %d, want 202 and it scheduled\n%s", got.Status, got.Body)
	}

	if again := send(); again.Status != http.StatusAccepted || handlerstest.At(again.JSON(t), "scheduled", "id") != 1.0 {
		t.Errorf("got %d, want it told again\n%s", again.Status, again.Body)
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 {
		t.Errorf("it was made at once: %v", perAnalyst)
	}

	for _, path := range []string{"/", "/scheduled", "/scheduled/1", "/scheduled?state=all", "/scheduled/1/move", "/scheduled/1/apply", "/scheduled/1/cancel", "/config/concurrency"} {
		if page := w.Get(path, "Accept", "text/html"); page.Status != http.StatusOK || !strings.Contains(page.Body, "8 instances") {
			t.Errorf("%s: got %d, want 200 and the scheduled change", path, page.Status)
		}
	}

	for path, want := range map[string]int{
		"/scheduled": 1, "/scheduled?state=scheduled": 1, "/scheduled?state=held": 0, "/scheduled?state=all&before=1": 0,
	} {
		if items, _ := w.Data(path)["items"].([]any); len(items) != want {
			t.Errorf("%s: got %v, want %d of them", path, items, want)
		}
	}

	if items, _ := w.Data("/config/concurrency")["scheduled"].([]any); len(items) != 1 {
		t.Errorf("got %v, want it on the section's page", items)
	}

	moved := w.Post("/scheduled/1/move", fmt.Sprintf(`{"reason": "the room is taken", "at": %q, "revision": %v}`,
		at.Add(time.Hour).Format(time.RFC3339), w.Data("/scheduled/1")["revision"]))
	if moved.Status != http.StatusOK || handlerstest.At(moved.JSON(t), "scheduled", "ends_at") != at.Add(150*time.Minute).Format(time.RFC3339) {
		t.Errorf("got %d, want it moved with its end\n%s", moved.Status, moved.Body)
	}

	stale := w.Post("/scheduled/1/apply", fmt.Sprintf(`{"reason": "it cannot wait", "revision": %v}`, handlerstest.At(got.JSON(t), "revision")))
	if stale.Status != http.StatusConflict {
		t.Errorf("got %d, want 409 for what was seen before it was moved\n%s", stale.Status, stale.Body)
	}

	applied := w.Post("/scheduled/1/apply", fmt.Sprintf(`{"reason": "it cannot wait", "revision": %v}`, w.Data("/scheduled/1")["revision"]))
	if applied.Status != http.StatusOK || handlerstest.At(applied.JSON(t), "scheduled", "state") != "applied" ||
		handlerstest.At(applied.JSON(t), "lease", "state") != "active" {
		t.Errorf("got %d, want it applied, with a lease\n%s", applied.Status, applied.Body)
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 8 {
		t.Errorf("got %v, want 8", perAnalyst)
	}

	if page := w.Get("/history/1", "Accept", "text/html"); !strings.Contains(page.Body, "scheduled by dave") ||
		handlerstest.At(w.Data("/history/1"), "change", "scheduled", "id") != 1.0 {
		t.Errorf("the history does not say that it was scheduled\n%s", page.Body)
	}

	if over := w.Post("/scheduled/1/cancel", `{"reason": "it is over already"}`); over.Status != http.StatusConflict {
		t.Errorf("got %d, want 409 for one that is over\n%s", over.Status, over.Body)
	}
}

// TestTimesOfAScheduledChangeAreRefused in a clear sentence, and what was typed stays.
func TestTimesOfAScheduledChangeAreRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for at, want := range map[string]string{
		"2001-01-01T00:00:00Z": "is in the past", "2099-01-01T00:00:00Z": "at most 90 days from now", "tonight": "with its zone",
	} {
		got := w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 8, "reason": "for the workshop", "revision": %q, "at": %q}`, w.Revision(), at))
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, want) || !strings.Contains(got.Body, "body.at") {
			t.Errorf("%s: got %d, want 422 and %q\n%s", at, got.Status, want, got.Body)
		}
	}

	form := url.Values{
		"per_analyst": {"8"}, "cluster_total": {"50"}, "reason": {"for the workshop"}, "revision": {w.Revision()}, "at": {"2001-01-01 00:00"},
	}
	if got := w.Form("/config/concurrency", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "in the past: it is") ||
		!strings.Contains(got.Body, `value="2001-01-01 00:00"`) {
		t.Errorf("got %d, want the review with what was typed\n%s", got.Status, got.Body)
	}

	form.Set("at", "in 3 h")

	got := w.Form("/config/concurrency", form)
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/scheduled/1" {
		t.Errorf("got %d to %s, want the page of what was scheduled\n%s", got.Status, got.Header.Get("Location"), got.Body)
	}

	receipt := w.Get("/scheduled/1", "Accept", "text/html")
	for _, text := range []string{"It is applied", "Nothing has changed yet", "Cancel it", "UTC"} {
		if !strings.Contains(receipt.Body, text) {
			t.Errorf("the receipt does not say %q\n%s", text, receipt.Body)
		}
	}
}

// TestAScheduledChangeAndAWindowKnowEachOther: the window holds the field then.
func TestAScheduledChangeAndAWindowKnowEachOther(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	start := w.Now().UTC().Add(48 * time.Hour).Truncate(time.Second)
	draft := w.Draft(handlerstest.Object{
		"starts_at": start.Format(time.RFC3339), "ends_at": start.Add(time.Hour).Format(time.RFC3339),
		"settings": handlerstest.Object{"concurrency": handlerstest.Object{"per_analyst": 4}},
	})

	if got := w.SendJSON(http.MethodPost, "/maintenance/windows", draft); got.Status != http.StatusCreated {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	send := func(at time.Time, more string) handlerstest.Answer {
		return w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 8, "reason": "for the workshop", "revision": %q, "at": %q%s}`,
			w.Revision(), at.Format(time.RFC3339), more))
	}

	if got := send(start.Add(-time.Hour), `, "duration": "2h"`); got.Status != http.StatusConflict || handlerstest.At(got.JSON(t), "error", "details", "window") != 1.0 {
		t.Errorf("got %d, want 409 with the window\n%s", got.Status, got.Body)
	}

	review := w.Get("/config/concurrency/review?per_analyst=8&cluster_total=50&revision="+w.Revision()+"&at="+url.QueryEscape(start.Format(time.RFC3339)), "Accept", "text/html")
	if review.Status != http.StatusOK || !strings.Contains(review.Body, "sets values of this section") {
		t.Errorf("got %d, want the review to tell of the window\n%s", review.Status, review.Body)
	}

	// After it there is nothing in the way; and another window keeps out of the way of what is scheduled.
	if got := send(start.Add(2*time.Hour), `, "duration": "2h"`); got.Status != http.StatusAccepted {
		t.Errorf("got %d, want 202\n%s", got.Status, got.Body)
	}

	draft["starts_at"], draft["ends_at"] = start.Add(3*time.Hour).Format(time.RFC3339), start.Add(5*time.Hour).Format(time.RFC3339)
	draft["reason"] = "another one of these"

	if got := w.SendJSON(http.MethodPost, "/maintenance/windows", draft); got.Status != http.StatusConflict || handlerstest.At(got.JSON(t), "error", "details", "scheduled") != 1.0 {
		t.Errorf("got %d, want 409 with the scheduled change\n%s", got.Status, got.Body)
	}
}

// TestASchedulesSecondPersonIsAskedWhenItIsScheduled: a change that needs two persons is held then, and not at its time.
func TestASchedulesSecondPersonIsAskedWhenItIsScheduled(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Approvals.Actions = []string{"config.save"}

	got := w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 8, "reason": "for the workshop", "revision": %q, "at": %q}`,
		w.Revision(), w.Now().UTC().Add(time.Hour).Format(time.RFC3339)))
	if got.Status != http.StatusAccepted || handlerstest.At(got.JSON(t), "approval", "action") != "change.schedule" {
		t.Errorf("got %d, want it waiting for another operator\n%s", got.Status, got.Body)
	}

	if items, _ := w.Data("/scheduled")["items"].([]any); len(items) != 0 {
		t.Errorf("got %v, want nothing scheduled yet", items)
	}
}

// TestApplyingAScheduledChangeNowIsReviewed with its effects of now and the end that it has then, and is no obstacle to itself.
func TestApplyingAScheduledChangeNowIsReviewed(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Instance("alice", "a", ops.InstanceRunning, time.Minute)
	w.Instance("alice", "b", ops.InstanceRunning, time.Minute)

	for at, values := range []string{`"per_analyst": 1`, `"cluster_total": 60`} {
		got := w.Post("/config/concurrency", fmt.Sprintf(`{%s, "reason": "for workshop %d", "revision": %q, "at": %q, "duration": "90m", "confirm": "test"}`,
			values, at, w.Revision(), w.Now().UTC().Add(time.Duration(at+1)*5*time.Hour).Format(time.RFC3339)))
		if got.Status != http.StatusAccepted {
			t.Fatalf("got %d\n%s", got.Status, got.Body)
		}
	}

	page := w.Get("/scheduled/1/apply", "Accept", "text/html").Body
	if !strings.Contains(page, "Applied now: ends") || !strings.Contains(page, "in 1 h 2") && !strings.Contains(page, "in 1 h 30 min") {
		t.Errorf("the form does not say when it ends\n%.6000s", page)
	}

	var effects []string

	list, _ := w.Data("/scheduled/1/apply")["effects"].([]any)
	for _, effect := range list {
		effects = append(effects, fmt.Sprint(handlerstest.At(effect, "text"), " ", handlerstest.At(effect, "url")))
	}

	all := strings.Join(effects, "\n")
	if !strings.Contains(all, "alice") || !strings.Contains(all, " /scheduled/2") || strings.Contains(all, " /scheduled/1") {
		t.Errorf("got %s, want alice, who is above the new limit, the other scheduled change, and not this one", all)
	}

	if effects := w.Data("/scheduled/1/cancel")["effects"]; effects != nil {
		t.Errorf("cancelling it has effects: %v", effects)
	}

	if row := w.Get("/scheduled", "Accept", "text/html").Body; strings.Count(row, "Ends ") != 2 {
		t.Errorf("the list does not say when they end\n%.6000s", row)
	}
}
