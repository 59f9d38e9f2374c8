package database

import (
	"time"

	"github.com/graph-olap/opsconsole/ops"
)

const (
	// slowAfter is the latency above which something is slow.
	slowAfter = 500 * time.Millisecond
	// quickUnder is the latency under which what was slow is so no more: between the two it is
	// what it was, so that what takes about half a second changes nothing with every look.
	quickUnder = 400 * time.Millisecond
)

// IsSlow reports whether something that this console sees itself, and that was in that status
// before, is slow now that it took so long to answer.
func IsSlow(took time.Duration, was ops.ComponentStatus) bool {
	if was == ops.ComponentSlow {
		return took >= quickUnder
	}

	return took > slowAfter
}
