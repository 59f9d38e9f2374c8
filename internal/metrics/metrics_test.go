package metrics_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/metrics"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/ops"
)

// TestTheDocumentationHasWhatIsServed reads the table of docs/metrics.md: names, types and labels,
// none missing and none too many.
func TestTheDocumentationHasWhatIsServed(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}

	documented := map[string]string{}
	rows := regexp.MustCompile("(?m)^\\| `(opsconsole_\\w+)` \\| (\\w+) \\| ([\\w, ]*)\\|")

	for _, row := range rows.FindAllStringSubmatch(string(page), -1) {
		labels := strings.FieldsFunc(row[3], func(r rune) bool { return r == ',' || r == ' ' })
		slices.Sort(labels)
		documented[row[1]] = row[2] + " " + strings.Join(labels, " ")
	}

	w := newWorld(t)
	w.Get("/jobs")

	if err := w.metrics.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	_, read := w.scrape(t)
	for _, family := range read.Families {
		var labels []string
		for _, label := range family.Metrics[0].Labels {
			labels = append(labels, label.Name)
		}

		slices.Sort(labels)

		if got := family.Type + " " + strings.Join(labels, " "); got != documented[family.Name] {
			t.Errorf("%s is served as %q, and documented as %q", family.Name, got, documented[family.Name])
		}

		if !strings.HasPrefix(family.Name, "opsconsole_") || family.Help == "" {
			t.Errorf("%s does not begin with opsconsole_, or has no help", family.Name)
		}

		delete(documented, family.Name)
	}

	for name := range documented {
		t.Errorf("%s is documented and not served", name)
	}
}

func TestPrometheusFindsNothingToSayOfTheMetrics(t *testing.T) {
	t.Parallel()

	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is missing; on Debian it comes with prometheus")
	}

	w := newWorld(t)
	w.Get("/jobs")

	if err := w.metrics.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	text, _ := w.scrape(t)

	check := exec.CommandContext(t.Context(), promtool, "check", "metrics")
	check.Stdin = strings.NewReader(text)

	if said, err := check.CombinedOutput(); err != nil || len(said) != 0 {
		t.Errorf("promtool: %v\n%s", err, said)
	}
}

func TestScrapesAreForProgramsAlone(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	answer := httptest.NewRecorder()
	w.metrics.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))

	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := answer.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestWhatIsAskedInVainIsLeftOut loses the control plane, then the database.
func TestWhatIsAskedInVainIsLeftOut(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	if err := w.metrics.Look(t.Context()); err != nil {
		t.Fatal(err)
	}

	polls := w.Plane.Polls()

	for range 20 {
		w.scrape(t)
	}

	if now := w.Plane.Polls(); now != polls {
		t.Errorf("scrapes asked the control plane %d times", now-polls)
	}

	if up := w.value(t, "opsconsole_control_plane_up"); up != 1 {
		t.Errorf("the control plane is told as %v, want 1", up)
	}

	w.Plane.Lose(ops.Unavailable(ops.ServiceControlPlane, "It is down for the test."))
	w.Monitor.Poll(t.Context())

	if up := w.value(t, "opsconsole_control_plane_up"); up != 0 {
		t.Errorf("the control plane is told as %v, want 0", up)
	}

	// An interval of a job is configured, and not asked for.
	w.absent(t, "opsconsole_instances_used", "opsconsole_component_up", "opsconsole_job_last_success_timestamp_seconds", "opsconsole_job_next_run_timestamp_seconds")

	if every := w.value(t, "opsconsole_job_interval_seconds", "job_name", "lifecycle"); every != 600 {
		t.Errorf("lifecycle runs every %v s, want the 600 that are configured", every)
	}

	gone, cancel := context.WithCancel(t.Context())
	cancel()

	if err := w.metrics.Look(gone); err == nil {
		t.Error("there was something to see in a database that nobody may ask")
	}

	w.absent(t, "opsconsole_leases", "opsconsole_windows", "opsconsole_changes_unknown", "opsconsole_last_look_timestamp_seconds")
}

// TestHowAJobIsIsToldWithoutTheListOfJobs by what was last read of it, since alerts go by it; what the list alone tells is left out.
func TestHowAJobIsIsToldWithoutTheListOfJobs(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.Plane.LoseJobs(ops.Unavailable(ops.ServiceControlPlane, "The list cannot be read."))
	w.Monitor.Poll(t.Context())

	w.absent(t, "opsconsole_job_next_run_timestamp_seconds")

	var states float64

	for _, state := range monitor.JobConditions() {
		states += w.value(t, "opsconsole_job_state", "job_name", "lifecycle", "state", string(state))
	}

	if states != 1 {
		t.Errorf("the job is in %v states, want in one", states)
	}
}

