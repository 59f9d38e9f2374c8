package worldtest

import (
	"testing"
	"time"
)

// Within has what is done take at most the limit. It is done again where it took longer, three
// times at most: on a machine that tests other packages beside, any one time can be longer.
func Within(t *testing.T, limit time.Duration, do func()) {
	t.Helper()

	const tries = 3

	var took [tries]time.Duration

	for i := range took {
		begun := time.Now()

		do()

		if took[i] = time.Since(begun); took[i] <= limit {
			return
		}
	}

	t.Errorf("it took %v, want %v at most", took, limit)
}

// Eventually waits for a condition, however busy the machine is.
func Eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()

	const patience, pause = time.Minute, 25 * time.Millisecond

	tick := time.NewTicker(pause)
	defer tick.Stop()

	for deadline := time.After(patience); !condition(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
