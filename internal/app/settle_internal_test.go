package app

import (
	"runtime/debug"
	"testing"
	"testing/synctest"
)

// TestGarbageIsCollectedAsEverOnceTheStartIsSettled is not parallel: how much garbage there may be is one for the process.
//
//nolint:paralleltest // see above
func TestGarbageIsCollectedAsEverOnceTheStartIsSettled(t *testing.T) {
	usual := usualCollection()

	const less = 1000

	debug.SetGCPercent(less)
	t.Cleanup(func() { debug.SetGCPercent(usual) })

	synctest.Test(t, func(t *testing.T) {
		if err := settle(t.Context()); err != nil {
			t.Error(err)
		}
	})

	if got := debug.SetGCPercent(usual); got != usual {
		t.Errorf("there may be %d %% of garbage, want %d as before the start", got, usual)
	}
}
