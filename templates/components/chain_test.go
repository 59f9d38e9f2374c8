package components_test

import (
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/templates/components"
)

func TestAnEmptyLogIsNotIntactUpToNothing(t *testing.T) {
	t.Parallel()

	at := time.Now()

	for upTo, want := range map[int64]string{
		0: "There was no entry to verify yet. Entries are not keyed (--audit-keys).",
		7: "The chain is intact: verified up to no. 7. Entries are not keyed (--audit-keys).",
	} {
		state := audit.State{At: at}
		state.UpTo = upTo

		if got := components.Chain(state); got.Text != want || got.State != components.OK {
			t.Errorf("%d: got %v %q, want it fine: %q", upTo, got.State, got.Text, want)
		}
	}
}
