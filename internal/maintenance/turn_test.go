package maintenance_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
)

// told are the events so far, each with the number of its window in the series.
func (w *world) told() []string {
	w.heard.mu.Lock()
	defer w.heard.mu.Unlock()

	out := make([]string, 0, len(w.heard.list))
	for _, e := range w.heard.list {
		out = append(out, fmt.Sprintf("%s %d", e.Kind, e.Window.Occurrence))
	}

	return out
}

// TestEveryWindowOfASeriesIsAnnouncedInItsTurn, once: when the one before it is over, or was cancelled.
func TestEveryWindowOfASeriesIsAnnouncedInItsTurn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		first := w.announce(t, weekly())
		second := w.series(t, first)[1]

		for _, at := range []time.Duration{0, time.Hour, time.Hour + time.Second} {
			w.clock.Set(firstTuesday().Add(at))
			w.tick(t)
		}

		if got := w.get(t, second.ID); got.Revision != second.Revision || got.Sequence != second.Sequence+1 {
			t.Errorf("the second is at revision %d, sequence %d; want %d as before, and %d", got.Revision, got.Sequence, second.Revision, second.Sequence+1)
		}

		// The third is called off before its turn, then the second.
		for _, i := range []int{2, 1} {
			if _, err := w.Cancel(t.Context(), w.line, dave, w.series(t, first)[i].ID, act("there is nothing to patch"), maintenance.This); err != nil {
				t.Fatal(err)
			}
		}

		want := []string{
			"announced 1", "started 1", "ended 1", "announced 2", "cancelled 3", "cancelled 2", "announced 4",
		}
		if got := w.told(); !slices.Equal(got, want) {
			t.Errorf("subscribers heard\n%q, want\n%q", got, want)
		}

		if _, err := w.Cancel(t.Context(), w.line, dave, w.series(t, first)[3].ID, act("no more patches are needed"), maintenance.Following); err != nil {
			t.Fatal(err)
		}

		events, err := w.EventsOf(t.Context(), w.series(t, first)[3].ID)
		if err != nil || len(events) != 2 || events[0].Following || !events[1].Following {
			t.Errorf("got %+v, %v; want the fourth announced alone, and cancelled with all that follow", events, err)
		}

		if got := w.told(); len(got) != len(want)+1 {
			t.Errorf("subscribers heard %q, want one more", got)
		}
	})
}
