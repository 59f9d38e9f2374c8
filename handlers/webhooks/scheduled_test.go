package webhooks_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestWebhooksHearOfScheduledChanges: each that names the events, and no other.
func TestWebhooksHearOfScheduledChanges(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	send := func(path string, body handlerstest.Object) {
		t.Helper()

		if got := w.SendJSON(http.MethodPost, path, body); got.Status >= http.StatusMultipleChoices {
			t.Fatalf("%s: got %d\n%.300s", path, got.Status, got.Body)
		}
	}
	schedule := func(id int, perAnalyst int) {
		t.Helper()
		send("/config/concurrency", handlerstest.Object{
			"per_analyst": perAnalyst, "reason": fmt.Sprint("secret reasons ", id), "revision": w.Revision(),
			"at": w.Now().Add(10 * time.Minute).UTC().Format(time.RFC3339),
		})

		if got := w.Data(fmt.Sprint("/scheduled/", id)); got == nil {
			t.Fatal("it is not there")
		}
	}
	due := func() {
		t.Helper()
		w.Advance(11 * time.Minute)

		if err := w.Changes.ApplyDue(t.Context(), w.Plane.As(ops.Caller{Username: "console", Role: ops.RoleOps}), ops.SectionConcurrency); err != nil {
			t.Fatal(err)
		}
	}

	all := []string{"change_scheduled", "change_applied", "change_late", "change_waiting", "change_cancelled"}
	for name, events := range map[string][]string{"everything": {}, "changes": all} {
		send("/maintenance/webhooks", handlerstest.Object{
			"name": name, "kind": "generic", "url": "https://hooks.example.com/" + name, "events": events, "enabled": true, "reason": "they want to know",
		})
	}

	schedule(1, 9)
	send("/scheduled/1/cancel", handlerstest.Object{"reason": "not needed"})
	schedule(2, 8)
	due()
	schedule(3, 7)
	w.Outside(4, 60)
	due()

	// One that is tried in vain is told once it is a minute late, once until it is moved, and with when it was applied in the end.
	as := w.Plane.As(ops.Caller{Username: "console", Role: ops.RoleOps})
	try := func(after time.Duration, works bool) {
		t.Helper()
		w.Advance(after)

		if err := w.Changes.ApplyDue(t.Context(), as, ops.SectionConcurrency); (err == nil) != works {
			t.Fatalf("got %v, want it to work: %t", err, works)
		}
	}

	schedule(4, 6)
	w.Plane.Cut(ops.Unavailable(ops.ServiceControlPlane, "The control plane does not answer"), false)
	try(10*time.Minute+5*time.Second, false)
	try(time.Minute, false)
	try(time.Minute, false)
	w.Plane.Cut(nil, false)
	try(time.Minute, true)

	rows, err := w.DB.Read().QueryContext(t.Context(), `SELECT h.name, d.body FROM opsconsole_webhook_deliveries d
		JOIN opsconsole_webhooks h ON h.id = d.webhook_id ORDER BY d.created_at, d.id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()

	var told []string

	for rows.Next() {
		var name, body string
		if err := rows.Scan(&name, &body); err != nil {
			t.Fatal(err)
		}

		var sent map[string]any
		if err := json.Unmarshal([]byte(body), &sent); err != nil {
			t.Fatal(err)
		}

		about := handlerstest.At(sent, "scheduled")
		told = append(told, fmt.Sprint(name, " ", sent["event"], " ", handlerstest.At(about, "id"), " ", handlerstest.At(about, "note") != ""))

		if sent["event"] == "change_late" && (handlerstest.At(about, "state") != "overdue" || !strings.Contains(fmt.Sprint(handlerstest.At(about, "note")), "does not answer")) {
			t.Errorf("of the late one is told %v", about)
		}

		applied, was := handlerstest.At(about, "applied_at").(string)
		if was != (sent["event"] == "change_applied") || was && applied <= fmt.Sprint(handlerstest.At(about, "at")) {
			t.Errorf("%s: it was applied at %v, scheduled for %v", sent["event"], applied, handlerstest.At(about, "at"))
		}
	}

	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}

	slices.Sort(told)

	want := []string{
		"changes change_applied 2 false", "changes change_cancelled 1 false", "changes change_scheduled 1 false",
		"changes change_scheduled 2 false", "changes change_scheduled 3 false", "changes change_waiting 3 true",
		"changes change_scheduled 4 false", "changes change_late 4 true", "changes change_applied 4 false",
	}
	slices.Sort(want)

	if !slices.Equal(told, want) {
		t.Errorf("told is %q, want %q", told, want)
	}
}

// TestALateScheduledChangeThatIsMovedIsToldLateAgain when it is late for its new time, too.
func TestALateScheduledChangeThatIsMovedIsToldLateAgain(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	as := w.Plane.As(ops.Caller{Username: "console", Role: ops.RoleOps})
	send := func(path string, body handlerstest.Object) {
		t.Helper()

		if got := w.SendJSON(http.MethodPost, path, body); got.Status >= http.StatusMultipleChoices {
			t.Fatalf("%s: got %d\n%.300s", path, got.Status, got.Body)
		}
	}
	in := func(d time.Duration) string { return w.Now().Add(d).UTC().Format(time.RFC3339) }
	late := func() {
		t.Helper()
		w.Plane.Cut(ops.Unavailable(ops.ServiceControlPlane, "The control plane does not answer"), false)

		for _, after := range []time.Duration{10*time.Minute + 5*time.Second, time.Minute, time.Minute} {
			w.Advance(after)

			if err := w.Changes.ApplyDue(t.Context(), as, ops.SectionConcurrency); err == nil {
				t.Fatal("it was applied without a control plane")
			}
		}

		w.Plane.Cut(nil, false)
	}

	send("/maintenance/webhooks", handlerstest.Object{
		"name": "late", "kind": "generic", "url": "https://hooks.example.com/late", "events": []string{"change_late", "change_applied"}, "enabled": true,
		"reason": "they want to know",
	})
	send("/config/concurrency", handlerstest.Object{"per_analyst": 6, "reason": "for the workshop", "revision": w.Revision(), "at": in(10 * time.Minute)})
	late()
	send("/scheduled/1/move", handlerstest.Object{"reason": "the workshop is later", "at": in(10 * time.Minute), "revision": w.Data("/scheduled/1")["revision"]})
	late()
	w.Advance(time.Minute)

	if err := w.Changes.ApplyDue(t.Context(), as, ops.SectionConcurrency); err != nil {
		t.Fatal(err)
	}

	rows, err := w.DB.Read().QueryContext(t.Context(), `SELECT body FROM opsconsole_webhook_deliveries ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()

	var told []string

	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			t.Fatal(err)
		}

		var sent map[string]any
		if err := json.Unmarshal([]byte(body), &sent); err != nil {
			t.Fatal(err)
		}

		told = append(told, fmt.Sprint(sent["event"]))
	}

	if want := []string{"change_late", "change_late", "change_applied"}; rows.Err() != nil || !slices.Equal(told, want) {
		t.Errorf("told is %q, %v, want %q", told, rows.Err(), want)
	}
}
