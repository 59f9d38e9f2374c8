package instances_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// TestEachCallThatTheControlPlaneLacks: a 404 that names no resource shuts the button of that call, with the reason, on the page,
// on its form and in JSON, and no other; one that names a resource shuts none.
func TestEachCallThatTheControlPlaneLacks(t *testing.T) {
	t.Parallel()

	for act, test := range map[string]struct{ status, body string }{
		"suspend": {"running", why},
		"resume":  {"suspended", why},
		"extend":  {"running", `{"reason": "the review takes longer", "ttl": "3d"}`},
	} {
		t.Run(act, func(t *testing.T) {
			t.Parallel()

			instance := fmt.Sprintf(`{"data": {"id": 7, "owner_username": "alice", "name": "fraud", "status": %q, "ttl": "PT24H",
				"created_at": "2026-03-01T08:00:00Z", "updated_at": "2026-03-01T08:00:00Z"}}`, test.status)
			missing := http.StatusNotFound
			said := `{"error": {"code": "RESOURCE_NOT_FOUND", "message": "Instance 7 not found", "details": {"resource_type": "instance", "resource_id": "7"}}}`

			w := handlerstest.New(t)
			w.Plane.Serve(t, http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
				out.Header().Set("Content-Type", "application/json")

				if r.Method != http.MethodGet || r.URL.Path != "/api/instances/7" {
					out.WriteHeader(missing)
					fmt.Fprint(out, said)

					return
				}

				fmt.Fprint(out, instance)
			}))

			address := path(7, act)
			shut := strings.ToUpper(act[:1]) + act[1:] + ": this control plane has no such call."

			// That the instance is gone says nothing of the call.
			if got := w.Post(address, test.body); got.Status != http.StatusNotFound {
				t.Fatalf("got %d, want 404\n%s", got.Status, got.Body)
			}

			wantShut(t, w, "", shut)

			said = `{"detail": "Not Found"}`

			if got := w.Post(address, test.body); got.Status != http.StatusNotImplemented {
				t.Fatalf("got %d, want 501\n%s", got.Status, got.Body)
			}

			wantShut(t, w, act, shut)

			if form := w.Get(address, "Accept", "text/html"); !strings.Contains(form.Body, shut) || !strings.Contains(form.Body, "disabled") {
				t.Errorf("the form is not shut with the reason\n%s", form.Body)
			}

			if got := w.Data(address)["why"]; got != shut {
				t.Errorf("the form's JSON says %q, want %q", got, shut)
			}
		})
	}
}

// TestWhatTheControlPlaneLacksIsKnownBeforeTheFirstTry: a control plane that tells which methods a path has is asked, with
// nothing that changes anything, and not again with each page.
func TestWhatTheControlPlaneLacksIsKnownBeforeTheFirstTry(t *testing.T) {
	t.Parallel()

	var asked, failing, newer atomic.Int64

	w := handlerstest.New(t)
	w.Plane.Serve(t, http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Content-Type", "application/json")

		switch {
		case r.Method == http.MethodGet && r.URL.Path == "/api/instances/7":
			fmt.Fprint(out, `{"data": {"id": 7, "owner_username": "alice", "name": "fraud", "status": "running", "ttl": "PT24H",
				"created_at": "2026-03-01T08:00:00Z", "updated_at": "2026-03-01T08:00:00Z"}}`)
		case r.Method == http.MethodOptions && failing.Load() > 0:
			out.WriteHeader(http.StatusBadGateway)
		case r.Method == http.MethodOptions && (newer.Load() > 0 || !strings.HasSuffix(r.URL.Path, "/suspend")):
			asked.Add(1)
			out.Header().Set("Allow", map[bool]string{true: "GET", false: "POST"}[r.URL.Path == "/api/instances/0"])
			out.WriteHeader(http.StatusMethodNotAllowed)
		case r.Method == http.MethodGet || r.Method == http.MethodOptions:
			out.WriteHeader(http.StatusNotFound)
			fmt.Fprint(out, `{"detail": "Not Found"}`)
		default:
			t.Errorf("%s %s was tried", r.Method, r.URL)
		}
	}))

	shut := "Suspend: this control plane has no such call."
	form := w.Get(path(7, "suspend"), "Accept", "text/html")

	if !strings.Contains(form.Body, shut) || !strings.Contains(form.Body, "disabled") {
		t.Errorf("the form is not shut with the reason\n%s", form.Body)
	}

	wantShut(t, w, "suspend", shut)

	if n := asked.Load(); n != 3 {
		t.Errorf("it was asked for %d paths that it has, want each of three once", n)
	}

	// It stays known while it is asked again, and until the control plane has been brought up to date.
	failing.Store(1)
	w.Advance(6 * time.Minute)
	wantShut(t, w, "suspend", shut)

	failing.Store(0)
	w.Advance(2 * time.Minute)
	wantShut(t, w, "suspend", shut)
	w.Advance(9 * time.Minute)
	wantShut(t, w, "suspend", shut)

	newer.Store(1)
	w.Advance(6 * time.Minute) // less than it is taken for granted
	wantShut(t, w, "", shut)
}

// wantShut wants that act alone to be shut for want of a call, "" for none, on the page of instance 7 and in its JSON.
func wantShut(t *testing.T, w *handlerstest.World, act, reason string) {
	t.Helper()

	page := w.Get("/instances/7", "Accept", "text/html").Body
	if strings.Contains(page, reason) != (act != "") || act != "" && strings.Contains(page, `href="`+path(7, act)+`"`) {
		t.Errorf("the page has %q, or the way to it: want %q shut\n%s", reason, act, page)
	}

	acts, _ := w.Data("/instances/7")["acts"].([]any)
	for _, one := range acts {
		says, _ := handlerstest.At(one, "why").(string)
		if lacks := strings.Contains(says, "has no such call"); lacks != (handlerstest.At(one, "act") == act) {
			t.Errorf("%v says %q, want %q alone shut", handlerstest.At(one, "act"), says, act)
		}
	}
}
