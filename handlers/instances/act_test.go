package instances_test

import (
	"database/sql"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

const why = `{"reason": "it blocks the cluster"}`

func path(id int64, act string) string { return fmt.Sprintf("/instances/%d/%s", id, act) }

// outcomes are those of what the audit log has about an instance, oldest first.
func outcomes(t *testing.T, w *handlerstest.World, id int64) (out []audit.Outcome) {
	t.Helper()

	page, err := w.Log.List(t.Context(), audit.Filter{Object: fmt.Sprint("instances/", id), Limit: 100})
	if err != nil {
		t.Fatal(err)
	}

	for _, entry := range page.Items {
		out = append([]audit.Outcome{entry.Outcome}, out...)
	}

	return out
}

func wantOutcomes(t *testing.T, w *handlerstest.World, id int64, want ...audit.Outcome) {
	t.Helper()

	if got := outcomes(t, w, id); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the log has %v of instance %d, want %v", got, id, want)
	}
}

func TestEachActIsDoneAndLogged(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, test := range []struct {
		act          string
		before       ops.InstanceStatus
		body         string
		outcome, now string
	}{
		{"terminate", ops.InstanceRunning, why, "terminated", "stopping"},
		{"terminate", ops.InstanceFailed, why, "terminated", ""},
		{"suspend", ops.InstanceRunning, why, "suspended", "suspended"},
		{"resume", ops.InstanceSuspended, why, "resumed", "resuming"},
		{"extend", ops.InstanceRunning, `{"reason": "the review takes longer", "ttl": "3d"}`, "extended", "running"},
	} {
		id := w.Instance("alice", "fraud", test.before, time.Hour)
		got := w.Post(path(id, test.act), test.body)

		if got.Status != http.StatusOK || firstOutcome(got.JSON(t)) != test.outcome {
			t.Fatalf("%s: got %d\n%s", test.act, got.Status, got.Body)
		}

		wantOutcomes(t, w, id, audit.Intent, audit.Done)

		after := w.Get(fmt.Sprint("/instances/", id), "Accept", "application/json")
		if test.now == "" && after.Status != http.StatusNotFound ||
			test.now != "" && handlerstest.At(after.JSON(t), "instance", "status") != test.now {
			t.Errorf("%s: after it, %d %s, want %q", test.act, after.Status, after.Body, test.now)
		}

		if test.act == "extend" && handlerstest.At(after.JSON(t), "instance", "ttl") != "P3D" {
			t.Errorf("it lives %v, want P3D", handlerstest.At(after.JSON(t), "instance", "ttl"))
		}
	}
}

func TestWhatIsRefusedIsLoggedAndSaidBesideItsField(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	id := w.Instance("alice", "fraud", ops.InstanceFailed, time.Minute)

	for body, status := range map[string]int{
		`{"reason": " "}`: 422, `{}`: 422, `{"reason": "x", "ttl": "1h"}`: 422, `{"reason": 5}`: 422, `{`: 422,
	} {
		if got := w.Post(path(id, "suspend"), body); got.Status != status {
			t.Errorf("%s: got %d, want %d\n%s", body, got.Status, status, got.Body)
		}
	}

	if got := w.Post(path(id, "suspend"), why); got.Status != http.StatusConflict || handlerstest.At(got.JSON(t), "error", "code") != "INVALID_STATE" {
		t.Errorf("got %d\n%s, want 409 INVALID_STATE", got.Status, got.Body)
	}

	wantOutcomes(t, w, id, audit.Refused, audit.Refused, audit.Refused, audit.Refused, audit.Refused, audit.Intent, audit.Refused)

	for ttl, says := range map[string]string{
		"12h": "Must be longer than it is, PT24H", "soon": "Must be a duration", "9d": "Is longer than the longest allowed, P7D",
	} {
		page := w.Form(path(id, "extend"), url.Values{"reason": {"it is needed"}, "ttl": {ttl}})
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, says) || !strings.Contains(page.Body, `value="`+ttl+`"`) {
			t.Errorf("%s: got %d, want 422, %q and what was typed\n%s", ttl, page.Status, says, page.Body)
		}
	}

	page := w.Get(path(id, "terminate"), "Accept", "text/html")
	for _, says := range []string{"alice may be at work on it: it was used", ">1 min ago</time>", `data-variant="destructive"`} {
		if !strings.Contains(page.Body, says) {
			t.Errorf("the review does not say %q\n%s", says, page.Body)
		}
	}
}

// TestALostAnswerIsSettledByLooking: what was done is known though nobody said so, and what was not is
// not known for certain.
func TestALostAnswerIsSettledByLooking(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	done := w.Instance("alice", "fraud", ops.InstanceRunning, time.Hour)
	open := w.Instance("alice", "churn", ops.InstanceRunning, time.Hour)

	w.Plane.LoseInstances(true, false)

	if got := w.Post(path(done, "suspend"), why); got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "instance", "status") != "suspended" {
		t.Errorf("got %d\n%s, want it suspended", got.Status, got.Body)
	}

	w.Plane.LoseInstances(true, true)

	got := w.Post(path(open, "suspend"), why)
	if got.Status != http.StatusServiceUnavailable || !strings.Contains(got.Body, "is not known") {
		t.Errorf("got %d\n%s, want 503 and that it is not known", got.Status, got.Body)
	}

	wantOutcomes(t, w, done, audit.Intent, audit.Done)
	wantOutcomes(t, w, open, audit.Intent, audit.Unknown)
}

