package settings_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
)

// typedAndHidden is what somebody types into a review, and how a form takes it along.
func typedAndHidden() (typed url.Values, hidden []string) {
	typed = url.Values{"reason": {"only for tonight"}, "duration": {"90m"}, "confirm": {"test"}}

	for name, values := range typed {
		hidden = append(hidden, fmt.Sprintf(`<input type="hidden" name=%q value=%q>`, name, values[0]))
	}

	return typed, hidden
}

func TestATemporaryChangeStaysTemporaryWhateverComesBetween(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	stale := w.Revision()
	w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 7, "reason": "first in line", "revision": %q}`, stale))

	with := func(fields ...string) url.Values {
		typed, _ := typedAndHidden()
		for i := 0; i+1 < len(fields); i += 2 {
			typed.Set(fields[i], fields[i+1])
		}

		return typed
	}
	_, hidden := typedAndHidden()

	for name, got := range map[string]handlerstest.Answer{
		"a conflict":    w.Form("/config/concurrency", with("per_analyst", "9", "revision", stale)),
		"a wrong field": w.Form("/config/concurrency", with("per_analyst", "0", "revision", w.Revision())),
		"a change of the values": w.Get("/config/concurrency?"+with("per_analyst", "9", "revision", w.Revision()).Encode(),
			"Accept", "text/html"),
		"a conflict of a restore": w.Form("/history/1/restore", with("revision", stale)),
	} {
		for _, field := range hidden {
			if !strings.Contains(got.Body, field) {
				t.Errorf("%s: got %d without %s", name, got.Status, field)
			}
		}
	}

	review := w.Get("/config/concurrency/review?"+with("per_analyst", "9", "revision", w.Revision()).Encode(), "Accept", "text/html")
	for _, kept := range []string{"only for tonight</textarea>", `value="90m"`, `formaction="/config/concurrency"`} {
		if !strings.Contains(review.Body, kept) {
			t.Errorf("the review has no %s:\n%s", kept, review.Body)
		}
	}
}

func TestARestoreThatConflictsGoesOnAsARestore(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	stale := w.Revision()
	w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 7, "reason": "first in line", "revision": %q}`, stale))

	typed, _ := typedAndHidden()

	typed.Set("revision", stale)

	got := w.Form("/history/1/restore", typed)
	if got.Status != http.StatusConflict || !strings.Contains(got.Body, `action="/history/1/restore"`) ||
		strings.Contains(got.Body, `action="/config/concurrency/review"`) {
		t.Errorf("got %d, want 409 and the form of a restore alone\n%s", got.Status, got.Body)
	}

	typed.Del("revision")

	review := w.Get("/history/1/restore?"+typed.Encode(), "Accept", "text/html")
	if review.Status != http.StatusOK || !strings.Contains(review.Body, "only for tonight</textarea>") || !strings.Contains(review.Body, `value="90m"`) {
		t.Errorf("got %d, want 200, with the reason and the duration kept\n%s", review.Status, review.Body)
	}
}

func TestAConflictAsJSONNamesTheRequest(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	body := fmt.Sprintf(`{"per_analyst": 7, "reason": "first in line", "revision": %q}`, w.Revision())
	w.Post("/config/concurrency", body)

	got := w.Post("/config/concurrency", strings.Replace(body, "7", "8", 1))
	if id := handlerstest.At(got.JSON(t), "meta", "request_id"); got.Status != http.StatusConflict || id == nil || id != got.Header.Get("X-Request-ID") {
		t.Errorf("got %d, want 409 with the id of the request\n%s", got.Status, got.Body)
	}
}

