package latency_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/latency"
)

func TestWhatTakesAboutTheLimitStaysWhatItWas(t *testing.T) {
	t.Parallel()

	slow := false

	for i, look := range []struct {
		took int // milliseconds
		slow bool
	}{{450, false}, {500, false}, {501, true}, {450, true}, {400, true}, {399, false}, {450, false}} {
		slow = latency.IsSlow(time.Duration(look.took)*time.Millisecond, latency.SlowAfter, slow)
		if slow != look.slow {
			t.Errorf("look %d of %d ms: got slow %t, want %t", i, look.took, slow, look.slow)
		}
	}

	if latency.IsSlow(9*time.Millisecond, 10*time.Millisecond, false) || !latency.IsSlow(9*time.Millisecond, 10*time.Millisecond, true) {
		t.Error("a limit that is configured has no room of its own")
	}
}