// TestACallThatTheControlPlaneLacks shuts its button, and no other.
func TestACallThatTheControlPlaneLacks(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	id := w.Instance("alice", "fraud", ops.InstanceRunning, time.Hour)

	w.Plane.RefuseInstances(&ops.Error{Code: ops.CodeNotSupported, Message: "The control plane cannot suspend instances"})

	if got := w.Post(path(id, "suspend"), why); got.Status != http.StatusNotImplemented {
		t.Errorf("got %d\n%s, want 501", got.Status, got.Body)
	}

	w.Plane.RefuseInstances(nil)

	acts, _ := w.Data(fmt.Sprint("/instances/", id))["acts"].([]any)
	for _, act := range acts {
		name, shut := handlerstest.At(act, "act"), handlerstest.At(act, "why")
		if want := map[any]string{
			"suspend": "Suspend: this control plane has no such call.", "resume": "Resume: only a suspended instance can be resumed; it is running.",
		}[name]; shut != want {
			t.Errorf("%s: %q, want %q", name, shut, want)
		}
	}

	if page := w.Get(path(id, "suspend"), "Accept", "text/html"); !strings.Contains(page.Body, "this control plane has no such call") {
		t.Errorf("the form does not say why it is shut\n%s", page.Body)
	}

	// It is asked again once it may have been brought up to date.
	w.Advance(11 * time.Minute)

	if page := w.Get(path(id, "suspend"), "Accept", "text/html"); strings.Contains(page.Body, "no such call") {
		t.Error("it is taken for granted for ever that the call is missing")
	}
}

// TestAResumeSaysBeforeWhoseLimitItCountsAgainst: the embedded control plane's is that of the owner, today's is that of who asks.
func TestAResumeSaysBeforeWhoseLimitItCountsAgainst(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		world *handlerstest.World
		owner string
		says  string
	}{
		"embedded":             {handlerstest.New(t), "alice", "Once resumed, it counts against the limit of alice, and against the cluster's."},
		"elsewhere":            {handlerstest.NewElsewhere(t), "alice", "The control plane counts it against your own limit, not against that of alice: if you already hold as many instances as an analyst may, it refuses. alice can resume it too."},
		"elsewhere, one's own": {handlerstest.NewElsewhere(t), "dave", "Once resumed, it counts against your own limit, and against the cluster's."},
	} {
		w := test.world
		id := w.Instance(test.owner, "fraud", ops.InstanceSuspended, time.Hour)

		if page := w.Get(path(id, "resume"), "Accept", "text/html"); !strings.Contains(page.Body, html.EscapeString(test.says)) {
			t.Errorf("%s: the form does not say %q\n%s", name, test.says, page.Body)
		}

		if got := w.Data(path(id, "resume"))["limit"]; got != test.says {
			t.Errorf("%s: its JSON says %q, want %q", name, got, test.says)
		}

		for _, act := range []string{"suspend", "extend", "terminate"} {
			if got := w.Data(path(id, act))["limit"]; got != nil {
				t.Errorf("%s: %s says %q of a limit", name, act, got)
			}
		}
	}
}

// TestWhatNeverEndsIsNotExtended: any time to live would have it end.
func TestWhatNeverEndsIsNotExtended(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	id := w.Instance("alice", "", ops.InstanceRunning, time.Hour)

	if err := w.DB.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), "UPDATE instances SET ttl = NULL WHERE id = $1", id)

		return err
	}); err != nil {
		t.Fatal(err)
	}

	got := w.Post(path(id, "extend"), `{"reason": "the review takes longer", "ttl": "36h"}`)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "never ends by itself") {
		t.Errorf("got %d\n%s, want 422 and that it never ends", got.Status, got.Body)
	}

	wantOutcomes(t, w, id, audit.Refused)

	if page := w.Get(fmt.Sprint("/instances/", id), "Accept", "text/html"); !strings.Contains(page.Body, fmt.Sprintf("<title>instance %d", id)) {
		t.Errorf("one without a name has no title\n%s", page.Body)
	}
}

// TestAnActIsAnsweredOnceMore: the answer to a key is the same again, with the instance as it is.
func TestAnActIsAnsweredOnceMore(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for act, id := range map[string]int64{
		"extend":    w.Instance("alice", "a", ops.InstanceRunning, time.Minute),
		"suspend":   w.Instance("alice", "b", ops.InstanceRunning, time.Minute),
		"terminate": w.Instance("alice", "c", ops.InstanceRunning, time.Minute),
	} {
		body := `{"reason": "the cluster is full"}`
		if act == "extend" {
			body = `{"reason": "the cluster is full", "ttl": "3d"}`
		}

		send := func() handlerstest.Answer {
			return w.Send(http.MethodPost, path(id, act), body,
				"Authorization", "Bearer "+w.Token("dave"), "Content-Type", "application/json", "Accept", "application/json",
				"Idempotency-Key", `"k-`+act+`"`)
		}

		if first, again := send(), send(); first.Status != http.StatusOK || again.Body != first.Body {
			t.Errorf("%s: got %d, then %d\n%s\n%s", act, first.Status, again.Status, first.Body, again.Body)
		}
	}
}
