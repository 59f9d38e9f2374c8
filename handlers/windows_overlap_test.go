package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
)

func TestAnOverlapIsRefusedWithALink(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	first := w.announce(nil)

	got := w.sendJSON(http.MethodPost, "/maintenance/windows", w.draft(nil))
	if refused := got.json(t); got.status != http.StatusConflict || at(refused, "error", "code") != "CONFLICT" ||
		at(refused, "error", "details", "window") != first["id"] {
		t.Errorf("got %d\n%s", got.status, got.body)
	}

	page := w.form("/maintenance/windows/review", windowForm(w, nil))
	if page.status != http.StatusConflict || !strings.Contains(page.body, `href="`+path(first, "")+`"`) ||
		!strings.Contains(page.body, `value="Patching"`) {
		t.Errorf("got %d\n%s", page.status, page.body)
	}
}

// TestAnOverlapWithWhatASeriesWillBeIsRefusedWithALink: that window has no page yet.
func TestAnOverlapWithWhatASeriesWillBeIsRefusedWithALink(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	first := w.announce(map[string]any{"recurrence": "FREQ=DAILY"})

	later := url.Values{}

	for _, name := range []string{"starts_at", "ends_at"} {
		at, err := time.Parse(time.RFC3339, first[name].(string))
		if err != nil {
			t.Fatal(err)
		}

		later.Set(name, at.AddDate(0, 0, 30).Format(time.RFC3339))
	}

	page := w.form("/maintenance/windows/review", windowForm(w, later))

	link := fmt.Sprintf("/maintenance/windows?series=%v", first["series"])
	if page.status != http.StatusConflict || !strings.Contains(page.body, `href="`+link+`"`) {
		t.Errorf("got %d\n%s", page.status, page.body)
	}

	if n := w.data(link)["total"]; n != 5.0 {
		t.Errorf("%v windows of the series are listed", n)
	}
}

// TestATemporaryChangeKeepsClearOfAWindow: the window could not start while it holds the field.
func TestATemporaryChangeKeepsClearOfAWindow(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	window := w.announce(nil) // In an hour, with per_analyst 4.

	change := func(fields string) answer {
		return w.post("/config/concurrency", fmt.Sprintf(`{%s, "revision": %q}`, fields, w.revision()))
	}

	refused := change(`"per_analyst": 6, "duration": "2h", "reason": "a workshop today"`)
	if refused.status != http.StatusConflict || at(refused.json(t), "error", "details", "window") != window["id"] {
		t.Errorf("got %d\n%s", refused.status, refused.body)
	}

	form := w.form("/config/concurrency", url.Values{
		"per_analyst": {"6"}, "cluster_total": {"50"}, "confirm_within": {"2h"}, "reason": {"a workshop today"}, "revision": {w.revision()},
	})
	if form.status != http.StatusConflict || !strings.Contains(form.body, "Patching") || !strings.Contains(form.body, `value="6"`) {
		t.Errorf("got %d\n%s", form.status, form.body)
	}

	if n, err := w.log.Count(t.Context(), audit.Filter{Action: audit.ConfigSave, Outcome: audit.Refused}); err != nil || n != 2 {
		t.Errorf("%d refusals are logged, %v", n, err)
	}

	// What ends before, what the window does not set, and what lasts, may be.
	for _, fields := range []string{
		`"cluster_total": 60, "duration": "3h", "reason": "more room for all"`,
		`"per_analyst": 6, "reason": "for good, from now on"`,
		`"per_analyst": 7, "duration": "30m", "reason": "a short workshop"`,
	} {
		if got := change(fields); got.status != http.StatusOK {
			t.Errorf("%s: got %d\n%s", fields, got.status, got.body)
		}
	}

	leases, _ := w.data("/leases")["items"].([]any)
	for _, lease := range leases {
		id, want := at(lease, "id"), http.StatusOK
		if at(lease, "set", "per_analyst") != nil {
			want = http.StatusConflict
		}

		if got := w.post(fmt.Sprintf("/leases/%v/extend", id), `{"duration": "4h", "reason": "it takes longer"}`); got.status != want {
			t.Errorf("lease %v: got %d, want %d\n%s", id, got.status, want, got.body)
		}
	}

	if len(leases) != 2 {
		t.Errorf("got %v", leases)
	}
}
