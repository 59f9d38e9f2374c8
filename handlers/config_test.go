package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
)

func TestALimitIsSavedAndRestoredAsJSON(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	got := w.post("/config/concurrency", fmt.Sprintf(
		`{"per_analyst": 6, "cluster_total": 60, "reason": "load test tonight", "revision": %q}`, w.revision()))
	if got.status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	saved := got.json(t)
	change := saved["change"]

	for path, want := range map[string]any{
		"section": "concurrency", "actor": "dave", "source": "api", "outcome": "applied", "reason": "load test tonight",
		"restores": nil, "error": nil,
	} {
		if value := at(change, path); value != want {
			t.Errorf("%s is %v, want %v", path, value, want)
		}
	}

	if at(change, "before", "per_analyst") != 5.0 || at(change, "after", "cluster_total") != 60.0 ||
		at(saved, "current", "per_analyst") != 6.0 || at(saved, "revision") != w.revision() {
		t.Errorf("got %s", got.body)
	}

	got = w.post(fmt.Sprintf("/history/%v/restore", at(change, "id")),
		fmt.Sprintf(`{"reason": "the test is over", "revision": %q}`, w.revision()))
	if restored := got.json(t); got.status != http.StatusOK || at(restored, "change", "restores") != at(change, "id") ||
		at(restored, "change", "source") != "restore" {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	if perAnalyst, total := w.limits(); perAnalyst != 5 || total != 50 {
		t.Errorf("restored to %v and %v", perAnalyst, total)
	}

	if items, _ := w.data("/history")["items"].([]any); len(items) != 2 {
		t.Errorf("the history has %d changes", len(items))
	}

	if page := w.data("/history?limit=1"); at(page, "next") != 2.0 {
		t.Errorf("no next page: %v", page)
	}
}

func TestAStaleRevisionAnswersAllThreeValues(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	revision := w.revision()

	save := func(perAnalyst int, why string) answer {
		return w.post("/config/concurrency", fmt.Sprintf(`{"per_analyst": %d, "reason": %q, "revision": %q}`, perAnalyst, why, revision))
	}

	if got := save(6, "first in line"); got.status != http.StatusOK {
		t.Fatal(got.body)
	}

	got := save(9, "second in line")

	conflict := got.json(t)
	if got.status != http.StatusConflict || at(conflict, "error", "code") != "CONFLICT" || at(conflict, "original", "per_analyst") != 5.0 ||
		at(conflict, "theirs", "per_analyst") != 6.0 || at(conflict, "yours", "per_analyst") != 9.0 || at(conflict, "revision") != w.revision() {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	page := w.form("/config/concurrency", url.Values{"per_analyst": {"9"}, "reason": {"second in line"}, "revision": {revision}})
	if page.status != http.StatusConflict || !strings.Contains(page.body, "first in line") || !strings.Contains(page.body, `value="9"`) {
		t.Errorf("got %d\n%s", page.status, page.body)
	}
}

// TestBadInputChangesNothing sends what nobody should send.
func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	revision := w.revision()

	with := func(fields string) string {
		return fmt.Sprintf(`{%s, "reason": "bad input", "revision": %q}`, fields, revision)
	}

	for name, body := range map[string]string{
		"body.per_analyst":    with(`"per_analyst": "7"`),
		"body.per_analyst ":   with(`"per_analyst": 7.5`),
		"body.per_analyst  ":  with(`"per_analyst": 0`),
		"body.per_analyst   ": with(`"per_analyst": null`),
		"body.cluster_total":  with(`"cluster_total": 99999999999999999999`),
		"body.unknown":        with(`"per_analyst": 7, "unknown": 1`),
		"body.<b>":            with(`"per_analyst": 7, "<b>": 1`),
		"body.reason":         fmt.Sprintf(`{"per_analyst": 7, "revision": %q}`, revision),
		"body.reason ":        fmt.Sprintf(`{"per_analyst": 7, "reason": 5, "revision": %q}`, revision),
		"body.reason  ":       fmt.Sprintf(`{"per_analyst": 7, "reason": %q, "revision": %q}`, strings.Repeat("ab", 251), revision),
		"body.revision":       `{"per_analyst": 7, "reason": "bad input"}`,
		"body":                `[]`,
		"body ":               `{"per_analyst": 7`,
		"body  ":              with(`"per_analyst": 7`) + `{}`,
		"body   ":             "{\"per_analyst\": 7, \"reason\": \"\xff\"}",
		"body    ":            "null",
	} {
		got := w.post("/config/concurrency", body)
		errs, _ := at(got.json(t), "error", "details", "errors").([]any)

		if got.status != http.StatusUnprocessableEntity || len(errs) == 0 || at(errs[0], "field") != strings.TrimSpace(name) {
			t.Errorf("%s: got %d\n%s", name, got.status, got.body)
		}
	}

	big := w.post("/config/concurrency", with(`"per_analyst": 7, "x": "`+strings.Repeat("x", 1<<20)+`"`))
	if big.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 1 MiB: got %d", big.status)
	}

	for _, path := range []string{"/config/nope", "/config/concurrency/review/x", "/history/0/restore", "/history/x/restore", "/leases/9/end", "/nope"} {
		if got := w.post(path, `{"reason": "bad input", "revision": "1"}`); got.status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, got.status)
		}
	}

	if perAnalyst, total := w.limits(); perAnalyst != 5 || total != 50 {
		t.Errorf("something was changed: %v, %v", perAnalyst, total)
	}
}

