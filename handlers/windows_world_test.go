package handlers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// object is JSON to be sent.
type object map[string]any

func (w *world) sendJSON(method, path string, body object) answer {
	w.t.Helper()

	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}

	return w.send(method, path, string(text), "Content-Type", "application/json", "Authorization", "Bearer "+w.token("dave"))
}

// draft is a window that starts in an hour and lasts two, with other fields on top.
func (w *world) draft(other object) object {
	start := w.now().Add(time.Hour).UTC().Truncate(time.Second)
	out := object{
		"title": "Patching", "message": "We **patch** it.", "starts_at": start.Format(time.RFC3339),
		"ends_at": start.Add(2 * time.Hour).Format(time.RFC3339), "time_zone": "Europe/Berlin", "maintenance_mode": true,
		"settings": object{"concurrency": object{"per_analyst": 4}}, "recurrence": nil, "reason": "Monthly patching", "confirm": "test",
	}
	maps.Copy(out, other)

	return out
}

// announce announces a window and returns it.
func (w *world) announce(other object) map[string]any {
	w.t.Helper()

	got := w.sendJSON(http.MethodPost, "/maintenance/windows", w.draft(other))
	if got.status != http.StatusCreated {
		w.t.Fatalf("got %d\n%s", got.status, got.body)
	}

	return got.json(w.t)
}

func path(window map[string]any, act string) string {
	return strings.TrimSuffix(fmt.Sprintf("/maintenance/windows/%v/%s", window["id"], act), "/")
}

func (w *world) maintenanceMode() ops.Values {
	w.t.Helper()

	current, _ := w.data("/config/maintenance")["current"].(map[string]any)

	return current
}
