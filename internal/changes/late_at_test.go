package changes_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// TestWhatWasCarriedOutLateIsInDoubtBefore it was seen: what a section held between the last look without it and that one nobody saw.
func TestWhatWasCarriedOutLateIsInDoubtBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		t.Helper()

		lateAfter(t, w, ops.Values{"cluster_total": int64(70)})

		last := w.current(t).Last
		if last.Since == nil || last.Since.After(last.At) {
			t.Fatalf("got a late change at %s since %v, want since when it was not there yet", last.At, last.Since)
		}

		held, err := w.At(t.Context(), last.Section, last.At.Add(-time.Millisecond))
		if err != nil || !held.Unsure || held.Next == nil || held.Next.ID != last.ID {
			t.Errorf("got unsure %v before change %d, %v, want it in doubt", held.Unsure, last.ID, err)
		}
	})
}
