package instances_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

func terminate(w *handlerstest.World, ids []int64) handlerstest.Answer {
	return w.SendJSON(http.MethodPost, "/instances/terminate", handlerstest.Object{"ids": ids, "reason": "the cluster is full"})
}

func TestSeveralAreTerminatedWithAResultForEach(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	ids := []int64{
		w.Instance("alice", "a", ops.InstanceRunning, time.Minute), 4711, w.Instance("bob", "b", ops.InstanceFailed, time.Hour),
	}

	got := terminate(w, ids)
	want := fmt.Sprintf(`{"results":[{"id":%d,"outcome":"terminated","code":"","message":""},`+
		`{"id":4711,"outcome":"refused","code":"RESOURCE_NOT_FOUND","message":"Instance 4711 not found"},`+
		`{"id":%d,"outcome":"terminated","code":"","message":""}]}`, ids[0], ids[2])

	if got.Status != http.StatusOK || got.Body != want {
		t.Errorf("got %d\n%s\nwant\n%s", got.Status, got.Body, want)
	}

	// One intent names them all, and says of each whose it is.
	page, err := w.Log.List(t.Context(), audit.Filter{Object: "instances", Limit: 10})
	if err != nil || len(page.Items) != 1 || page.Items[0].Outcome != audit.Intent || !strings.Contains(string(page.Items[0].Before), `"owner":"bob"`) {
		t.Fatalf("the log has %+v, %v, want one intent", page.Items, err)
	}

	wantOutcomes(t, w, ids[0], audit.Done)
	wantOutcomes(t, w, 4711, audit.Refused)

	// The one that had ended before is no failure, and has no page to lead to.
	results := w.Get(fmt.Sprint("/instances/terminate/results?entry=", page.Items[0].Seq), "Accept", "text/html").Body
	if !strings.Contains(results, "Already gone") || strings.Contains(results, "Not terminated") ||
		strings.Contains(results, `href="/instances/4711"`) || !strings.Contains(results, fmt.Sprintf(`href="/instances/%d"`, ids[0])) {
		t.Errorf("the results do not say that it was gone, or lead to it\n%.3000s", results)
	}
}

func TestWhatCouldNotBeEndedStaysTicked(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	ids := []int64{w.Instance("alice", "a", ops.InstanceRunning, time.Minute), w.Instance("bob", "b", ops.InstanceRunning, time.Hour)}
	address := fmt.Sprintf("/instances/terminate?id=%d&id=%d", ids[0], ids[1])

	review := w.Get(address, "Accept", "text/html")
	for _, says := range []string{"Terminate 2 instances", "Owners: alice, bob.", "1 of them was used in the last 15 minutes"} {
		if !strings.Contains(review.Body, says) {
			t.Errorf("the review does not say %q\n%s", says, review.Body)
		}
	}

	fields := url.Values{"id": {strconv.FormatInt(ids[0], 10), strconv.FormatInt(ids[1], 10)}, "reason": {"the cluster is full"}}

	w.Plane.RefuseInstances(ops.Unavailable("kubernetes", "The cluster is away"))

	sent := w.Form("/instances/terminate", fields)
	if sent.Status != http.StatusSeeOther {
		t.Fatalf("got %d\n%s", sent.Status, sent.Body)
	}

	results := w.Get(sent.Header.Get("Location"), "Accept", "text/html")
	if n := strings.Count(results.Body, " checked "); n != 2 || !strings.Contains(results.Body, "0 of 2 instances terminated") ||
		!strings.Contains(results.Body, "The cluster is away") {
		t.Errorf("%d are ticked, want 2, and why\n%s", n, results.Body)
	}

	w.Plane.RefuseInstances(nil)
	w.Plane.LoseInstances(true, true)

	sent = w.Form("/instances/terminate", fields)
	unknown := w.Get(sent.Header.Get("Location"), "Accept", "application/json").JSON(t)

	if firstOutcome(unknown) != "unknown" {
		t.Errorf("got %v, want that it is not known", unknown)
	}

	// It was under way all the same: the page looks.
	w.Plane.LoseInstances(false, false)

	if err := w.Plane.InstancesAs(ops.Caller{Username: "alice", Role: ops.RoleAnalyst}).DeleteInstance(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}

	results = w.Get(sent.Header.Get("Location"), "Accept", "text/html")
	if n := strings.Count(results.Body, " checked "); n != 1 || !strings.Contains(results.Body, "Already stopping") {
		t.Errorf("%d are ticked, want the one that is left\n%s", n, results.Body)
	}
}

