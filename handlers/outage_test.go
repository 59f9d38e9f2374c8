package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// down is a world whose database has been stopped after a look around.
func down(t *testing.T) (w *handlerstest.World, start func()) {
	t.Helper()

	w, databaseURL := handlerstest.NewOnPostgres(t)
	w.Save(`"per_analyst": 4, "reason": "load test tonight"`)
	w.Monitor.Poll(t.Context())

	if err := w.Console.Remember(t.Context()); err != nil {
		t.Fatal(err)
	}

	start = storetest.Stop(t, w.DB, databaseURL)
	w.Database.Look(t.Context())

	return w, start
}

func TestPagesFromMemoryWhileTheDatabaseIsDown(t *testing.T) {
	t.Parallel()

	w, start := down(t)

	const said = "own database cannot be read: it does not accept connections now."

	for _, path := range []string{"/", "/health", "/capacity", "/jobs", "/exports", "/metrics", "/announcements"} {
		got := w.Get(path, "Accept", "text/html")
		if got.Status != http.StatusOK {
			t.Errorf("%s: got %d, want 200\n%.600s", path, got.Status, got.Body)
		}

		if path != "/announcements" && !strings.Contains(got.Body, said) {
			t.Errorf("%s does not say what is the matter", path)
		}
	}

	if recent, _ := w.Data("/")["changes"].([]any); len(recent) != 1 {
		t.Errorf("the overview has %d changes, want the one that was read before", len(recent))
	}

	wantOwn(t, w, "not_answering", said)
	wantHistoryFromMemory(t, w)

	for _, path := range []string{
		"/history", "/audit", "/leases", "/points", "/config/concurrency", "/maintenance", "/maintenance/windows", "/maintenance/webhooks",
		"/capacity?range=24h",
	} {
		page, data := w.Get(path, "Accept", "text/html"), w.Get(path, "Accept", "application/json")
		if page.Status != http.StatusServiceUnavailable || !strings.Contains(page.Body, said) {
			t.Errorf("%s: got %d, want 503 and why\n%.600s", path, page.Status, page.Body)
		}

		failed, _ := data.JSON(t)["error"].(map[string]any)
		if data.Status != http.StatusServiceUnavailable || failed["code"] != "SERVICE_UNAVAILABLE" ||
			handlerstest.At(failed, "details", "service") != database.Service {
			t.Errorf("%s: got %d %v, want 503 of %s", path, data.Status, failed, database.Service)
		}
	}

	start()
	w.Database.Look(t.Context())

	for _, path := range []string{"/", "/history", "/config/concurrency"} {
		if got := w.Get(path, "Accept", "text/html"); got.Status != http.StatusOK || strings.Contains(got.Body, said) {
			t.Errorf("%s afterwards: got %d, want 200 and no word of it", path, got.Status)
		}
	}
}

// wantHistoryFromMemory looks whether Health has availability and timeline, and says of when.
func wantHistoryFromMemory(t *testing.T, w *handlerstest.World) {
	t.Helper()

	health := w.Data("/health")

	rows, _ := handlerstest.At(health, "timeline", "components").([]any)
	if health["history_as_of"] == nil || len(rows) < 3 {
		t.Errorf("got %v as of %v, want the timeline of all components, and of when it is", rows, health["history_as_of"])
	}

	if body := w.Get("/health", "Accept", "text/html").Body; !strings.Contains(body, "come from memory") || !strings.Contains(body, "<h3>Answered</h3>") {
		t.Errorf("Health does not say how the components were, or that it come from memory\n%s", body)
	}
}

