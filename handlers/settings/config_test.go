package settings_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/ops/opstest"
)

func TestALimitIsSavedAndRestoredAsJSON(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	got := w.Post("/config/concurrency", fmt.Sprintf(
		`{"per_analyst": 6, "cluster_total": 60, "reason": "load test tonight", "revision": %q}`, w.Revision()))
	if got.Status != http.StatusOK {
		t.Fatalf("got %d, want 200\n%s", got.Status, got.Body)
	}

	saved := got.JSON(t)
	change := saved["change"]

	for path, want := range map[string]any{
		"section": "concurrency", "actor": "dave", "source": "api", "outcome": "applied", "reason": "load test tonight",
		"restores": nil, "error": nil,
	} {
		if value := handlerstest.At(change, path); value != want {
			t.Errorf("%s is %v, want %v", path, value, want)
		}
	}

	if handlerstest.At(change, "before", "per_analyst") != 5.0 || handlerstest.At(change, "after", "cluster_total") != 60.0 ||
		handlerstest.At(saved, "current", "per_analyst") != 6.0 || handlerstest.At(saved, "revision") != w.Revision() {
		t.Errorf("got %s, want per_analyst 5 before and 6 now, cluster_total 60 after, and the new revision", got.Body)
	}

	got = w.Post(fmt.Sprintf("/history/%v/restore", handlerstest.At(change, "id")),
		fmt.Sprintf(`{"reason": "the test is over", "revision": %q}`, w.Revision()))
	if restored := got.JSON(t); got.Status != http.StatusOK || handlerstest.At(restored, "change", "restores") != handlerstest.At(change, "id") ||
		handlerstest.At(restored, "change", "source") != "restore" {
		t.Errorf("got %d, want 200 and a restore of change %v\n%s", got.Status, handlerstest.At(change, "id"), got.Body)
	}

	if perAnalyst, total := w.Limits(); perAnalyst != 5 || total != 50 {
		t.Errorf("restored to %v and %v, want 5 and 50", perAnalyst, total)
	}

	if items, _ := w.Data("/history")["items"].([]any); len(items) != 2 {
		t.Errorf("the history has %d changes, want 2", len(items))
	}

	if page := w.Data("/history?limit=1"); handlerstest.At(page, "next") != 2.0 {
		t.Errorf("got %v, want the next page from 2", page)
	}
}

func TestAStaleRevisionAnswersAllThreeValues(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	revision := w.Revision()

	save := func(perAnalyst int, why string) handlerstest.Answer {
		return w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": %d, "reason": %q, "revision": %q}`, perAnalyst, why, revision))
	}

	if got := save(6, "first in line"); got.Status != http.StatusOK {
		t.Fatalf("got %d, want 200\n%s", got.Status, got.Body)
	}

	got := save(9, "second in line")

	conflict := got.JSON(t)
	if got.Status != http.StatusConflict || handlerstest.At(conflict, "error", "code") != "CONFLICT" || handlerstest.At(conflict, "original", "per_analyst") != 5.0 ||
		handlerstest.At(conflict, "theirs", "per_analyst") != 6.0 || handlerstest.At(conflict, "yours", "per_analyst") != 9.0 || handlerstest.At(conflict, "revision") != w.Revision() {
		t.Errorf("got %d, want 409 with CONFLICT, originally 5, theirs 6, yours 9, and the new revision\n%s", got.Status, got.Body)
	}

	page := w.Form("/config/concurrency", url.Values{"per_analyst": {"9"}, "reason": {"second in line"}, "revision": {revision}})
	if page.Status != http.StatusConflict || !strings.Contains(page.Body, "first in line") || !strings.Contains(page.Body, `value="9"`) {
		t.Errorf("got %d, want 409, the other one's reason and what was typed\n%s", page.Status, page.Body)
	}
}

