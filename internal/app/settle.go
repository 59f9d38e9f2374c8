package app

import (
	"context"
	"runtime/debug"
	"time"
)

// settledAfter is when what follows a start is over as well: the first poll, the first look at what is due.
const settledAfter = 2 * time.Second

// settle gives back, once, what the start alone needed: the heap that it grew, and the pages of the program that it ran through.
func settle(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-time.After(settledAfter):
		debug.FreeOSMemory()
		forgetProgram()
	}

	return nil
}