// wantOwn compares what the overview and Health say of the console's own database.
func wantOwn(t *testing.T, w *handlerstest.World, status, said string) {
	t.Helper()

	for _, path := range []string{"/", "/health"} {
		text, _ := handlerstest.At(w.Data(path), "console_database", "error").(string)
		if got := handlerstest.At(w.Data(path), "console_database", "status"); got != status || !strings.HasSuffix(text, said) {
			t.Errorf("%s: got %v %q, want %s %q", path, got, text, status, said)
		}
	}

	attention, _ := w.Data("/")["attention"].([]any)
	if len(attention) == 0 || handlerstest.At(attention[0], "url") != "/health#console-database" {
		t.Errorf("what needs attention is %v, want the database first", attention)
	}

	if page := w.Get("/health", "Accept", "text/html"); !strings.Contains(page.Body, `id="console-database"`) {
		t.Error("Health has no component of that name")
	}
}

func TestSavesWhileTheDatabaseIsInTrouble(t *testing.T) {
	t.Parallel()

	w, databaseURL := handlerstest.NewOnPostgres(t)
	revision := w.Revision()
	writable := storetest.MakeReadOnly(t, w.DB, databaseURL)

	const body = `{"per_analyst": 4, "reason": "load test tonight", "revision": `

	got := w.Post("/config/concurrency", body+`"`+revision+`"}`)
	message, _ := handlerstest.At(got.JSON(t), "error", "message").(string)

	if got.Status != http.StatusServiceUnavailable || !strings.Contains(message, "can be read but not written: it is read-only.") {
		t.Errorf("got %d, want 503 and why\n%s", got.Status, got.Body)
	}

	if perAnalyst, _ := w.Limits(); perAnalyst == 4 {
		t.Error("the limit was changed without a record")
	}

	wantOwn(t, w, "not_writable", "can be read but not written: it is read-only.")

	if page := w.Get("/", "Accept", "text/html"); page.Status != http.StatusOK || !strings.Contains(page.Body, "not written: it is read-only.") {
		t.Errorf("the overview: got %d, want 200 and why nothing can be saved", page.Status)
	}

	// A form keeps what was typed, and is answered to its end whatever cannot be written down.
	for reason, status := range map[string]int{"load test tonight": http.StatusServiceUnavailable, "x": http.StatusUnprocessableEntity} {
		form := w.Form("/config/concurrency", url.Values{
			"per_analyst": {"4"}, "cluster_total": {"50"}, "reason": {reason}, "revision": {revision},
		})
		if form.Status != status || !strings.Contains(form.Body, `value="4"`) || !strings.Contains(form.Body, "</html>") {
			t.Errorf("%q: got %d, want %d and the whole form\n%.3000s", reason, form.Status, status, form.Body)
		}
	}

	writable()
	w.Database.Look(t.Context())

	if page := w.Get("/", "Accept", "text/html"); strings.Contains(page.Body, "it is read-only.") {
		t.Error("the overview says that it is read-only still")
	}

	w.Save(`"per_analyst": 4, "reason": "load test tonight"`)
}

func TestReadinessFollowsWhatCanBeRead(t *testing.T) {
	t.Parallel()

	w, databaseURL := handlerstest.NewOnPostgres(t)

	expect := func(status int, word, database, detail string) {
		t.Helper()

		got := w.Send(http.MethodGet, "/readyz", "")
		answer := got.JSON(t)

		if got.Status != status || answer["status"] != word || answer["database"] != database ||
			handlerstest.At(answer, "details", "database", "status") != detail {
			t.Errorf("got %d %s, want %d %s %s %s", got.Status, got.Body, status, word, database, detail)
		}
	}

	expect(http.StatusOK, "ready", "connected", "answering")

	writable := storetest.MakeReadOnly(t, w.DB, databaseURL)
	w.Post("/points", `{"name": "before", "reason": "load test tonight"}`)
	expect(http.StatusOK, "ready", "connected", "not_writable")
	writable()

	start := storetest.Stop(t, w.DB, databaseURL)

	expect(http.StatusServiceUnavailable, "not_ready", "disconnected", "not_answering")

	if got := w.Send(http.MethodGet, "/healthz", ""); got.Status != http.StatusOK {
		t.Errorf("the process answers, got %d", got.Status)
	}

	start()
	w.Database.Look(t.Context())
	expect(http.StatusOK, "ready", "connected", "answering")
}
