package maintenance_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/changes"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// TestAWindowSaysThatSomebodyElseIsFaster where a section is changed each time before the window has set it.
func TestAWindowSaysThatSomebodyElseIsFaster(t *testing.T) {
	t.Parallel()

	w := onSQLite(t)
	window := w.announce(t, patching())

	other := *w
	other.begin()

	perAnalyst := int64(6)

	w.line.fail(func(write bool) error {
		if write { // of another section
			return nil
		}

		perAnalyst = 13 - perAnalyst

		current, err := other.changes.Current(t.Context(), w.plain, ops.SectionConcurrency)
		if err == nil {
			_, err = other.changes.Apply(t.Context(), w.plain, olga, changes.Request{
				Section: ops.SectionConcurrency, Revision: current.Revision, Values: ops.Values{"per_analyst": perAnalyst},
				Reason: fmt.Sprint("load test ", w.line.calls), Source: changes.SourceConsole,
			})
		}

		if err != nil {
			t.Error(err, ops.FieldErrors(err))
		}

		return nil
	}, nil)
	w.at(t, time.Hour)

	if got := w.get(t, window.ID); got.Phase != maintenance.Announced || !strings.Contains(got.Note, "Somebody else changed Concurrency limits") {
		t.Errorf("got %+v, want it to wait and say why", got)
	}

	w.line.fail(nil, nil)
	w.at(t, time.Hour+10*time.Second)

	if got := w.get(t, window.ID); got.Phase != maintenance.Active || got.Note != "" || w.platform(t).concurrency.PerAnalyst != 3 {
		t.Errorf("got %+v, want it to run", got)
	}
}

// TestTwoReplicasAtOneStep has another replica come before and after the nth call of one for whom that took longer than its claim, for
// every n, at the start and at the end. The log, subscribers and the history say of all of it once what came of it.
func TestTwoReplicasAtOneStep(t *testing.T) {
	t.Parallel()
	atEachCall(t, besideAt)
}

// besideAt reports whether there was an nth call.
func besideAt(t *testing.T, n int, acted bool, boundary time.Duration) (there bool) {
	t.Helper()

	w := onSQLite(t)
	before := w.platform(t)
	window := w.announce(t, patching())

	if boundary > time.Hour {
		w.at(t, time.Hour)
	}

	other := *w
	other.begin()

	call := 0
	beside := func(bool) error {
		if call++; call == n {
			w.clock.Advance(6 * time.Second)

			if err := other.Tick(t.Context(), w.plain); err != nil {
				t.Errorf("beside call %d: %v", n, err)
			}

			if got := w.get(t, window.ID); got.Overdue {
				t.Errorf("beside call %d it is overdue: %s", n, got.Note)
			}
		}

		return nil
	}

	if acted {
		w.line.fail(nil, beside)
	} else {
		w.line.fail(beside, nil)
	}

	w.at(t, boundary)
	w.line.fail(nil, nil)

	for second := range 20 {
		w.at(t, boundary+time.Duration(second)*time.Second)
	}

	if boundary == time.Hour {
		w.at(t, 3*time.Hour)
	}

	if got := w.get(t, window.ID); got.Phase != maintenance.Completed || !got.Report.Restored || !same(before, w.platform(t)) {
		t.Errorf("beside call %d: got %+v, want completed, restored and the settings as before", n, got)
	}

	want := map[string]int{
		"window.announce done": 1, "window.start done": 1, "window.end done": 2, "window.verify done": 1,
		"config.save intent": 6, "config.save done": 6,
	}
	if got := w.acts(t); !maps.Equal(got, want) {
		t.Errorf("beside call %d the log says %v, want %v", n, got, want)
	}

	if got := w.kinds(t); got != "announced started ended " {
		t.Errorf("beside call %d subscribers heard %q, want %q", n, got, "announced started ended ")
	}

	return call >= n
}

// acts counts the entries of the audit log.
func (w *world) acts(t *testing.T) map[string]int {
	t.Helper()

	acts := map[string]int{}

	for entry, err := range w.log.All(t.Context(), audit.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}

		acts[fmt.Sprintf("%s %s", entry.Action, entry.Outcome)]++
	}

	return acts
}
