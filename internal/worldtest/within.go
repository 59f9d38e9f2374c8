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

	const patience, first, longest = time.Minute, 20 * time.Millisecond, 200 * time.Millisecond

	deadline := time.After(patience)

	// What took long already is looked at less often: looking costs, too.
	for pause := first; !condition(); pause = min(pause*5/4, longest) {
		select {
		case <-time.After(pause):
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
