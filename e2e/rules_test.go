package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// heard are the kinds of events that a webhook was told, each once.
type heard struct {
	mu    sync.Mutex
	kinds []string
	seen  map[int64]bool
}

func (h *heard) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var event struct {
		ID   int64  `json:"id"`
		Kind string `json:"event"`
	}

	h.mu.Lock()
	defer h.mu.Unlock()

	if json.NewDecoder(r.Body).Decode(&event) == nil && !h.seen[event.ID] {
		h.seen[event.ID] = true
		h.kinds = append(h.kinds, event.Kind)
	}
}

func (h *heard) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()

	return slices.Clone(h.kinds)
}

// TestAWindowKeepsItsClocksWhenNewRulesAreInstalled stops the program, gives it a newer release of the
// rules and starts it on the same database.
func TestAWindowKeepsItsClocksWhenNewRulesAreInstalled(t *testing.T) {
	t.Parallel()

	subscriber := &heard{seen: map[int64]bool{}}
	server := httptest.NewServer(subscriber)
	t.Cleanup(server.Close)

	day := time.Date(time.Now().Year()+1, 12, 20, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	if early := time.Date(time.Now().Year(), 12, 20, 0, 0, 0, 0, time.UTC); time.Until(early) > 48*time.Hour {
		day = early.Format(time.DateOnly)
	}

	// In December Vancouver was 8 hours behind UTC, as Los Angeles is, and is 7 by newer rules, as Phoenix.
	d := startDemo(t, "--webhook-allowed-hosts", "127.0.0.1", "--webhook-allowed-networks", "127.0.0.0/8", "--zoneinfo", rulesWith(t, "2098a", "America/Los_Angeles"))
	o := d.operator(t)
	o.does(http.MethodPost, "/maintenance/webhooks", map[string]any{
		"name": "Status page", "kind": "generic", "url": server.URL, "events": []string{"announced", "changed"}, "reason": "They want to know",
	})
	window := o.does(http.MethodPost, "/maintenance/windows", map[string]any{
		"title": "Patching Vancouver", "message": "We patch it.", "starts_at_local": day + "T12:00", "ends_at_local": day + "T14:00",
		"time_zone": "America/Vancouver", "reason": "Monthly patching",
	})
	path := fmt.Sprintf("/maintenance/windows/%v", window["id"])

	if window["starts_at"] != day+"T20:00:00Z" || window["zone_rules"] != "2098a" {
		t.Fatalf("got %v by %v, want 20:00 UTC by 2098a", window["starts_at"], window["zone_rules"])
	}

	// Feeds may be a second old, and older where the machine is busy.
	before := -1

	worldtest.Eventually(t, "it is in the calendar", func() bool {
		before = o.sequence("Patching Vancouver")

		return before >= 0
	})

	worldtest.Eventually(t, "it is announced", func() bool { return slices.Contains(subscriber.all(), "announced") })

	// The second start has nothing to do.
	newer := append(slices.Clone(d.args[:len(d.args)-1]), rulesWith(t, "2099a", "America/Phoenix"))
	for range 2 {
		d.stop(t)
		d.run(t, newer...)

		o = d.operator(t)
		worldtest.Eventually(t, "it has moved", func() bool { return o.does(http.MethodGet, path, nil)["starts_at"] == day+"T19:00:00Z" })

		if got := o.does(http.MethodGet, path, nil); got["starts_at_local"] != day+"T12:00:00" || got["zone_rules"] != "2099a" ||
			got["revision"] != window["revision"].(float64)+1 {
			t.Errorf("got %v, want 12:00 by 2099a, changed once", got)
		}

		moved, _ := o.does(http.MethodGet, "/maintenance", nil)["moved_by_rules"].([]any)
		entries, _ := o.does(http.MethodGet, "/audit?action=window.rules", nil)["items"].([]any)

		if len(moved) != 1 || len(entries) != 1 {
			t.Errorf("Maintenance lists %v, the audit log %v; want it in both once", moved, entries)
		}

		worldtest.Eventually(t, "the calendar has one more SEQUENCE", func() bool { return o.sequence("Patching Vancouver") == before+1 })
	}

	worldtest.Eventually(t, "the change is told", func() bool { return slices.Contains(subscriber.all(), "changed") })

	if got := o.does(http.MethodPost, path+"/rules", map[string]any{"take": "moment", "reason": "the team is on call then"}); got["starts_at"] != day+"T20:00:00Z" ||
		got["starts_at_local"] != day+"T13:00:00" || got["rules_move"] != nil {
		t.Errorf("got %v, want the moment before, which clocks show as 13:00 now", got)
	}

	worldtest.Eventually(t, "the choice is told", func() bool { return len(subscriber.all()) == 3 })

	if got := fmt.Sprint(subscriber.all()); got != "[announced changed changed]" {
		t.Errorf("told %s, want the announcement, the move and the choice, each once", got)
	}
}

// does sends JSON, which has to be done, and returns the answer.
func (o *operator) does(method, path string, body map[string]any) map[string]any {
	o.t.Helper()

	header, text := []string{"Accept", "application/json"}, ""

	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			o.t.Fatal(err)
		}

		header, text = append(header, "Content-Type", "application/json"), string(data)
	}

	status, answer := o.send(method, o.url+path, text, header...)
	if status/100 != 2 {
		o.t.Fatalf("%s %s: got %d\n%s", method, path, status, answer)
	}

	return o.object(answer)
}

// sequence is that of a window's event in the calendar, -1 where that is not in.
func (o *operator) sequence(title string) (n int) {
	o.t.Helper()

	_, calendar := o.send(http.MethodGet, o.url+"/announcements.ics", "")
	for event := range strings.SplitSeq(calendar, "BEGIN:VEVENT") {
		_, rest, found := strings.Cut(event, "\r\nSEQUENCE:")
		if !found || !strings.Contains(event, "SUMMARY:") || !strings.Contains(event, title) {
			continue
		}

		if _, err := fmt.Sscan(rest, &n); err != nil {
			o.t.Fatal(err)
		}

		return n
	}

	return -1
}
