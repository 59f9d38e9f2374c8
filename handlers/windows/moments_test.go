package windows_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
)

func TestTimesOfAWindowAreTypedAsPeopleWriteThem(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	form := windowForm(w, url.Values{"starts_at": {"in 3 h"}, "ends_at": {"in 5 h"}})

	review := w.Form("/maintenance/windows/review", form)
	if review.Status != http.StatusOK || strings.Contains(review.Body, `value="in 3 h"`) {
		t.Fatalf("got %d, want the review with the moment in the place of in 3 h\n%s", review.Status, review.Body)
	}

	wrong := w.Form("/maintenance/windows/review", windowForm(w, url.Values{"starts_at": {"soon"}}))
	if wrong.Status != http.StatusUnprocessableEntity || !strings.Contains(wrong.Body, "tomorrow 18:00 or in 3 h.</span>") ||
		!strings.Contains(wrong.Body, `value="soon"`) {
		t.Errorf("got %d, want 422, how it is written and what was typed\n%s", wrong.Status, wrong.Body)
	}
}

func TestAClockThatIsPutForwardIsNamedWhereItMakesATimeWrong(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	year := w.Now().Year() + 1
	second := time.Date(year, 3, 8, 0, 0, 0, 0, time.UTC) // the second Sunday of March is on or after the 8th
	second = second.AddDate(0, 0, (7-int(second.Weekday()))%7)
	day := second.Format(time.DateOnly)

	got := w.Form("/maintenance/windows/review", windowForm(w, url.Values{
		"time_zone": {"America/New_York"}, "starts_at": {day + " 02:30"}, "ends_at": {day + " 03:30"},
	}))
	if want := "02:30 does not exist in America/New_York"; got.Status != http.StatusUnprocessableEntity ||
		!strings.Contains(got.Body, "Must be after the start. "+want) || !strings.Contains(got.Body, "It is read as 03:30.") {
		t.Errorf("got %d, want 422, and beside it that %s\n%s", got.Status, want, got.Body)
	}
}

func TestATimeWhoseOffsetIsNotThatOfItsZoneIsAskedAbout(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)
	day := time.Date(w.Now().Year()+1, 1, 20, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	draft := func(times handlerstest.Object) handlerstest.Object {
		times["time_zone"] = "America/Vancouver" // 7 hours behind UTC in winter, as of 2026
		draft := w.Draft(times)

		for _, name := range []string{"starts_at", "ends_at"} {
			if times[name] == nil {
				delete(draft, name)
			}
		}

		return draft
	}

	asked := w.SendJSON("POST", "/maintenance/windows", draft(handlerstest.Object{
		"starts_at": day + "T12:00:00-08:00", "ends_at": day + "T14:00:00-07:00",
	}))
	for _, want := range []string{
		`"TIME_ZONE_MISMATCH"`, `"clock":{"local":"` + day + `T12:00:00","at":"` + day + `T19:00:00Z"}`,
		`"moment":{"local":"` + day + `T13:00:00","at":"` + day + `T20:00:00Z"}`, `"body.starts_at"`,
	} {
		if asked.Status != http.StatusUnprocessableEntity || !strings.Contains(asked.Body, want) || strings.Contains(asked.Body, "body.ends_at") {
			t.Fatalf("got %d, want 422 with %s\n%s", asked.Status, want, asked.Body)
		}
	}

	// What a clock is to show, and a moment in UTC, are each what they are; both have to agree.
	for _, times := range []handlerstest.Object{
		{"starts_at_local": day + "T12:00", "ends_at": day + "T21:00:00Z"},
		{"starts_at_local": day + "T15:00:00", "starts_at": day + "T22:00:00Z", "ends_at_local": day + "T16:00"},
	} {
		got := w.SendJSON("POST", "/maintenance/windows", draft(times))
		if got.Status != http.StatusCreated || !strings.Contains(got.Body, `"starts_at_local":"`+day) {
			t.Errorf("%v: got %d, want 201\n%s", times, got.Status, got.Body)
		}
	}

	apart := w.SendJSON("POST", "/maintenance/windows", draft(handlerstest.Object{
		"starts_at_local": day + "T17:00", "starts_at": day + "T17:00:00Z", "ends_at_local": day + "T18:00",
	}))
	if apart.Status != http.StatusUnprocessableEntity || !strings.Contains(apart.Body, `"TIME_ZONE_MISMATCH"`) {
		t.Errorf("got %d, want 422: the clocks do not show 17:00 then\n%s", apart.Status, apart.Body)
	}

	// In the form it is a choice, and what is chosen is taken.
	form := windowForm(w, url.Values{
		"time_zone": {"America/Vancouver"}, "starts_at": {day + "T12:00:00-08:00"}, "ends_at": {day + " 14:30"},
	})

	choice := `value="` + day + `T12:00:00-08:00=` + day + ` 12:00"`
	if got := w.Form("/maintenance/windows/review", form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, choice) {
		t.Fatalf("got %d, want 422 with %s\n%s", got.Status, choice, got.Body)
	}

	form.Set("starts_at", day+"T06:00:00-08:00")
	form.Set("ends_at", day+" 07:00")
	form.Set("starts_at_choice", day+"T06:00:00-08:00="+day+" 06:00")

	if got := w.Form("/maintenance/windows/review", form); got.Status != http.StatusOK || !strings.Contains(got.Body, "06:00 PST") && !strings.Contains(got.Body, "06:00") {
		t.Errorf("got %d, want the review of a window at 06:00\n%s", got.Status, got.Body)
	}
}