// TestBadInputChangesNothing sends what nobody should send.
func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	revision := w.Revision()

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
		got := w.Post("/config/concurrency", body)
		errs, _ := handlerstest.At(got.JSON(t), "error", "details", "errors").([]any)

		if got.Status != http.StatusUnprocessableEntity || len(errs) == 0 || handlerstest.At(errs[0], "field") != strings.TrimSpace(name) {
			t.Errorf("%s: got %d, want 422 for this field first\n%s", name, got.Status, got.Body)
		}
	}

	big := w.Post("/config/concurrency", with(`"per_analyst": 7, "x": "`+strings.Repeat("x", 1<<20)+`"`))
	if big.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 1 MiB: got %d, want 413", big.Status)
	}

	for _, path := range []string{"/config/nope", "/config/concurrency/review/x", "/history/0/restore", "/history/x/restore", "/leases/9/end", "/nope"} {
		if got := w.Post(path, `{"reason": "bad input", "revision": "1"}`); got.Status != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, got.Status)
		}
	}

	if perAnalyst, total := w.Limits(); perAnalyst != 5 || total != 50 {
		t.Errorf("something was changed: %v, %v, want 5, 50", perAnalyst, total)
	}
}

func TestANumberThatNoFieldTakesIsNamed(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	const tooLarge = "99999999999999999999"

	for sent, want := range map[string][2]string{
		`{"cluster_total": ` + tooLarge + `}`:                      {"body.cluster_total", "too large"},
		`{"cluster_total": 5e1}`:                                   {"body.cluster_total", "must be a whole number"},
		`{"cluster_total": [50]}`:                                  {"body.cluster_total", "must be a single value"},
		`{"inner": {"name": 1.5, "other": {"deeper": [1]}}}`:       {"body.inner.name", "must be a whole number"},
		`{"inner": {"name": "x", "other": {"deeper": [1, "2"]}}} `: {"body.inner.other.deeper", "must be a single value"},
	} {
		got := w.Post("/config/concurrency", sent)
		errs, _ := handlerstest.At(got.JSON(t), "error", "details", "errors").([]any)

		if got.Status != http.StatusUnprocessableEntity || len(errs) == 0 || handlerstest.At(errs[0], "field") != want[0] ||
			!strings.Contains(fmt.Sprint(handlerstest.At(errs[0], "message")), want[1]) {
			t.Errorf("%s: got %d, want 422 for %s: %s\n%s", sent, got.Status, want[0], want[1], got.Body)
		}
	}

	page := w.Form("/config/concurrency", url.Values{"cluster_total": {tooLarge}, "reason": {"far too many"}, "revision": {w.Revision()}})
	if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, `value="`+tooLarge+`"`) ||
		!strings.Contains(page.Body, "ust be between 1 and 1000") {
		t.Errorf("got %d, want 422, what was typed and its bounds\n%s", page.Status, page.Body)
	}
}

func TestAFormKeepsWhatWasTypedAndEscapesIt(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	typed := url.Values{"per_analyst": {`<script>alert("x")</script>`}, "cluster_total": {"70"}, "reason": {"<b>why</b> not"}, "revision": {w.Revision()}}

	got := w.Form("/config/concurrency", typed)
	if got.Status != http.StatusUnprocessableEntity || strings.Contains(got.Body, "<script>alert") ||
		!strings.Contains(got.Body, "&lt;script&gt;") || !strings.Contains(got.Body, `value="70"`) || !strings.Contains(got.Body, "whole number") {
		t.Errorf("got %d, want 422 for no whole number, and what was typed, escaped\n%s", got.Status, got.Body)
	}

	// Only the reason is missing: the review comes again.
	typed.Set("per_analyst", "6")
	typed.Set("reason", "short")
	typed.Set("duration", "90m")

	got = w.Form("/config/concurrency", typed)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "at least 8") || !strings.Contains(got.Body, `value="90m"`) {
		t.Errorf("got %d, want 422 for the reason, and the duration kept\n%s", got.Status, got.Body)
	}

	// A fragment for htmx holds no page around it.
	got = w.Form("/config/concurrency", typed, "HX-Request", "true")
	if got.Status != http.StatusUnprocessableEntity || strings.Contains(got.Body, "<html") {
		t.Errorf("got %d, want 422 and no page around it\n%s", got.Status, got.Body)
	}

	typed.Set("reason", "<b>long</b> enough now")
	typed.Del("duration")

	got = w.Form("/config/concurrency", typed)
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/config/concurrency?changed=1" {
		t.Fatalf("got %d, want 303 at /config/concurrency?changed=1\n%s", got.Status, got.Body)
	}

	for _, path := range []string{"/config/concurrency?changed=1", "/history", "/history/1", "/audit", "/"} {
		if got := w.Get(path, "Accept", "text/html"); got.Status != http.StatusOK || strings.Contains(got.Body, "<b>long") {
			t.Errorf("%s: got %d, want 200 and the reason escaped", path, got.Status)
		}
	}
}

