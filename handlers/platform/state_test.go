package platform_test

import (
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/ops"
)

// TestNoPageSaysMoreThanIsKnown looks at the pages of the platform once its control plane is gone.
func TestNoPageSaysMoreThanIsKnown(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, path := range []string{"/", "/health"} {
		got := w.Data(path)
		if handlerstest.At(got, "control_plane", "status") != "answering" || handlerstest.At(got, "control_plane", "error") != nil ||
			handlerstest.At(got, "control_plane", "since") == nil || handlerstest.At(got, "control_plane", "latency_ms") == nil {
			t.Errorf("%s: got %v, want it answering, since when and how quickly", path, got["control_plane"])
		}
	}

	w.Plane.Lose(ops.Unavailable(ops.ServiceControlPlane, "It was taken away"))
	w.Monitor.Poll(t.Context())

	for path, want := range map[string]string{
		"/": "All was well when", "/health": "The platform was healthy when", "/capacity": "0 of 50 were used when",
		"/jobs": "No job was late or failing when", "/exports": "0 were waiting, 0 under way, 0 failed when",
	} {
		want += " the control plane last answered, "
		got := w.Data(path)

		if text, _ := handlerstest.At(got, "overall", "text").(string); !strings.HasPrefix(text, want) ||
			!strings.HasSuffix(text, ".") || handlerstest.At(got, "overall", "state") != "unknown" {
			t.Errorf("%s: got %v, want %q and how long ago", path, got["overall"], want)
		}

		page := w.Get(path, "Accept", "text/html")
		if page.Status != http.StatusOK || !strings.Contains(page.Body, want) {
			t.Errorf("%s: got %d, want 200 and %q\n%s", path, page.Status, want, page.Body)
		}
	}

	for _, path := range []string{"/", "/health"} {
		lost := w.Data(path)["control_plane"]
		if handlerstest.At(lost, "status") != "not_answering" || handlerstest.At(lost, "error") != "It was taken away" ||
			handlerstest.At(lost, "latency_ms") != nil || handlerstest.At(lost, "since") == nil {
			t.Errorf("%s: got %v, want it not answering, since when and why", path, lost)
		}
	}

	if attention, _ := w.Data("/")["attention"].([]any); len(attention) != 1 ||
		handlerstest.At(attention[0], "text") != "The control plane does not answer. It was taken away." {
		t.Errorf("got %v, want that the control plane does not answer", attention)
	}
}

func TestWhatTheControlPlaneNoLongerSaysOfComponentsIsUnknown(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Plane.Lose(ops.Unavailable(ops.ServiceControlPlane, "It was taken away"))
	w.Monitor.Poll(t.Context())

	health := w.Data("/health")
	if health["status"] != "unknown" || health["last_status"] != "healthy" {
		t.Errorf("got %v, %v, want unknown, and healthy last", health["status"], health["last_status"])
	}

	components, _ := health["components"].([]any)
	for _, c := range components {
		if handlerstest.At(c, "status") != "unknown" || handlerstest.At(c, "latency_ms") != nil || handlerstest.At(c, "since") != health["as_of"] {
			t.Errorf("got %v, want it unknown since it was last read", c)
		}
	}

	// The control plane leads the page, and its timeline.
	rows, _ := handlerstest.At(health, "timeline", "components").([]any)
	if len(rows) == 0 || handlerstest.At(rows[0], "name") != "control_plane" {
		t.Errorf("got %v, want the control plane first", rows)
	}

	changes, _ := handlerstest.At(health, "timeline", "changes").([]any)
	if len(changes) != 1 || handlerstest.At(changes[0], "component") != "control_plane" ||
		handlerstest.At(changes[0], "from") != "answering" || handlerstest.At(changes[0], "to") != "not_answering" {
		t.Errorf("got %v, want that the control plane does not answer any more", changes)
	}

	body := w.Get("/health", "Accept", "text/html").Body
	if strings.Contains(body, ">Connected<") || strings.Index(body, "Control plane</h2>") > strings.Index(body, "Database</h2>") {
		t.Errorf("got something connected, or the control plane not first\n%s", body)
	}

	w.Plane.Lose(ops.InsufficientRole(ops.RoleOps, ops.RoleAdmin))
	w.Monitor.Poll(t.Context())

	if got := w.Data("/health"); handlerstest.At(got, "control_plane", "status") != "refused" {
		t.Errorf("got %v, want it refused", got["control_plane"])
	}
}

// TestTimeWithoutAnAnswerIsNeverAllOfTheTime takes a control plane that did not answer for an hour.
func TestTimeWithoutAnAnswerIsNeverAllOfTheTime(t *testing.T) {
	t.Parallel()

	const hour = 3600e9

	w := handlerstest.New(t)
	seen(w, "database", "connected", 3*hour, 3*hour)
	seen(w, "console/control_plane", "answering", 3*hour, 3*hour)
	seen(w, "console/control_plane", "not_answering", hour, 2*hour)
	seen(w, "console/control_plane", "slow", hour, hour)
	seen(w, "database", "unknown", hour, 2*hour)
	seen(w, "database", "connected", hour, hour)

	got := w.Data("/health")

	day := func(availability any) (up, seen, unknown float64) {
		reaches, _ := availability.([]any)
		if len(reaches) != 3 {
			t.Fatalf("got %v, want 3", availability)
		}

		// The first poll of the console has a little of its own.
		seconds := func(name string) float64 {
			n, _ := handlerstest.At(reaches[0], name).(float64)

			return math.Trunc(n)
		}

		return seconds("up_seconds"), seconds("seen_seconds"), seconds("unknown_seconds")
	}

	if up, seen, unknown := day(handlerstest.At(got, "control_plane", "availability")); up != 14400.0 || seen != 18000.0 || unknown != 0.0 {
		t.Errorf("the control plane: up %v of %v s, %v s unknown, want 14400 of 18000", up, seen, unknown)
	}

	components, _ := got["components"].([]any)
	for _, c := range components {
		if handlerstest.At(c, "name") != "database" {
			continue
		}

		if up, seen, unknown := day(handlerstest.At(c, "availability")); up != 14400.0 || seen != 14400.0 || unknown != 3600.0 {
			t.Errorf("the database: up %v of %v s, %v s unknown, want 14400 of as much, and 3600", up, seen, unknown)
		}
	}

	if body := w.Get("/health", "Accept", "text/html").Body; !strings.Contains(body, "at least 80%") || !strings.Contains(body, "1 h not known") {
		t.Errorf("got no \"at least 80%%\", with 1 h not known\n%s", body)
	}
}
