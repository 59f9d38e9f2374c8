package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/action"
	"github.com/graph-olap/opsconsole/internal/approvals"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
	"github.com/graph-olap/opsconsole/ops"
)

// twoPersons is a world in which these acts need a second person.
func twoPersons(t *testing.T, actions ...string) *handlerstest.World {
	t.Helper()

	w := handlerstest.New(t)
	w.Approvals.Actions = actions

	return w
}

// as sends JSON as somebody.
func as(w *handlerstest.World, who, path, body string) handlerstest.Answer {
	w.T().Helper()

	return w.Send(http.MethodPost, path, body, "Content-Type", "application/json", "Authorization", "Bearer "+w.Token(who))
}

// ask has dave ask for other limits, and returns the path of the approval.
func ask(t *testing.T, w *handlerstest.World, perAnalyst int) (path string) {
	t.Helper()

	body := fmt.Sprintf(`{"per_analyst": %d, "reason": "load test of %d", "revision": %q}`, perAnalyst, perAnalyst, w.Revision())

	got := w.Post("/config/concurrency", body)
	if got.Status != http.StatusAccepted {
		t.Fatalf("got %d, want 202\n%s", got.Status, got.Body)
	}

	path = fmt.Sprint("/approvals/", got.JSON(t)["approval_id"])
	if got.Header.Get("Location") != path {
		t.Errorf("it is at %q, want %q", got.Header.Get("Location"), path)
	}

	return path
}

const looked = `{"reason": "looked at it with care"}`

