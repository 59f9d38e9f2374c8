// Package latency tells what is slow from what is not, for everything that is looked at again and
// again: the control plane and its components, and this console's own database.
package latency

import "time"

// SlowAfter is the latency above which something is slow, where nothing else is configured.
const SlowAfter = 500 * time.Millisecond

// QuickUnder is the latency under which what was slow, being so above that other one, is slow no
// more: 400 ms for 500 ms. Between the two it is what it was, so that what takes about that long
// changes nothing with every look.
func QuickUnder(slowAfter time.Duration) time.Duration {
	const quick, of = 4, 5

	return slowAfter / of * quick
}

// IsSlow reports whether what took so long to answer is slow, given whether it was so at the last look.
func IsSlow(took, slowAfter time.Duration, was bool) bool {
	if was {
		return took >= QuickUnder(slowAfter)
	}

	return took > slowAfter
}