func TestWhatIsRefusedBeforeItIsTriedIsInTheLog(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	revision := w.Revision()
	w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 7, "reason": "first in line", "revision": %q}`, revision))

	for path, bad := range map[string][]string{
		"/config/concurrency": {`"duration": "soon"`, `"per_analyst": [6]`, `"revision": 1.5e3, "until": 5`, `"name": "x"`, `"cluster_total": 5, "cluster_total": 6`},
		"/history/1/restore":  {`"duration": "soon"`, `"confirm": 5`, `"per_analyst": 6`},
	} {
		for _, fields := range bad {
			before, err := w.Log.Count(t.Context(), audit.Filter{Outcome: audit.Refused})
			if err != nil {
				t.Fatal(err)
			}

			got := w.Post(path, fmt.Sprintf(`{%s, "reason": "load test tonight"}`, fields))
			entries, err := w.Log.List(t.Context(), audit.Filter{Outcome: audit.Refused})

			if err != nil || got.Status != http.StatusUnprocessableEntity || len(entries.Items) != before+1 {
				t.Errorf("%s, %s: got %d and %d entries, want 422 and one, %v", path, fields, got.Status, len(entries.Items)-before, err)

				continue
			}

			if entry := entries.Items[0]; entry.Actor != "dave" || entry.Object != "config/concurrency" || !strings.Contains(entry.Message, ": ") {
				t.Errorf("%s, %s: logged as %+v, want dave's of config/concurrency, with what is wrong", path, fields, entry)
			}
		}
	}
}

func TestWhatTheControlPlaneSaysIsPassedOn(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	plainly := ops.Error{Code: ops.CodeConflict, Message: "Another system holds the limits", Details: map[string]any{"holder": "autoscaler"}}

	for _, refusal := range []error{
		ops.Invalid([]ops.FieldError{{Field: "body.per_analyst", Message: "is above the license", Type: "license"}}),
		&plainly, ops.InsufficientRole(ops.RoleOps, ops.RoleAnalyst), ops.Unavailable(ops.ServiceControlPlane, "no answer"),
	} {
		w.Plane.Refuse(refusal)

		want := ops.AsError(refusal)
		reason := "asked for " + string(want.Code)
		got := w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 6, "reason": %q, "revision": %q}`, reason, w.Revision()))

		if got.Status != want.Code.HTTPStatus() || handlerstest.At(got.JSON(t), "error", "code") != string(want.Code) ||
			len(want.Details) > 0 && handlerstest.At(got.JSON(t), "error", "details") == nil || handlerstest.At(got.JSON(t), "change", "outcome") != "failed" {
			t.Errorf("%s: got %d, want %d with its code and details, and a failed change\n%s", want.Code, got.Status, want.Code.HTTPStatus(), got.Body)
		}

		page := w.Form("/config/concurrency", url.Values{"per_analyst": {"6"}, "reason": {reason + " again"}, "revision": {w.Revision()}})
		if page.Status != want.Code.HTTPStatus() || !strings.Contains(page.Body, "Not changed") {
			t.Errorf("%s: got %d, want %d and Not changed\n%s", want.Code, page.Status, want.Code.HTTPStatus(), page.Body)
		}

		for _, f := range ops.FieldErrors(refusal) {
			if !strings.Contains(page.Body, f.Message) {
				t.Errorf("%s does not stand in the form", f.Message)
			}
		}
	}
}