func TestAChangeWaitsForAnotherOperator(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path := ask(t, w, 6)

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 || changesMade(t, w) != 0 {
		t.Fatalf("%v is set, want 5 still", perAnalyst)
	}

	waiting := w.Data(path)
	if waiting["state"] != "waiting" || handlerstest.At(waiting, "after", "per_analyst") != float64(6) ||
		handlerstest.At(waiting, "before", "per_analyst") != float64(5) || handlerstest.At(waiting, "requested_by", "sub") == "" {
		t.Errorf("got %v, want what dave asked for", waiting)
	}

	wantError(t, "one's own", as(w, "dave", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)
	wantError(t, "no reason", as(w, "olga", path+"/approve", `{"reason": "ok"}`), http.StatusUnprocessableEntity, ops.CodeValidationFailed)

	got := as(w, "olga", path+"/approve", looked)
	if got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "approval", "state") != "approved" ||
		handlerstest.At(got.JSON(t), "approval", "outcome") != "done" || handlerstest.At(got.JSON(t), "approval", "change") != float64(1) {
		t.Fatalf("got %d, want it approved and done\n%s", got.Status, got.Body)
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 6 {
		t.Errorf("%v is set, want 6", perAnalyst)
	}

	if change := w.Data("/history/1"); handlerstest.At(change, "change", "actor") != "dave" {
		t.Errorf("got %v, want it made by dave", change)
	}

	wantEntries(t, w, []string{
		"approval.request done dave", "approval.approve refused dave", "approval.approve refused olga",
		"approval.approve done olga", "config.save intent dave", "config.save done dave",
	})

	wantError(t, "again", as(w, "olga", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)
}

// wantEntries wants these to be the newest entries of the log, oldest first; the intent names who approved it.
func wantEntries(t *testing.T, w *handlerstest.World, want []string) {
	t.Helper()

	page, err := w.Log.List(t.Context(), audit.Filter{Limit: len(want)})
	if err != nil {
		t.Fatal(err)
	}

	var got []string

	for _, e := range slices.Backward(page.Items) {
		got = append(got, fmt.Sprint(e.Action, " ", e.Outcome, " ", e.Actor))

		if e.Outcome == audit.Intent && !strings.Contains(e.Message, "olga") {
			t.Errorf("the intent says %q, want who approved it", e.Message)
		}
	}

	if !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

func TestWhatWasReviewedBeforeAChangeIsVoid(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path, other := ask(t, w, 6), ask(t, w, 7)

	if got := as(w, "olga", other+"/approve", looked); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	if now := w.Data(path); now["state"] != "void" || now["note"] == "" {
		t.Errorf("got %v, want it void", now)
	}

	wantError(t, "void", as(w, "olga", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)

	// Also where nobody has looked since: what was sent is checked against its revision.
	path = ask(t, w, 8)

	w.Outside(9, 60)

	wantError(t, "changed outside", as(w, "olga", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)

	if now := w.Data(path); now["state"] != "void" {
		t.Errorf("got %v, want it void", now)
	}
}

// TestWhatWasDoneIsNotSaidToHaveFailed has another approval be in the way of looking at them all.
func TestWhatWasDoneIsNotSaidToHaveFailed(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path := ask(t, w, 6)
	ask(t, w, 7)

	w.Approvals.Stand = func(context.Context, string) (string, error) { return "", errors.New("it cannot be read") }

	got := as(w, "olga", path+"/approve", looked)
	if got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "approval", "outcome") != "done" {
		t.Errorf("got %d, want it done\n%s", got.Status, got.Body)
	}
}

func TestWhatNobodyDecidesAboutExpires(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path := ask(t, w, 6)

	w.Advance(approvals.Lifetime)
	wantError(t, "too late", as(w, "olga", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)

	if err := w.Approvals.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	if now := w.Data(path); now["state"] != "expired" {
		t.Errorf("got %v, want it expired", now)
	}
}

func TestWhatIsRejectedIsNotDone(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path, own := ask(t, w, 6), ask(t, w, 7)

	for who, about := range map[string]string{"olga": path, "dave": own} {
		got := as(w, who, about+"/reject", looked)
		if handlerstest.At(got.JSON(t), "approval", "state") != "rejected" || handlerstest.At(got.JSON(t), "approval", "decided_by", "username") != who {
			t.Errorf("got %d, want it rejected by %s\n%s", got.Status, who, got.Body)
		}
	}

	wantError(t, "rejected", as(w, "olga", path+"/approve", looked), http.StatusConflict, ops.CodeConflict)

	if n := changesMade(t, w); n != 0 {
		t.Errorf("%d changes were made, want none", n)
	}
}

func TestForHowLongIsPartOfWhatIsApproved(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	clock := w.Now().Add(26 * time.Hour).UTC().Truncate(time.Minute)

	form := func(perAnalyst string, more url.Values) string {
		typed := url.Values{"per_analyst": {perAnalyst}, "cluster_total": {"50"}, "reason": {"load test of " + perAnalyst}, "revision": {w.Revision()}}
		maps.Copy(typed, more)

		return w.Form("/config/concurrency", typed, "Cookie", "zone=Europe%2FBerlin").Header.Get("Location")
	}

	berlin, err := zoneinfo.Location("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}

	until := form("6", url.Values{"until": {clock.In(berlin).Format("2006-01-02 15:04")}})
	if told := w.Get(until, "Accept", "text/html"); !strings.Contains(told.Body, "Until "+clock.Format(time.RFC3339)) {
		t.Errorf("the page of %q does not say until when\n%.2000s", until, told.Body)
	}

	w.Advance(time.Hour)

	if got := as(w, "olga", until+"/approve", looked); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	if ends := handlerstest.At(w.Data("/leases/1"), "lease", "ends_at"); ends != clock.Format(time.RFC3339) {
		t.Errorf("it ends at %v, want %s, as it was meant on the clocks of who asked", ends, clock)
	}

	if source := handlerstest.At(w.Data("/history/1"), "change", "source"); source != "console" {
		t.Errorf("it came about by %v, want the console", source)
	}

	// Somebody else's time has passed by the time it is approved.
	late := form("7", url.Values{"until": {clock.Add(-24 * time.Hour).In(berlin).Format("2006-01-02 15:04")}})

	w.Advance(3 * time.Hour)
	wantError(t, "its end has passed", as(w, "olga", late+"/approve", looked), http.StatusConflict, ops.CodeConflict)

	if now := w.Data(late); now["state"] != "void" {
		t.Errorf("got %v, want it void", now)
	}
}

// TestWhatWasApprovedForATimeStaysForGoodByNobodyAlone: making it permanent is the longest extension.
func TestWhatWasApprovedForATimeStaysForGoodByNobodyAlone(t *testing.T) {
	t.Parallel()

	w := twoPersons(t)
	confirm := func(path string) handlerstest.Answer {
		return w.SendJSON(http.MethodPost, path+"/confirm", handlerstest.Object{"reason": "it may stay as it is"})
	}

	w.Save(`"per_analyst": 6, "duration": "2h", "reason": "load test tonight"`)

	w.Approvals.Actions = []string{"lease.extend"}

	got := confirm("/leases/1")
	if got.Status != http.StatusAccepted || handlerstest.At(got.JSON(t), "approval", "action") != "lease.confirm" {
		t.Fatalf("got %d, want it to wait\n%s", got.Status, got.Body)
	}

	done := as(w, "olga", fmt.Sprint("/approvals/", got.JSON(t)["approval_id"], "/approve"), looked)
	if done.Status != http.StatusOK || handlerstest.At(w.Data("/leases/1"), "lease", "state") != "confirmed" {
		t.Errorf("approved: got %d\n%s", done.Status, done.Body)
	}

	// What has to be confirmed within minutes was approved with the change.
	w.Save(`"per_analyst": 7, "confirm_within": "10m", "reason": "load test of more"`)

	if got := confirm("/leases/2"); got.Status != http.StatusOK {
		t.Errorf("got %d, want it confirmed\n%s", got.Status, got.Body)
	}
}

func TestTheGlassIsBrokenAndEverybodyToldOfIt(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	hook := as(w, "olga", "/maintenance/webhooks", `{"name": "Windows alone", "kind": "generic", "url": "https://hooks.example.com/in",
		"events": ["started"], "reason": "Tell the status page"}`)
	path := ask(t, w, 6)

	got := as(w, "dave", path+"/break-glass", `{"reason": "nobody answers, and it burns"}`)
	if got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "approval", "state") != "broken_glass" {
		t.Fatalf("got %d, want it done\n%s", got.Status, got.Body)
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 6 {
		t.Errorf("%v is set, want 6", perAnalyst)
	}

	told, _ := w.Data("/maintenance/deliveries?event=&webhook=" + fmt.Sprint(hook.JSON(t)["id"]))["items"].([]any)
	if len(told) != 1 || handlerstest.At(told[0], "event") != "approval_break_glass" {
		t.Errorf("the webhook is told of %v, want of the broken glass alone", told)
	}

	const banner = "Carried out without a second person"
	if page := w.Get("/jobs", "Accept", "text/html"); !strings.Contains(page.Body, banner) || !strings.Contains(page.Body, path) {
		t.Error("another page does not tell of it")
	}

	w.Advance(approvals.BannerFor + time.Minute)

	if err := w.Approvals.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	if page := w.Get("/jobs", "Accept", "text/html"); strings.Contains(page.Body, banner) {
		t.Error("another page still tells of it after a day")
	}
}

// TestABrokenGlassIsToldOfAlsoWhereTheFlagIsTurnedOff: it stays its day, and so does what waits.
func TestABrokenGlassIsToldOfAlsoWhereTheFlagIsTurnedOff(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	path := ask(t, w, 6)

	if got := as(w, "dave", path+"/break-glass", `{"reason": "nobody answers, and it burns"}`); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	w.Approvals.Actions = nil

	if page := w.Get("/jobs", "Accept", "text/html"); !strings.Contains(page.Body, "Carried out without a second person") || !strings.Contains(page.Body, path) {
		t.Error("another page does not tell of it")
	}

	w.Advance(approvals.BannerFor + time.Minute)

	if err := w.Approvals.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	if page := w.Get("/jobs", "Accept", "text/html"); strings.Contains(page.Body, "pproval") {
		t.Error("another page still speaks of it after a day")
	}
}

// TestWhatChangesInTheMomentOfAskingIsRefused rather than waits for a day in vain.
func TestWhatChangesInTheMomentOfAskingIsRefused(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	body := fmt.Sprintf(`{"per_analyst": 8, "reason": "load test of 8", "revision": %q}`, w.Revision())
	read, changed := w.Approvals.Stand, false

	// All was checked by the time that it is read how the section stands.
	w.Approvals.Stand = func(ctx context.Context, object string) (string, error) {
		if !changed {
			changed = true

			w.Outside(9, 60)
		}

		return read(ctx, object)
	}

	wantError(t, "changed meanwhile", w.Post("/config/concurrency", body), http.StatusConflict, ops.CodeConflict)

	if n, err := w.Approvals.Count(t.Context(), approvals.Filter{}); err != nil || n != 0 {
		t.Errorf("%d are kept, %v, want none", n, err)
	}
}

func TestWithoutTheFlagNothingWaitsAndNothingShows(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Save(`"per_analyst": 6, "reason": "a workshop today"`)

	for _, path := range []string{"/", "/config/concurrency", "/maintenance/webhooks/new"} {
		if page := w.Get(path, "Accept", "text/html"); strings.Contains(strings.ToLower(page.Body), "approval") {
			t.Errorf("%s speaks of approvals", path)
		}
	}
}

func TestAKeyStandsForWhatWaits(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, "config.save")
	body := fmt.Sprintf(`{"per_analyst": 6, "reason": "load test tonight", "revision": %q}`, w.Revision())

	first := keyed(w, "dave", "k-1", "/config/concurrency", body)
	again := keyed(w, "dave", "k-1", "/config/concurrency", body)

	if first.Status != http.StatusAccepted || again.Status != http.StatusAccepted || again.Body != first.Body ||
		again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %d, then %d, want 202 twice with the same\n%s\n%s", first.Status, again.Status, first.Body, again.Body)
	}

	wantError(t, "without the key", w.Post("/config/concurrency", body), http.StatusConflict, ops.CodeConflict)

	decided := keyed(w, "olga", "k-2", "/approvals/1/approve", looked)
	told := keyed(w, "olga", "k-2", "/approvals/1/approve", looked)

	if decided.Status != http.StatusOK || told.Status != http.StatusOK || told.Body != decided.Body {
		t.Errorf("got %d, then %d, want 200 twice with the same\n%s\n%s", decided.Status, told.Status, decided.Body, told.Body)
	}
}

// TestEveryActCanBeHeld does everything that can be asked for, each with a second person: none of it
// passes beside the gate, and all of it is carried out when it is approved.
func TestEveryActCanBeHeld(t *testing.T) {
	t.Parallel()

	w := twoPersons(t, action.Approvable()...)
	missing := map[string]bool{}

	for _, name := range action.Approvable() {
		missing[name] = true
	}

	n := 0
	act := func(method, path string, body handlerstest.Object) {
		t.Helper()

		n++
		if body["reason"] == nil && !strings.HasSuffix(path, "/test") && !strings.HasSuffix(path, "/redeliver") && !strings.HasSuffix(path, "/updates") {
			body["reason"] = fmt.Sprintf("as it has to be, for the %d. time", n)
		}

		got := w.SendJSON(method, path, body)
		if got.Status != http.StatusAccepted || got.JSON(t)["approval_id"] == nil {
			t.Fatalf("%s %s: got %d, want it to wait\n%s", method, path, got.Status, got.Body)
		}

		delete(missing, fmt.Sprint(handlerstest.At(got.JSON(t), "approval", "action")))

		done := as(w, "olga", fmt.Sprint("/approvals/", got.JSON(t)["approval_id"], "/approve"), fmt.Sprintf(`{"reason": "looked at it, the %d. one"}`, n))
		if outcome := handlerstest.At(done.JSON(t), "approval", "outcome"); done.Status != http.StatusOK || outcome != "done" {
			t.Fatalf("%s %s: approved, got %d, %v, want it done\n%s", method, path, done.Status, outcome, done.Body)
		}
	}
	config := func(perAnalyst int, more handlerstest.Object) {
		body := handlerstest.Object{"per_analyst": perAnalyst, "revision": w.Revision()}
		maps.Copy(body, more)
		act(http.MethodPost, "/config/concurrency", body)
	}

	act(http.MethodPost, "/points", handlerstest.Object{"name": "before"})
	config(6, nil)
	act(http.MethodPost, "/history/1/restore", handlerstest.Object{"revision": w.Revision()})
	config(7, handlerstest.Object{"duration": "2h"})
	act(http.MethodPost, "/leases/1/extend", handlerstest.Object{"duration": "3h"})
	act(http.MethodPost, "/leases/1/end", handlerstest.Object{})
	config(8, nil)
	act(http.MethodPost, "/points/1/restore", handlerstest.Object{"revision": w.Data("/points/1")["revision"]})

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 {
		t.Errorf("%v is set, want 5", perAnalyst)
	}

	act(http.MethodPost, "/jobs/lifecycle/trigger", handlerstest.Object{})

	heldInstances(w, act)

	w.Outside(9, 60)
	w.Monitor.Poll(t.Context())
	act(http.MethodPost, fmt.Sprint("/history/", changesMade(t, w), "/keep"), handlerstest.Object{})

	heldWindows(t, w, act)
	heldWebhooks(t, w, act)

	// What a crash or new rules leave behind, the tests of the windows make; its gate is the same.
	for _, rare := range []string{"window.settle", "window.rules", "window.take_over", "window.verify"} {
		delete(missing, rare)
	}

	if len(missing) > 0 {
		t.Errorf("nothing was tried of %v", slices.Sorted(maps.Keys(missing)))
	}
}

func heldWindows(t *testing.T, w *handlerstest.World, act func(method, path string, body handlerstest.Object)) {
	t.Helper()

	later := func(d time.Duration) string { return w.Now().Add(d).UTC().Truncate(time.Second).Format(time.RFC3339) }

	act(http.MethodPost, "/maintenance/windows", w.Draft(nil))
	act(http.MethodPatch, "/maintenance/windows/1", handlerstest.Object{"title": "Patching again", "confirm": "test"})
	act(http.MethodPost, "/maintenance/windows/1/start", handlerstest.Object{})
	act(http.MethodPost, "/maintenance/windows/1/updates", handlerstest.Object{"text": "The database is back.", "severity": "warning"})
	act(http.MethodPost, "/maintenance/windows/1/extend", handlerstest.Object{"ends_at": later(5 * time.Hour)})
	act(http.MethodPost, "/maintenance/windows/1/end", handlerstest.Object{})
	act(http.MethodPost, "/maintenance/windows", w.Draft(handlerstest.Object{"starts_at": later(24 * time.Hour), "ends_at": later(25 * time.Hour)}))
	act(http.MethodPost, "/maintenance/windows/2/cancel", handlerstest.Object{})
	act(http.MethodPost, "/maintenance/templates", handlerstest.Object{
		"name": "Monthly", "title": "Patching", "message": "We patch it.", "length_seconds": 3600, "time_zone": "UTC",
	})
	act(http.MethodPost, "/maintenance/templates/1/delete", handlerstest.Object{})
}

func heldWebhooks(t *testing.T, w *handlerstest.World, act func(method, path string, body handlerstest.Object)) {
	t.Helper()

	w.SendJSON(http.MethodPost, "/maintenance/webhooks", handlerstest.Object{
		"name": "Status page", "kind": "generic", "url": "https://hooks.example.com/in?token=hunter2", "reason": "Tell the status page",
	})

	act(http.MethodPatch, "/maintenance/webhooks/1", handlerstest.Object{"name": "Renamed"})
	act(http.MethodPost, "/maintenance/webhooks/1/test", handlerstest.Object{})

	sent, _ := w.Data("/maintenance/deliveries?event=test")["items"].([]any)
	act(http.MethodPost, fmt.Sprint("/maintenance/deliveries/", handlerstest.At(sent[0], "id"), "/redeliver"), handlerstest.Object{})
	act(http.MethodPost, "/maintenance/webhooks/1/delete", handlerstest.Object{})
}