// TestNothingIsLostWhereTheLastIsUnticked: the review comes back with all that it showed and what was typed.
func TestNothingIsLostWhereTheLastIsUnticked(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	one, two := w.Instance("alice", "a", ops.InstanceRunning, time.Minute), w.Instance("bob", "b", ops.InstanceRunning, time.Hour)
	shown := []string{strconv.FormatInt(one, 10), strconv.FormatInt(two, 10)}

	none := w.Form("/instances/terminate", url.Values{"listed": shown, "reason": {"the cluster is full"}})
	for _, says := range []string{"select the instances to terminate", "the cluster is full", "alice", "bob"} {
		if none.Status != http.StatusUnprocessableEntity || !strings.Contains(none.Body, says) {
			t.Errorf("none is ticked: got %d, want 422 and %q\n%s", none.Status, says, none.Body)
		}
	}

	hasty := w.Form("/instances/terminate", url.Values{"listed": shown, "id": shown[:1], "reason": {"x"}})
	if n := strings.Count(hasty.Body, " checked "); n != 1 || !strings.Contains(hasty.Body, ">b</a>") {
		t.Errorf("%d are ticked, want 1 of the two that are shown\n%s", n, hasty.Body)
	}

	// What was listed and not ticked stays.
	if got := w.Form("/instances/terminate", url.Values{"listed": shown, "id": shown[:1], "reason": {"the cluster is full"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	if got := w.Get("/instances/"+shown[1], "Accept", "application/json"); handlerstest.At(got.JSON(t), "instance", "status") != "running" {
		t.Errorf("the other is %s, want it running", got.Body)
	}
}

func TestWhichInstancesCanBeTerminatedTogether(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	id := w.Instance("alice", "a", ops.InstanceRunning, time.Minute)

	many := make([]int64, 51)
	for i := range many {
		many[i] = id + int64(i)
	}

	for _, ids := range []any{[]int64{}, nil, many, []int64{id, id}, []string{"x"}, id, []int64{0}} {
		body, err := json.Marshal(map[string]any{"ids": ids, "reason": "the cluster is full"})
		if err != nil {
			t.Fatal(err)
		}

		if got := w.Post("/instances/terminate", string(body)); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v: got %d, want 422\n%s", ids, got.Status, got.Body)
		}
	}

	if got := w.Post("/instances/terminate", fmt.Sprintf(`{"ids": [%d]}`, id)); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: got %d, want 422", got.Status)
	}

	if got := w.Get("/instances/terminate", "Accept", "application/json"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("none ticked: got %d, want 422", got.Status)
	}

	if got := w.Get(fmt.Sprint("/instances/", id), "Accept", "application/json"); handlerstest.At(got.JSON(t), "instance", "status") != "running" {
		t.Errorf("after all that it is %s, want running", got.Body)
	}

	// The same key does it once.
	send := func() handlerstest.Answer {
		return w.Send(http.MethodPost, "/instances/terminate", fmt.Sprintf(`{"ids": [%d], "reason": "the cluster is full"}`, id),
			"Authorization", "Bearer "+w.Token("dave"), "Content-Type", "application/json", "Accept", "application/json",
			"Idempotency-Key", `"k-1"`)
	}
	first, again := send(), send()

	if first.Status != http.StatusOK || again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %d, then %d\n%s\n%s", first.Status, again.Status, first.Body, again.Body)
	}
}