func TestTheReviewSaysWhatWouldChange(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	query := url.Values{"per_analyst": {"2"}, "cluster_total": {"50"}, "revision": {w.Revision()}}

	got := w.Get("/config/concurrency/review?"+query.Encode(), "Accept", "application/json")

	review := got.JSON(t)
	differences, _ := review["differences"].([]any)

	if got.Status != http.StatusOK || len(differences) != 1 || handlerstest.At(differences[0], "after") != 2.0 || handlerstest.At(review, "confirm") == nil {
		t.Errorf("got %d, want 200, one difference, to 2, and what to confirm\n%s", got.Status, got.Body)
	}

	page := w.Get("/config/concurrency/review?"+query.Encode(), "Accept", "text/html")
	if page.Status != http.StatusOK || !strings.Contains(page.Body, "No analyst holds more than 2") || !strings.Contains(page.Body, `name="confirm"`) {
		t.Errorf("got %d, want 200, that no analyst holds more than 2, and a field to confirm it\n%s", page.Status, page.Body)
	}
}

// TestTheReviewOfALowerLimitLeadsToWhatItsOwnersHold: one owner at once, several by the page that lists them.
func TestTheReviewOfALowerLimitLeadsToWhatItsOwnersHold(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	for _, owner := range []string{"alice", "alice", "alice", "bob", "bob", "carl"} {
		w.Instance(owner, "graph of "+owner, ops.InstanceRunning, time.Hour)
	}

	lowered := func(limit string) string {
		query := url.Values{"per_analyst": {limit}, "cluster_total": {"50"}, "revision": {w.Revision()}}

		return w.Get("/config/concurrency/review?"+query.Encode(), "Accept", "text/html").Body
	}

	const one = `href="/instances?owner=alice"`
	if page := lowered("2"); !strings.Contains(page, "1 analyst holds more than 2") || !strings.Contains(page, one) {
		t.Errorf("the review does not lead to what alice holds\n%s", page)
	}

	if page := w.Get("/instances?owner=alice", "Accept", "text/html"); strings.Count(page.Body, ">graph of alice</a>") != 3 || strings.Contains(page.Body, "graph of bob") {
		t.Errorf("it leads elsewhere\n%s", page.Body)
	}

	page := lowered("1")
	if !strings.Contains(page, "2 analysts hold more than 1") || !strings.Contains(page, `href="/capacity?owners=all"`) {
		t.Errorf("the review does not lead to those who hold more\n%s", page)
	}

	w.Monitor.Poll(t.Context())

	owners := w.Get("/capacity?owners=all", "Accept", "text/html").Body
	if !strings.Contains(owners, one) || !strings.Contains(owners, `href="/instances?owner=bob"`) {
		t.Errorf("from there nothing leads to what they hold\n%s", owners)
	}
}