func TestANumberThatNoFieldTakesIsNamed(t *testing.T) {
	t.Parallel()

	w := newWorld(t)

	const tooLarge = "99999999999999999999"

	for sent, want := range map[string][2]string{
		`{"cluster_total": ` + tooLarge + `}`:                      {"body.cluster_total", "too large"},
		`{"cluster_total": 5e1}`:                                   {"body.cluster_total", "must be a whole number"},
		`{"cluster_total": [50]}`:                                  {"body.cluster_total", "must be a single value"},
		`{"inner": {"name": 1.5, "other": {"deeper": [1]}}}`:       {"body.inner.name", "must be a whole number"},
		`{"inner": {"name": "x", "other": {"deeper": [1, "2"]}}} `: {"body.inner.other.deeper", "must be a single value"},
	} {
		got := w.post("/config/concurrency", sent)
		errs, _ := at(got.json(t), "error", "details", "errors").([]any)

		if got.status != http.StatusUnprocessableEntity || len(errs) == 0 || at(errs[0], "field") != want[0] ||
			!strings.Contains(fmt.Sprint(at(errs[0], "message")), want[1]) {
			t.Errorf("%s: got %d\n%s", sent, got.status, got.body)
		}
	}

	page := w.form("/config/concurrency", url.Values{"cluster_total": {tooLarge}, "reason": {"far too many"}, "revision": {w.revision()}})
	if page.status != http.StatusUnprocessableEntity || !strings.Contains(page.body, `value="`+tooLarge+`"`) ||
		!strings.Contains(page.body, "ust be between 1 and 1000") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}
}

