package windows_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/audit"
)

func TestAnOverlapIsRefusedWithALink(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	first := w.Announce(nil)

	got := w.SendJSON(http.MethodPost, "/maintenance/windows", w.Draft(nil))
	if refused := got.JSON(t); got.Status != http.StatusConflict || handlerstest.At(refused, "error", "code") != "CONFLICT" ||
		handlerstest.At(refused, "error", "details", "window") != first["id"] {
		t.Errorf("got %d, want 409 with CONFLICT and window %v\n%s", got.Status, first["id"], got.Body)
	}

	page := w.Form("/maintenance/windows/review", windowForm(w, nil))
	if page.Status != http.StatusConflict || !strings.Contains(page.Body, `href="`+handlerstest.Path(first, "")+`"`) ||
		!strings.Contains(page.Body, `value="Patching"`) {
		t.Errorf("got %d, want 409, a link to %s and the form filled\n%s", page.Status, handlerstest.Path(first, ""), page.Body)
	}
}

// TestAnOverlapWithWhatASeriesWillBeIsRefusedWithALink: that window has no page yet.
func TestAnOverlapWithWhatASeriesWillBeIsRefusedWithALink(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	first := w.Announce(map[string]any{"recurrence": "FREQ=DAILY"})

	later := url.Values{}

	for _, name := range []string{"starts_at", "ends_at"} {
		at, err := time.Parse(time.RFC3339, first[name].(string))
		if err != nil {
			t.Fatal(err)
		}

		later.Set(name, at.AddDate(0, 0, 30).Format(time.RFC3339))
	}

	page := w.Form("/maintenance/windows/review", windowForm(w, later))

	link := fmt.Sprintf("/maintenance/windows?series=%v", first["series"])
	if page.Status != http.StatusConflict || !strings.Contains(page.Body, `href="`+link+`"`) {
		t.Errorf("got %d, want 409 and a link to %s\n%s", page.Status, link, page.Body)
	}

	if n := w.Data(link)["total"]; n != 5.0 {
		t.Errorf("%v windows of the series are listed, want 5", n)
	}
}

// TestATemporaryChangeKeepsClearOfAWindow: the window could not start while it holds the field.
func TestATemporaryChangeKeepsClearOfAWindow(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil) // In an hour, with per_analyst 4.

	change := func(fields string) handlerstest.Answer {
		return w.Post("/config/concurrency", fmt.Sprintf(`{%s, "revision": %q}`, fields, w.Revision()))
	}

	refused := change(`"per_analyst": 6, "duration": "2h", "reason": "a workshop today"`)
	if refused.Status != http.StatusConflict || handlerstest.At(refused.JSON(t), "error", "details", "window") != window["id"] {
		t.Errorf("got %d, want 409 with window %v\n%s", refused.Status, window["id"], refused.Body)
	}

	form := w.Form("/config/concurrency", url.Values{
		"per_analyst": {"6"}, "cluster_total": {"50"}, "confirm_within": {"2h"}, "reason": {"a workshop today"}, "revision": {w.Revision()},
	})
	if form.Status != http.StatusConflict || !strings.Contains(form.Body, "Patching") || !strings.Contains(form.Body, `value="6"`) {
		t.Errorf("got %d, want 409, Patching and what was typed\n%s", form.Status, form.Body)
	}

	if n, err := w.Log.Count(t.Context(), audit.Filter{Action: audit.ConfigSave, Outcome: audit.Refused}); err != nil || n != 2 {
		t.Errorf("%d refusals are logged, want 2, %v", n, err)
	}

	// What ends before, what the window does not set, and what lasts, may be.
	for _, fields := range []string{
		`"cluster_total": 60, "duration": "3h", "reason": "more room for all"`,
		`"per_analyst": 6, "reason": "for good, from now on"`,
		`"per_analyst": 7, "duration": "30m", "reason": "a short workshop"`,
	} {
		if got := change(fields); got.Status != http.StatusOK {
			t.Errorf("%s: got %d, want 200\n%s", fields, got.Status, got.Body)
		}
	}

	leases, _ := w.Data("/leases")["items"].([]any)
	for _, lease := range leases {
		id, want := handlerstest.At(lease, "id"), http.StatusOK
		if handlerstest.At(lease, "set", "per_analyst") != nil {
			want = http.StatusConflict
		}

		if got := w.Post(fmt.Sprintf("/leases/%v/extend", id), `{"duration": "4h", "reason": "it takes longer"}`); got.Status != want {
			t.Errorf("lease %v: got %d, want %d\n%s", id, got.Status, want, got.Body)
		}
	}

	if len(leases) != 2 {
		t.Errorf("got %v, want two leases", leases)
	}
}

