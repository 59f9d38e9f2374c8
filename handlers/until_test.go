package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/humantime"
	"github.com/graph-olap/opsconsole/internal/zoneinfo"
)

// untilForms calls test for each form that has "Until", filled in but for that: of a section, of a
// restore and of a temporary change. The world's time is at the moment, now for the zero one.
func untilForms(t *testing.T, at time.Time, test func(t *testing.T, w *handlerstest.World, path string, fields url.Values)) {
	t.Helper()

	for path, fields := range map[string]url.Values{
		"/config/concurrency": {"cluster_total": {"61"}, "per_analyst": {"8"}}, "/history/2/restore": {}, "/leases/1/extend": {},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()

			w := handlerstest.New(t)
			if !at.IsZero() {
				w.Advance(at.Sub(w.Now()))
			}

			w.Save(`"per_analyst": 8, "reason": "for the workshop", "duration": "90m"`)
			w.Save(`"cluster_total": 60, "reason": "more of them"`)

			if path != "/leases/1/extend" {
				fields.Set("revision", w.Revision())
			}

			fields.Set("reason", "only for this evening")
			test(t, w, path, fields)
		})
	}
}

// endsAt is when the temporary change ends that a form made or moved.
func endsAt(t *testing.T, w *handlerstest.World, path string) time.Time {
	t.Helper()

	id := "2"
	if path == "/leases/1/extend" {
		id = "1"
	}

	text, _ := handlerstest.At(w.Data("/leases/"+id), "lease", "ends_at").(string)

	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}

	return at
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()

	loc, err := zoneinfo.Location(name)
	if err != nil {
		t.Fatal(err)
	}

	return loc
}

func TestUntilTakesWhatPeopleWrite(t *testing.T) {
	t.Parallel()

	tokyo := location(t, "Asia/Tokyo")
	tomorrow := func(now time.Time) time.Time {
		y, m, d := now.In(tokyo).Date()

		return time.Date(y, m, d+1, 18, 0, 0, 0, tokyo)
	}

	for typed, want := range map[string]func(now time.Time) time.Time{
		"tomorrow 18:00": tomorrow,
		"in 3 h":         func(now time.Time) time.Time { return now.Add(3 * time.Hour) },
	} {
		untilForms(t, time.Time{}, func(t *testing.T, w *handlerstest.World, path string, fields url.Values) {
			t.Helper()

			// What was understood stands at the field of a form that comes back.
			fields.Set("until", typed)

			reason := fields.Get("reason")
			fields.Set("reason", "")

			again := w.Form(path, fields, "Cookie", "zone=Asia%2FTokyo")
			if again.Status != http.StatusUnprocessableEntity || !strings.Contains(again.Body, `value="`+typed+`"`) ||
				!strings.Contains(again.Body, "Ends (Asia/Tokyo)") {
				t.Errorf("got %d, want 422 with what was typed, in the zone of the account\n%s", again.Status, again.Body)
			}

			if echo := humantime.Say(tomorrow(w.Now()), tokyo); strings.HasPrefix(typed, "tomorrow") && !strings.Contains(again.Body, echo) {
				t.Errorf("the form does not say %s", echo)
			}

			fields.Set("reason", reason)

			if got := w.Form(path, fields, "Cookie", "zone=Asia%2FTokyo"); got.Status != http.StatusSeeOther {
				t.Fatalf("got %d, want 303\n%s", got.Status, got.Body)
			}

			if got, want := endsAt(t, w, path), want(w.Now()); got.Sub(want).Abs() > time.Minute {
				t.Errorf("it ends at %s, want %s", got, want)
			}
		})
	}
}

// TestUntilIsAskedAboutWhereClocksChange at the next change of New York's clocks in either direction.
func TestUntilIsAskedAboutWhereClocksChange(t *testing.T) {
	t.Parallel()

	york := location(t, "America/New_York")
	cookie := []string{"Cookie", "zone=America%2FNew_York"}

	for _, change := range humantime.Offsets(york, time.Now(), time.Now().AddDate(1, 0, 0))[1:] {
		// Half an hour after what the clocks show then, before they go forward or after they went back.
		wall := humantime.Wall(change.From, york)
		if before := humantime.Wall(change.From.Add(-time.Second), york).Add(time.Second); before.Before(wall) {
			wall = before
		}

		wall = wall.Add(30 * time.Minute)
		read := humantime.Resolve(wall, york)
		typed := wall.Format("2006-01-02 15:04")

		untilForms(t, change.From.Add(-24*time.Hour), func(t *testing.T, w *handlerstest.World, path string, fields url.Values) {
			t.Helper()
			fields.Set("until", typed)

			got := w.Form(path, fields, cookie...)
			if got.Status != http.StatusUnprocessableEntity || strings.Count(got.Body, read.Note()) != 1 || !strings.Contains(got.Body, `value="`+typed+`"`) ||
				!strings.Contains(got.Body, `<p id="until-error" class="error">`) {
				t.Fatalf("got %d, want 422 with %q once, at the field\n%s", got.Status, read.Note(), got.Body)
			}

			meant := read.At
			fields.Set("until", meant.In(york).Format("2006-01-02 15:04"))

			if read.Kind == humantime.Twice {
				meant = read.Second
				answer := fmt.Sprintf("%s=%s", typed, meant.In(york).Format(time.RFC3339))
				box := fmt.Sprintf(`<input type="radio" name="until_choice" value=%q`, answer)

				if !strings.Contains(got.Body, box+">") {
					t.Fatalf("there is no %s\n%s", box, got.Body)
				}

				// The answer is kept when something else is wrong.
				fields.Set("until", typed)
				fields.Set("until_choice", answer)

				reason := fields.Get("reason")
				fields.Set("reason", "")

				if got := w.Form(path, fields, cookie...); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, box+" checked>") {
					t.Errorf("got %d, want 422 with the choice made\n%s", got.Status, got.Body)
				}

				fields.Set("reason", reason)
			}

			if got := w.Form(path, fields, cookie...); got.Status != http.StatusSeeOther {
				t.Fatalf("got %d, want 303\n%s", got.Status, got.Body)
			}

			if at := endsAt(t, w, path); !at.Equal(meant) {
				t.Errorf("it ends at %s, want %s", at, meant)
			}
		})
	}
}
