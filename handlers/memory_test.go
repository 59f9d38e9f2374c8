package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/handlers/handlerstest"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// downDuring is a world with a window in an hour, of two hours, and a temporary change of half an hour,
// whose database is stopped after some time.
func downDuring(t *testing.T, after time.Duration) (w *handlerstest.World, start func()) {
	t.Helper()

	w, databaseURL := handlerstest.NewOnPostgres(t)
	w.Announce(handlerstest.Object{"settings": handlerstest.Object{}})
	w.Save(`"per_analyst": 4, "reason": "load test tonight", "duration": "30m"`)
	w.Pass(after)

	if err := w.Console.Remember(t.Context()); err != nil {
		t.Fatal(err)
	}

	start = storetest.Stop(t, w.DB, databaseURL)
	w.Database.Look(t.Context())

	return w, start
}

// TestWhatTheClockHasOvertakenIsNotTold as it was when it was read: nobody knows whether it came about.
func TestWhatTheClockHasOvertakenIsNotTold(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		after, goes   time.Duration
		says, silent  []string
		active, known bool
	}{
		"nothing has come": {
			after: time.Second, goes: time.Second, known: true,
			says: []string{"Maintenance is announced:", "ends in"}, silent: []string{"which may have happened"},
		},
		"the start": {
			after: time.Second, goes: 90 * time.Minute,
			says: []string{
				"Maintenance was due to start, which may have happened:", "was due to end, which may have happened",
				"It is not known whether maintenance window &#34;Patching&#34; has started.",
				"It is not known whether temporary change 1 of dave has ended.",
			},
			silent: []string{"Maintenance is announced:", "ends in", "overdue", "is under way"},
		},
		"the end of one that was announced": {
			after: time.Second, goes: 4 * time.Hour,
			says:   []string{"Maintenance was due to start, which may have happened:", "was due to end"},
			silent: []string{"Maintenance is announced:", "missed"},
		},
		"the end": {
			after: time.Hour, goes: 3 * time.Hour, active: true,
			says: []string{
				"Maintenance was due to end, which may have happened:",
				"It is not known whether maintenance window &#34;Patching&#34; is over.",
			},
			silent: []string{"Maintenance is announced:", "is under way", "was due to start"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			w, start := downDuring(t, test.after)
			defer start()

			w.Advance(test.goes)

			page := w.Get("/", "Accept", "text/html").Body
			for _, words := range append(test.says, "in memory is what was read") {
				if !strings.Contains(page, words) {
					t.Errorf("the overview does not say %q", words)
				}
			}

			for _, words := range test.silent {
				if strings.Contains(page, words) {
					t.Errorf("the overview says %q", words)
				}
			}

			data := w.Data("/")
			if got := handlerstest.At(data, "next_window", "unknown"); (got == true) == test.known {
				t.Errorf("the next window is %v, want it known: %t", handlerstest.At(data, "next_window"), test.known)
			}

			if got := handlerstest.At(data, "next_window", "active"); got != test.active {
				t.Errorf("the next window is active: %v, want %t", got, test.active)
			}

			read, _ := handlerstest.At(data, "console_database", "memory_as_of").(string)
			if at, err := time.Parse(time.RFC3339, read); err != nil || w.Now().Sub(at) < test.goes || w.Now().Sub(at) > test.goes+time.Minute {
				t.Errorf("what is in memory was read at %q, want when it was", read)
			}
		})
	}
}

// TestWhatIsReadAfreshHasNoAge: neither page nor data speak of memory.
func TestWhatIsReadAfreshHasNoAge(t *testing.T) {
	t.Parallel()

	w := handlerstest.New(t)

	if got := w.Get("/", "Accept", "text/html"); got.Status != http.StatusOK || strings.Contains(got.Body, "in memory") {
		t.Errorf("got %d, want the overview without a word of memory", got.Status)
	}

	if got := handlerstest.At(w.Data("/"), "console_database", "memory_as_of"); got != nil {
		t.Errorf("got %v, want nothing", got)
	}
}