// TestWhoDidWhatAboutAWindowStandsInItsReport: extensions and an early end, by whom and why.
func TestWhoDidWhatAboutAWindowStandsInItsReport(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil)
	w.Pass(time.Hour + time.Second)

	until := w.Now().Add(4 * time.Hour).UTC().Truncate(time.Second)
	longer := handlerstest.Object{"ends_at": until.Format(time.RFC3339), "reason": "the disks are slow"}

	if got := w.SendJSON(http.MethodPost, handlerstest.Path(window, "extend"), longer); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	running := w.Get(handlerstest.Path(window, ""), "Accept", "text/html")

	if got := w.SendJSON(http.MethodPost, handlerstest.Path(window, "end"), handlerstest.Object{"reason": "the disks are done"}); got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	acts, _ := w.Data(handlerstest.Path(window, ""))["acts"].([]any)
	if len(acts) != 3 || handlerstest.At(acts[1], "reason") != "the disks are slow" || handlerstest.At(acts[2], "action") != "window.end" ||
		handlerstest.At(acts[2], "reason") != "the disks are done" || handlerstest.At(acts[2], "actor") != "dave" {
		t.Errorf("got %v, want it announced, extended and ended, by whom and why", acts)
	}

	_, report, _ := strings.Cut(w.Get(handlerstest.Path(window, ""), "Accept", "text/html").Body, `id="report"`)
	report, _, _ = strings.Cut(report, "Jobs run by hand")

	for _, text := range []string{"Extended", "the disks are slow", "Ended early", "the disks are done"} {
		if !strings.Contains(report, text) {
			t.Errorf("%q is not in the report\n%s", text, report)
		}
	}

	if !strings.Contains(running.Body, "Activity") {
		t.Error("a running window does not say who did what")
	}
}

// TestTheExtendFormWarnsOfATemporaryScheduledChange of what the window sets: over it, it cannot be extended.
func TestTheExtendFormWarnsOfATemporaryScheduledChange(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	window := w.Announce(nil) // in an hour, for two
	extend := handlerstest.Path(window, "extend")

	if page := w.Get(extend, "Accept", "text/html"); strings.Contains(page.Body, "Scheduled change 1") {
		t.Fatalf("it warns of nothing\n%.500s", page.Body)
	}

	at := w.Now().Add(4 * time.Hour).UTC().Truncate(time.Second)
	if got := w.Post("/config/concurrency", fmt.Sprintf(`{"per_analyst": 8, "reason": "a workshop tonight", "revision": %q, "at": %q, "duration": "1h"}`,
		w.Revision(), at.Format(time.RFC3339))); got.Status != http.StatusAccepted && got.Status != http.StatusOK {
		t.Fatalf("got %d\n%s", got.Status, got.Body)
	}

	const warning = "Scheduled change 1 of dave sets Per analyst too"

	page := w.Get(extend, "Accept", "text/html").Body
	if !strings.Contains(page, warning) || !strings.Contains(page, "once the scheduled change is moved or cancelled") || !strings.Contains(page, `href="/scheduled/1"`) {
		t.Errorf("the form does not warn of it, or does not lead there\n%.3000s", page)
	}

	effects, _ := w.Data(extend)["effects"].([]any)
	if len(effects) == 0 || !strings.HasPrefix(fmt.Sprint(handlerstest.At(effects[0], "text")), warning) || handlerstest.At(effects[0], "url") != "/scheduled/1" {
		t.Errorf("got %v, want the warning first", effects)
	}

	longer := at.Add(30 * time.Minute).Format(time.RFC3339)

	refused := w.Form(extend, url.Values{"ends_at": {longer}, "reason": {"the disks are slow"}, "revision": {fmt.Sprint(window["revision"])}})
	if refused.Status != http.StatusConflict || !strings.Contains(refused.Body, `href="/scheduled/1"`) || !strings.Contains(refused.Body, warning) {
		t.Errorf("got %d, want 409 with the way to it\n%.3000s", refused.Status, refused.Body)
	}
}
