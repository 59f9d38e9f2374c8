package announce_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
)

// TestWhatIsOldIsNotTheClock: of a window whose start or end has come since the database could be read nobody says that it
// has begun, is under way, or was cancelled; what was known to be over is.
func TestWhatIsOldIsNotTheClock(t *testing.T) {
	t.Parallel()

	w := newWorld()
	f := w.feeds(nil)
	view(t, f)

	for _, test := range []struct {
		after time.Duration
		want  []string
	}{
		{time.Second, []string{
			"stuck overrun Taking longer than planned", "long overrun Not known whether it is over", "now active Under way",
			"late announced Not known whether it has begun", "waits announced Announced", "sooner announced Announced", "later announced Announced",
		}},
		{90 * time.Minute, []string{
			"stuck overrun Taking longer than planned", "long overrun Not known whether it is over", "now active Not known whether it is over",
			"late announced Not known whether it has begun", "waits announced Starting", "sooner announced Announced", "later announced Announced",
		}},
		{25 * time.Hour, []string{
			"stuck overrun Taking longer than planned", "long overrun Not known whether it is over", "now active Not known whether it is over",
			"late announced Not known whether it has begun", "sooner announced Not known whether it has begun", "later announced Announced",
		}},
	} {
		w.set(func(w *world) { w.err, w.now = errors.New("connection refused"), noon.Add(test.after) })

		v := view(t, f)
		if got := slices.Concat(names(v.Current), names(v.Upcoming)); !v.Stale || !slices.Equal(got, test.want) {
			t.Errorf("after %s it is stale: %t, with\n%q, want\n%q", test.after, v.Stale, got, test.want)
		}
	}

	if got := get(t, f, announce.JSONPath).Body.String(); strings.Count(got, `"unknown":true`) != 4 {
		t.Errorf("JSON says\n%s\nwant four windows of which it is not known", got)
	}

	_, byUID := events(t, get(t, f, announce.CalendarPath).Body.Bytes())
	if got := value(t, byUID["now"], "SUMMARY"); got != "Not known whether it is over: Storage now" {
		t.Errorf("in calendars it is %q", got)
	}

	w.set(func(w *world) { w.err, w.now = nil, noon.Add(2*time.Second) })

	if v := view(t, f); v.Stale || v.Current[1].Label != "Taking longer than planned" {
		t.Errorf("once it can be read it is still stale: %t, with %q", v.Stale, names(v.Current))
	}
}
