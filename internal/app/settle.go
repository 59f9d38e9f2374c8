package app

import (
	"context"
	"runtime/debug"
	"sync"
	"time"
)

// settledAfter is when what follows a start is over as well: the first poll, the first look at what is due.
const settledAfter = 2 * time.Second

// usualCollection is how much garbage there may be, as GOGC has it. Asked first, it lets there be more: a start makes much in little
// time, and collecting it would be a fifth of its work.
//
//nolint:gochecknoglobals // it is one for the process
var usualCollection = sync.OnceValue(func() (percent int) {
	const atStart = 400

	if percent = debug.SetGCPercent(atStart); percent < 0 || percent > atStart {
		debug.SetGCPercent(percent)
	}

	return percent
})

// collectLess has less garbage collected until the start is settled.
func collectLess() { usualCollection() }

// settle gives back, once, what the start alone needed: the heap that it grew, and the pages of the program that it ran through.
func settle(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-time.After(settledAfter):
		debug.SetGCPercent(usualCollection())
		debug.FreeOSMemory()
		forgetProgram()
	}

	return nil
}
