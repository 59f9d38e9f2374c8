package handlers_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
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