func TestAControlPlaneThatIsDownChangesNothingAndSaysSo(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	revision := w.Revision()

	w.Plane.Cut(ops.Unavailable(ops.ServiceControlPlane, "The control plane does not answer"), false)
	w.Monitor.Poll(t.Context())

	for _, path := range []string{"/", "/health", "/capacity", "/jobs", "/exports", "/metrics", "/history", "/audit"} {
		if got := w.Get(path, "Accept", "text/html"); got.Status != http.StatusOK {
			t.Errorf("%s: got %d, want 200", path, got.Status)
		}
	}

	if health := w.Data("/health"); health["stale"] != true || health["as_of"] == nil || health["stale_reason"] != "The control plane does not answer" {
		t.Errorf("got %v, want it stale, since when and why", health)
	}

	if page := w.Get("/config/concurrency", "Accept", "text/html"); page.Status != http.StatusServiceUnavailable ||
		!strings.Contains(page.Body, "as last read") {
		t.Errorf("got %d, want 503 and the values as last read\n%s", page.Status, page.Body)
	}

	body := fmt.Sprintf(`{"per_analyst": 6, "reason": "while it is down", "revision": %q}`, revision)
	if got := w.Post("/config/concurrency", body); got.Status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503\n%s", got.Status, got.Body)
	}

	form := url.Values{"per_analyst": {"6"}, "cluster_total": {"50"}, "reason": {"while it is down"}, "revision": {revision}}
	if got := w.Form("/config/concurrency", form); got.Status != http.StatusServiceUnavailable || !strings.Contains(got.Body, `value="6"`) {
		t.Errorf("what was typed is lost: got %d, want 503 and it kept\n%s", got.Status, got.Body)
	}

	if n, err := w.Changes.Count(t.Context(), changes.Filter{}); err != nil || n != 0 {
		t.Errorf("%d changes were written, want none, %v", n, err)
	}
}

func TestALostAnswerIsShownAsUnknown(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	revision := w.Revision()
	w.Plane.Cut(nil, true)

	got := w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "reason": "the answer is lost", "revision": %q}`, revision))
	if got.Status != http.StatusAccepted || handlerstest.At(got.JSON(t), "change", "outcome") != "unknown" {
		t.Fatalf("got %d, want 202 and an unknown outcome\n%s", got.Status, got.Body)
	}

	page := w.Get("/config/concurrency", "Accept", "text/html")
	if page.Status != http.StatusOK || !strings.Contains(page.Body, "is unknown") {
		t.Errorf("got %d, want 200 and that it is unknown\n%s", page.Status, page.Body)
	}

	// Locked until it is settled.
	if got := w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 7, "reason": "too impatient", "revision": %q}`, revision)); got.Status != http.StatusConflict {
		t.Errorf("got %d, want 409\n%s", got.Status, got.Body)
	}
}

func TestAnOutsideChangeIsShownAndKept(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Data("/config/concurrency")

	service := w.Plane.Platform.As(ops.Caller{Username: "olga", Role: ops.RoleOps})
	if _, err := service.UpdateConcurrencyConfig(t.Context(), opstest.Limits(8, 50)); err != nil {
		t.Fatal(err)
	}

	w.Monitor.Poll(t.Context())

	if page := w.Get("/", "Accept", "text/html"); !strings.Contains(page.Body, "Keep the change or restore") {
		t.Error("the overview does not tell of it")
	}

	if page := w.Get("/history/1", "Accept", "text/html"); page.Status != http.StatusOK || !strings.Contains(page.Body, "/history/1/keep") {
		t.Errorf("got %d, want 200 and the way to keep it\n%s", page.Status, page.Body)
	}

	if got := w.Post("/history/1/keep", `{"reason": "agreed with the analysts"}`); got.Status != http.StatusOK || handlerstest.At(got.JSON(t), "change", "kept", "actor") != "dave" {
		t.Errorf("got %d, want 200 and it kept by dave\n%s", got.Status, got.Body)
	}

	w.Monitor.Poll(t.Context())

	if page := w.Get("/", "Accept", "text/html"); strings.Contains(page.Body, "Keep the change or restore") {
		t.Error("the overview still asks about it")
	}
}