// TestEveryRefusedActIsInTheLog tries what nobody may do with each form of the
// configuration, and looks for who, what and why not.
func TestEveryRefusedActIsInTheLog(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	w.Post("/config/concurrency", fmt.Sprintf(
		`{"per_analyst": 7, "reason": "first in line", "revision": %q, "duration": "1h"}`, w.Revision()))
	w.Post("/points", `{"name": "a point", "reason": "before something big"}`)

	why := `"reason": "load test tonight"`

	for _, bad := range []struct{ path, body, action, object, message string }{
		{"/config/concurrency", `{`, "config.save", "config/concurrency", "could not be read"},
		{"/config/concurrency", `{"per_analyst": 8, ` + why + `}`, "config.save", "config/concurrency", "revision"},
		{"/history/1/restore", `{`, "config.restore", "history/1", "could not be read"},
		{"/history/1/restore", `{"name": "x", ` + why + `}`, "config.restore", "config/concurrency", "name"},
		{"/history/4711/restore", `{` + why + `}`, "config.restore", "history/4711", "not found"},
		{"/history/1/keep", `{`, "change.keep", "history/1", "could not be read"},
		{"/history/1/keep", `{"until": "x", ` + why + `}`, "change.keep", "history/1", "until"},
		{"/history/1/keep", `{"reason": "short"}`, "change.keep", "history/1", "at least"},
		{"/history/1/keep", `{` + why + `}`, "change.keep", "history/1", "nothing to keep"},
		{"/leases/1/extend", `{`, "lease.extend", "leases/1", "could not be read"},
		{"/leases/1/extend", `{"name": "x", ` + why + `}`, "lease.extend", "leases/1", "name"},
		{"/leases/1/extend", `{"duration": "soon", ` + why + `}`, "lease.extend", "leases/1", "soon"},
		{"/leases/1/extend", `{` + why + `}`, "lease.extend", "leases/1", "how long"},
		{"/leases/1/end", `{"reason": "no"}`, "lease.end", "leases/1", "at least"},
		{"/leases/4711/end", `{` + why + `}`, "lease.end", "leases/4711", "not found"},
		{"/leases/1/confirm", `{}`, "lease.confirm", "leases/1", "Enter a reason"},
		{"/points", `{`, "point.create", "points", "could not be read"},
		{"/points", `{"name": "x", "until": "y", ` + why + `}`, "point.create", "points", "until"},
		{"/points", `{"name": "a point", ` + why + `}`, "point.create", "points", "with this name"},
		{"/points/1/restore", `{`, "config.restore", "points/1", "could not be read"},
		{"/points/1/restore", `{"name": "x", ` + why + `}`, "config.restore", "points/1", "name"},
		{"/points/1/restore", `{` + why + `}`, "config.restore", "points/1", "revision"},
		{"/points/1/restore", `{"revision": "x", ` + why + `}`, "config.restore", "points/1", "Something has changed"},
		{"/points/4711/restore", `{` + why + `}`, "config.restore", "points/4711", "not found"},
	} {
		before, err := w.Log.Count(t.Context(), audit.Filter{})
		if err != nil {
			t.Fatal(err)
		}

		got := w.Post(bad.path, bad.body)
		entries, err := w.Log.List(t.Context(), audit.Filter{Limit: 10})

		if err != nil || got.Status < 400 || got.Status >= 500 {
			t.Fatalf("%s %s: got %d %s, want 400 to 499, %v", bad.path, bad.body, got.Status, got.Body, err)
		}

		if n := len(entries.Items) - before; before < 10 && n != 1 {
			t.Errorf("%s %s: %d entries, want one", bad.path, bad.body, n)
		}

		entry := entries.Items[0]
		if entry.Actor != "dave" || string(entry.Action) != bad.action || entry.Object != bad.object || entry.Outcome != audit.Refused ||
			!strings.Contains(entry.Message, bad.message) || strings.Contains(bad.body, why) && entry.Reason != "load test tonight" {
			t.Errorf("%s %s: logged as %+v, want dave's %s of %s refused, with %q and the reason that was given", bad.path, bad.body, entry, bad.action, bad.object, bad.message)
		}
	}
}

func TestGoingOnFromAConflictKeepsWhatTheOtherOneDid(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	before := w.Revision()
	w.Save(`"per_analyst": 8, "reason": "a workshop today"`)

	// Dave opened the form before and meant the total alone; a form sends every field.
	got := w.Form("/config/concurrency", url.Values{
		"per_analyst": {"5"}, "cluster_total": {"60"}, "reason": {"more room for all"}, "revision": {before},
	})

	if got.Status != http.StatusConflict || !strings.Contains(got.Body, `value="8"`) || !strings.Contains(got.Body, `value="60"`) ||
		strings.Contains(got.Body, `value="5"`) || !strings.Contains(got.Body, `>8</var>`) || strings.Contains(got.Body, `>5</var>`) {
		t.Errorf("got %d, want 409 with the other one's 8, the 60 that was typed, and no 5\n%s", got.Status, got.Body)
	}
}

func TestAFieldGivenTwiceIsRefused(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	for _, form := range []url.Values{
		{"per_analyst": {"6", "7"}, "reason": {"a workshop today"}, "revision": {w.Revision()}},
		{"per_analyst": {"6"}, "reason": {"a workshop today", "another one"}, "revision": {w.Revision()}},
	} {
		if got := w.Form("/config/concurrency", form); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v: got %d, want 422", form, got.Status)
		}
	}

	if perAnalyst, _ := w.Limits(); perAnalyst != 5 {
		t.Errorf("per_analyst is %v, want 5", perAnalyst)
	}
}