func TestAFormKeepsWhatWasTypedAndEscapesIt(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	typed := url.Values{"per_analyst": {`<script>alert("x")</script>`}, "cluster_total": {"70"}, "reason": {"<b>why</b> not"}, "revision": {w.revision()}}

	got := w.form("/config/concurrency", typed)
	if got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, "<script>alert") ||
		!strings.Contains(got.body, "&lt;script&gt;") || !strings.Contains(got.body, `value="70"`) || !strings.Contains(got.body, "whole number") {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	// Only the reason is missing: the review comes again.
	typed.Set("per_analyst", "6")
	typed.Set("reason", "short")
	typed.Set("duration", "90m")

	got = w.form("/config/concurrency", typed)
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "at least 8") || !strings.Contains(got.body, `value="90m"`) {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	// A fragment for htmx holds no page around it.
	got = w.form("/config/concurrency", typed, "HX-Request", "true")
	if got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, "<html") {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	typed.Set("reason", "<b>long</b> enough now")
	typed.Del("duration")

	got = w.form("/config/concurrency", typed)
	if got.status != http.StatusSeeOther || got.header.Get("Location") != "/config/concurrency?changed=1" {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	for _, path := range []string{"/config/concurrency?changed=1", "/history", "/history/1", "/audit", "/"} {
		if got := w.get(path, "Accept", "text/html"); got.status != http.StatusOK || strings.Contains(got.body, "<b>long") {
			t.Errorf("%s: got %d, or the reason is not escaped", path, got.status)
		}
	}
}

func TestTheReviewSaysWhatWouldChange(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	query := url.Values{"per_analyst": {"2"}, "cluster_total": {"50"}, "revision": {w.revision()}}

	got := w.get("/config/concurrency/review?"+query.Encode(), "Accept", "application/json")

	review := got.json(t)
	differences, _ := review["differences"].([]any)

	if got.status != http.StatusOK || len(differences) != 1 || at(differences[0], "after") != 2.0 || at(review, "confirm") == nil {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	page := w.get("/config/concurrency/review?"+query.Encode(), "Accept", "text/html")
	if page.status != http.StatusOK || !strings.Contains(page.body, "No analyst holds more than 2") || !strings.Contains(page.body, `name="confirm"`) {
		t.Errorf("got %d\n%s", page.status, page.body)
	}
}

func TestAControlPlaneThatIsDownChangesNothingAndSaysSo(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	revision := w.revision()

	w.plane.cut(ops.Unavailable(ops.ServiceControlPlane, "The control plane does not answer"), false)
	w.monitor.Poll(t.Context())

	for _, path := range []string{"/", "/health", "/capacity", "/jobs", "/exports", "/metrics", "/history", "/audit"} {
		if got := w.get(path, "Accept", "text/html"); got.status != http.StatusOK {
			t.Errorf("%s: got %d", path, got.status)
		}
	}

	if health := w.data("/health"); health["stale"] != true || health["as_of"] == nil || health["stale_reason"] != "The control plane does not answer" {
		t.Errorf("got %v", health)
	}

	if page := w.get("/config/concurrency", "Accept", "text/html"); page.status != http.StatusServiceUnavailable ||
		!strings.Contains(page.body, "as they were last read") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	body := fmt.Sprintf(`{"per_analyst": 6, "reason": "while it is down", "revision": %q}`, revision)
	if got := w.post("/config/concurrency", body); got.status != http.StatusServiceUnavailable {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	form := url.Values{"per_analyst": {"6"}, "cluster_total": {"50"}, "reason": {"while it is down"}, "revision": {revision}}
	if got := w.form("/config/concurrency", form); got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, `value="6"`) {
		t.Errorf("what was typed is lost: got %d\n%s", got.status, got.body)
	}

	if n, err := w.changes.Count(t.Context(), changes.Filter{}); err != nil || n != 0 {
		t.Errorf("%d changes were written, %v", n, err)
	}
}

func TestALostAnswerIsShownAsUnknown(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	revision := w.revision()
	w.plane.cut(nil, true)

	got := w.post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "reason": "the answer is lost", "revision": %q}`, revision))
	if got.status != http.StatusAccepted || at(got.json(t), "change", "outcome") != "unknown" {
		t.Fatalf("got %d\n%s", got.status, got.body)
	}

	page := w.get("/config/concurrency", "Accept", "text/html")
	if page.status != http.StatusOK || !strings.Contains(page.body, "is unknown") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	// Locked until it is settled.
	if got := w.post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 7, "reason": "too impatient", "revision": %q}`, revision)); got.status != http.StatusConflict {
		t.Errorf("got %d\n%s", got.status, got.body)
	}
}

func TestAnOutsideChangeIsShownAndKept(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.data("/config/concurrency")

	service := w.plane.Platform.As(ops.Caller{Username: "olga", Role: ops.RoleOps})
	if _, err := service.UpdateConcurrencyConfig(t.Context(), ops.ConcurrencyUpdate{PerAnalyst: 8, ClusterTotal: 50}); err != nil {
		t.Fatal(err)
	}

	w.monitor.Poll(t.Context())

	if page := w.get("/", "Accept", "text/html"); !strings.Contains(page.body, "Keep it or restore") {
		t.Error("the overview does not tell of it")
	}

	if page := w.get("/history/1", "Accept", "text/html"); page.status != http.StatusOK || !strings.Contains(page.body, "/history/1/keep") {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	if got := w.post("/history/1/keep", `{"reason": "agreed with the analysts"}`); got.status != http.StatusOK || at(got.json(t), "change", "kept", "actor") != "dave" {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	w.monitor.Poll(t.Context())

	if page := w.get("/", "Accept", "text/html"); strings.Contains(page.body, "Keep it or restore") {
		t.Error("the overview still asks about it")
	}
}
