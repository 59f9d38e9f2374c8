package announce_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// TestWhatWaitsForAnOperatorIsOverForUsers in everything that they read, once they have the
// platform back.
func TestWhatWaitsForAnOperatorIsOverForUsers(t *testing.T) {
	t.Parallel()

	started := noon.Add(-5 * time.Hour)
	waits := held(window("waits", maintenance.Held, started), &started)

	for name, test := range map[string]struct {
		window   maintenance.Window
		says     string
		saysNot  string
		current  int
		finished bool
	}{
		"users have it back":  {back(waits), "Completed", "longer than planned", 0, true},
		"users are kept out":  {waits, "Taking longer than planned", "Completed", 1, false},
		"an operator decided": {decided(back(waits)), "Completed", "longer than planned", 0, true},
	} {
		v := announce.View([]maintenance.Window{test.window}, eventsOf([]maintenance.Window{test.window}), ops.Healthy, noon, page)

		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}

		atom, err := v.Atom(source)
		if err != nil {
			t.Fatal(err)
		}

		for document, text := range map[string]string{"JSON": string(data), "Atom": string(atom), "iCalendar": unfold(v.Calendar(source))} {
			if !strings.Contains(text, test.says) || strings.Contains(text, test.saysNot) || strings.Contains(text, "held") {
				t.Errorf("%s: the %s says\n%s\nwant %q, not %q, and nothing held", name, document, text, test.says, test.saysNot)
			}
		}

		a := announce.Of(test.window, nil, noon, page) // what webhooks are told
		if len(v.Current) != test.current || a.Overrun == test.finished || (a.EndedAt != nil && a.EndedAt.Equal(noon.Add(-3*time.Hour))) != test.finished {
			t.Errorf("%s: got %+v, with %d under way; want %d, and over: %t", name, a, len(v.Current), test.current, test.finished)
		}
	}
}

// TestADecisionIsNoNewsToUsers has it made three hours after they had the platform back, and the
// window go on in a phase of its own meanwhile.
func TestADecisionIsNoNewsToUsers(t *testing.T) {
	t.Parallel()

	started := noon.Add(-5 * time.Hour)
	w := decided(back(held(window("waits", maintenance.Held, started), &started)))
	w.UpdatedAt = noon

	v := announce.View([]maintenance.Window{w}, nil, ops.Healthy, noon, page)
	if want := noon.Add(-3 * time.Hour); !v.AsOf.Equal(want) || !v.Past[0].UpdatedAt.Equal(want) {
		t.Errorf("got %v and %v, want when users had it back, %v", v.AsOf, v.Past[0].UpdatedAt, want)
	}

	w.Phase = maintenance.Overrun
	if a := announce.Of(w, nil, noon, page); a.Phase != maintenance.Completed {
		t.Errorf("got %s, want it over for them", a.Phase)
	}
}

// decided is a held window that somebody decided about just now.
func decided(w maintenance.Window) maintenance.Window {
	at := noon
	w.Phase, w.EndedAt = maintenance.Completed, &at

	return w
}

// unfold puts the lines of a calendar together again: RFC 5545, section 3.1.
func unfold(data []byte) string { return strings.ReplaceAll(string(data), "\r\n ", "") }
