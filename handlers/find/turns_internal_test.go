package find

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

// TestThirtyTabsSearchThreeAtATime and all of them have their turn.
func TestThirtyTabsSearchThreeAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		t.Helper()

		var (
			turns  turns
			now    atomic.Int64
			tabs   sync.WaitGroup
			served atomic.Int64
		)

		for range 30 {
			tabs.Go(func() {
				leave, err := turns.take(t.Context())
				if err != nil {
					t.Error(err)

					return
				}
				defer leave()

				if n := now.Add(1); n > together {
					t.Errorf("got %d at a time, want %d at most", n, together)
				}

				time.Sleep(100 * time.Millisecond) //nolint:forbidigo // of the test's own clock
				now.Add(-1)
				served.Add(1)
			})
		}

		tabs.Wait()

		if served.Load() != 30 {
			t.Errorf("got %d, want that all have searched", served.Load())
		}
	})
}

// TestASearchThatWaitsTooLongIsRefused after two seconds, or at once where nobody waits for it any more.
func TestASearchThatWaitsTooLongIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		t.Helper()

		var turns turns

		leave := func() {}

		for range together {
			var err error
			if leave, err = turns.take(t.Context()); err != nil {
				t.Fatal(err)
			}
		}

		begun := time.Now()

		_, err := turns.take(t.Context())
		if waited := time.Since(begun); ops.AsError(err).Code != ops.CodeRateLimitExceeded || waited != patience {
			t.Errorf("got %v after %v, want a refusal after %v", err, waited, patience)
		}

		gone, cancel := context.WithCancel(t.Context())
		cancel()

		if _, err := turns.take(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want that it was canceled", err)
		}

		leave()

		if _, err := turns.take(t.Context()); err != nil {
			t.Errorf("got %v, want the turn that is free", err)
		}
	})
}
