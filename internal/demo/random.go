//nolint:mnd // the numbers describe a made-up world
package demo

import "math/rand/v2"

// The streams of random numbers, so that one does not depend on how much of another
// was used.
const (
	streamPlan = iota + 1
	streamEdits
	streamSeed
	streamExports
	streamLeftovers
)

// random returns the stream of numbers that belongs to the seed and the ids.
func random(seed uint64, ids ...uint64) *rand.Rand {
	const golden = 0x9e3779b97f4a7c15

	var stream uint64
	for _, id := range ids {
		stream = (stream ^ id) * golden
		stream ^= stream >> 32
	}

	return rand.New(rand.NewPCG(seed, stream)) //nolint:gosec // a demo that must repeat itself
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
