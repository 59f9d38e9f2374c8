package handlerstest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// Object is JSON to be sent.
type Object map[string]any

// SendJSON sends the object as the operator of the world.
func (w *World) SendJSON(method, path string, body Object) Answer {
	w.t.Helper()

	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}

	return w.Send(method, path, string(text), "Content-Type", "application/json", "Authorization", "Bearer "+w.Token("dave"))
}

// Draft is a window that starts in an hour and lasts two, with other fields on top.
func (w *World) Draft(other Object) Object {
	start := w.Now().Add(time.Hour).UTC().Truncate(time.Second)
	out := Object{
		"title": "Patching", "message": "We **patch** it.", "starts_at": start.Format(time.RFC3339),
		"ends_at": start.Add(2 * time.Hour).Format(time.RFC3339), "time_zone": "Europe/Berlin", "maintenance_mode": true,
		"settings": Object{"concurrency": Object{"per_analyst": 4}}, "recurrence": nil, "reason": "Monthly patching", "confirm": "test",
	}
	maps.Copy(out, other)

	return out
}

// Announce announces a window and returns it.
func (w *World) Announce(other Object) map[string]any {
	w.t.Helper()

	got := w.SendJSON(http.MethodPost, "/maintenance/windows", w.Draft(other))
	if got.Status != http.StatusCreated {
		w.t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	return got.JSON(w.t)
}

// Path is that of a window, or of an act on it.
func Path(window map[string]any, act string) string {
	return strings.TrimSuffix(fmt.Sprintf("/maintenance/windows/%v/%s", window["id"], act), "/")
}

// MaintenanceMode is what is set of it.
func (w *World) MaintenanceMode() ops.Values {
	w.t.Helper()

	current, _ := w.Data("/config/maintenance")["current"].(map[string]any)

	return current
}