func (w *world) absent(t *testing.T, names ...string) {
	t.Helper()

	_, read := w.scrape(t)

	for _, name := range names {
		if metric, found := read.Find(name); found {
			t.Errorf("%s is told still: %+v", name, metric)
		}
	}
}

// TestAScrapeWorksWithoutADatabase closes it.
func TestAScrapeWorksWithoutADatabase(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	if err := w.DB.Close(); err != nil {
		t.Fatal(err)
	}

	w.Database.Look(t.Context())

	if up := w.value(t, "opsconsole_database_up"); up != 0 {
		t.Errorf("the database is told as %v, want 0", up)
	}
}

// TestALeaseAndAWindowThatAreLate tells how late they are by the clock, also between two looks.
func TestALeaseAndAWindowThatAreLate(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.Save(`"per_analyst": 8, "reason": "for the workshop", "duration": "10m"`)
	w.Announce(nil)

	look := func() {
		if err := w.metrics.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	look()

	if got := w.value(t, "opsconsole_changes_unknown"); got != 2 {
		t.Errorf("%v unknown changes are told, want those of both pages", got)
	}

	if got := w.value(t, "opsconsole_leases", "state", "active"); got != 1 {
		t.Errorf("%v active, want 1", got)
	}

	if got := w.value(t, "opsconsole_scheduled_changes", "state", "held"); got != 0 {
		t.Errorf("%v scheduled changes are held, want none", got)
	}

	w.Advance(10*time.Minute + 30*time.Second)
	look()
	w.Advance(30 * time.Second)

	if got := w.value(t, "opsconsole_lease_lag_seconds"); got < 60 || got > 90 {
		t.Errorf("the lease is told as %v s late, want 60", got)
	}

	w.Advance(50 * time.Minute)
	look()

	if got := w.value(t, "opsconsole_window_lag_seconds"); got < 50 || got > 90 {
		t.Errorf("the window is told as %v s late, want 60", got)
	}

	if got := w.value(t, "opsconsole_windows_overdue"); got != 1 {
		t.Errorf("%v windows are overdue, want 1", got)
	}
}

// TestRequestsAreCountedByRoute asks for what anybody may make up: the series stay few.
func TestRequestsAreCountedByRoute(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.Get("/jobs")

	for _, path := range []string{"/history/1", "/history/2", "/history/2000000", "/no/such/page", "/jobs/x/y/z", "/static/none.js", "/%2e%2e/etc"} {
		w.Get(path)
	}

	for _, method := range []string{"BREW", "PROPFIND", http.MethodDelete} {
		w.Send(method, "/jobs", "")
		w.Send(method, "/nowhere", "")
	}

	_, read := w.scrape(t)

	requests := func(labels ...string) (n float64) {
		if value := read.Value("opsconsole_http_requests_total", labels...); value != nil {
			n = *value
		}

		return n
	}

	if got := requests("route", "/history/:id", "code", "404"); got != 3 {
		t.Errorf("/history/:id was 404 %v times, want 3", got)
	}

	if got := requests("route", "/jobs", "method", "GET", "code", "200", "listener", "pages"); got != 1 {
		t.Errorf("/jobs was answered %v times, want once", got)
	}

	for _, family := range read.Families {
		for _, metric := range family.Metrics {
			route, method := metric.Label("route"), metric.Label("method")
			if strings.Contains(route, "nowhere") || strings.Contains(route, "2000000") || method == "BREW" || method == "PROPFIND" {
				t.Errorf("%s has %+v", family.Name, metric.Labels)
			}
		}
	}
}

// What was found broken on the way to the head, which was never reached, is told: the alert waits for nothing else.
func TestALogThatIsBrokenIsToldOfBeforeItWasEverVerified(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.chain = metrics.ChainState{Intact: false}

	if intact := w.value(t, "opsconsole_audit_chain_intact"); intact != 0 {
		t.Errorf("got %v, want 0", intact)
	}

	w.chain = metrics.ChainState{Intact: true}

	if text, _ := w.scrape(t); strings.Contains(text, "opsconsole_audit_chain_intact") {
		t.Error("a log that was not looked through yet is called intact")
	}
}

func TestTheAgeOfTheBackupsIsTold(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	if at := w.value(t, "opsconsole_backup_timestamp_seconds"); at != 3 {
		t.Errorf("the newest backup is of %v, want 3", at)
	}

	if failing := w.value(t, "opsconsole_backup_failing"); failing != 1 {
		t.Errorf("got %v, want 1: the last attempt failed", failing)
	}
}
