package settings_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

// twoFields changes two of the durations and returns where that is restored.
func twoFields(t *testing.T, w *handlerstest.World) string {
	t.Helper()

	got := w.Post("/config/lifecycle", fmt.Sprintf(
		`{"instance": {"default_ttl": "PT1H"}, "mapping": {"max_ttl": "P90D"}, "reason": "shorter for the test", "confirm": "test", "revision": %q}`, lifecycleRevision(w)))
	if got.Status != http.StatusOK {
		t.Fatalf("got %d, want 200\n%s", got.Status, got.Body)
	}

	return fmt.Sprintf("/history/%v/restore", handlerstest.At(got.JSON(t), "change", "id"))
}

func lifecycleRevision(w *handlerstest.World) string {
	return fmt.Sprint(handlerstest.At(w.Data("/config/lifecycle"), "revision"))
}

// durations are what is set of the two.
func durations(w *handlerstest.World) string {
	current := w.Data("/config/lifecycle")["current"]

	return fmt.Sprint(handlerstest.At(current, "instance", "default_ttl"), " ", handlerstest.At(current, "mapping", "max_ttl"))
}

// TestFieldsOfAChangeAreRestored restores one of two fields in JSON.
func TestFieldsOfAChangeAreRestored(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	restore := twoFields(t, w)
	body := func(reason, fields string) string {
		return fmt.Sprintf(`{"fields": %s, "reason": %q, "revision": %q}`, fields, reason, lifecycleRevision(w))
	}

	for fields, names := range map[string]string{
		`[]`: "body.fields", `["nope"]`: "body.fields", `"instance.default_ttl"`: "body.fields", `["snapshot.max_ttl"]`: "body",
	} {
		if got := w.Post(restore, body("nothing of it", fields)); got.Status != http.StatusUnprocessableEntity || handlerstest.WhatIsWrong(t, got) != names {
			t.Errorf("%s: got %d, want 422 for %s\n%s", fields, got.Status, names, got.Body)
		}
	}

	preview := w.Post(restore+"?preview=1", body("", `["instance.default_ttl"]`))
	if differences, _ := handlerstest.At(preview.JSON(t), "differences").([]any); preview.Status != http.StatusOK || len(differences) != 1 {
		t.Errorf("the preview: got %d, want one difference\n%s", preview.Status, preview.Body)
	}

	got := w.Post(restore, body("one of the two", `["instance.default_ttl"]`))
	if change := got.JSON(t)["change"]; got.Status != http.StatusOK || durations(w) != "PT24H P90D" || handlerstest.At(change, "restores_part") != true {
		t.Errorf("got %d, set is %s, want PT24H P90D and a part\n%s", got.Status, durations(w), got.Body)
	}

	// null, as nothing, is all.
	got = w.Post(restore, body("and now the rest", `null`))
	if change := got.JSON(t)["change"]; got.Status != http.StatusOK || durations(w) != "PT24H P365D" || handlerstest.At(change, "restores_part") != nil {
		t.Errorf("got %d, set is %s, want PT24H P365D and no part\n%s", got.Status, durations(w), got.Body)
	}
}

// TestFieldsToRestoreAreTicked goes the same way without scripts.
func TestFieldsToRestoreAreTicked(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	restore := twoFields(t, w)

	page := w.Get(restore, "Accept", "text/html").Body
	if ticks := strings.Count(page, `name="fields" value="mapping.max_ttl" form="review" checked`) + strings.Count(page, `name="fields" value="instance.default_ttl" form="review" checked`); ticks != 2 {
		t.Errorf("%d boxes are ticked, want 2\n%s", ticks, page)
	}

	one := url.Values{"fields": {"", "instance.default_ttl"}, "reason": {"one of the two"}, "revision": {lifecycleRevision(w)}}

	page = w.Get(restore+"?"+one.Encode(), "Accept", "text/html").Body
	for _, want := range []string{"Restore ticked fields", "Effects if 1 field is restored", "one of the two", `&#34;fields&#34;: [&#34;instance.default_ttl&#34;]`, ">stays<"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page with one ticked does not have %s\n%s", want, page)
		}
	}

	none := url.Values{"fields": {""}, "reason": {"none of the two"}, "revision": {lifecycleRevision(w)}}

	if got := w.Get(restore+"?"+none.Encode(), "Accept", "text/html"); got.Status != http.StatusOK || strings.Count(got.Body, ">stays<") != 2 ||
		!strings.Contains(got.Body, ">24 h (PT24H)</td>") {
		t.Errorf("with none ticked: got %d, want 200, both staying, and what could be restored\n%s", got.Status, got.Body)
	}

	got := w.Form(restore, none)
	if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "Choose at least one field to restore.") || !strings.Contains(got.Body, "none of the two") || durations(w) != "PT1H P90D" {
		t.Errorf("none of them: got %d, set is %s, want 422, the reason kept and nothing changed\n%s", got.Status, durations(w), got.Body)
	}

	if got := w.Form(restore, one); got.Status != http.StatusSeeOther || durations(w) != "PT24H P90D" {
		t.Errorf("one of them: got %d, set is %s, want 303 and PT24H P90D\n%s", got.Status, durations(w), got.Body)
	}

	// It says of both changes that it was a part.
	id := strings.TrimSuffix(strings.TrimPrefix(restore, "/history/"), "/restore")
	if page := w.Get("/history/"+id, "Accept", "text/html").Body; !strings.Contains(page, "Restored in part by") {
		t.Errorf("change %s does not say that a part of it was restored", id)
	}

	if page := w.Get("/history", "Accept", "text/html").Body; !strings.Contains(page, "restores a part of") {
		t.Error("the history does not say that a part was restored")
	}
}

// TestTheReviewOfARestoreFollowsItsBoxes: the column by itself, the rest read anew, by a button without scripts.
func TestTheReviewOfARestoreFollowsItsBoxes(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	restore := twoFields(t, w)

	page := w.Get(restore, "Accept", "text/html").Body
	for words, times := range map[string]int{
		`class="if-ticked"`: 2, `class="unless-ticked">stays`: 2, "of 2 fields ticked": 1,
		`hx-trigger="change"`: 1, `hx-include="#review,#review-choice input"`: 1, `formmethod="get" formaction="` + restore: 1,
	} {
		if got := strings.Count(page, words); got != times {
			t.Errorf("the page has %s %d times, want %d\n%s", words, got, times, page)
		}
	}

	// One field alone has no box.
	w.Save(`"per_analyst": 4, "reason": "load test tonight"`)

	newest := w.Data("/history")["items"].([]any)[0]
	if page := w.Get(fmt.Sprintf("/history/%v/restore", handlerstest.At(newest, "id")), "Accept", "text/html").Body; strings.Contains(page, `class="ticks"`) ||
		strings.Contains(page, "review-choice") {
		t.Errorf("the review of one field has boxes\n%s", page)
	}
}
