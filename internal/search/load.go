package search

import (
	"iter"
	"time"
)

// Patience is how long is looked for what a text finds and other filters select: each may be frequent, and both together rare.
const Patience = time.Second

// Load returns at most as many of what is found as are wanted; load returns those of several numbers that are to be seen.
func Load[T any](found iter.Seq2[int64, error], wanted int, load func(ids []int64) ([]T, error)) ([]T, error) {
	out, _, err := LoadWithin(found, wanted, 0, load)

	return out, err
}

// LoadWithin is [Load] that begins nothing more once that time is over, where it is above 0: cut is the number, above 0, below which
// it did not look then.
func LoadWithin[T any](
	found iter.Seq2[int64, error], wanted int, within time.Duration, load func(ids []int64) ([]T, error),
) (out []T, cut int64, err error) {
	var ids []int64

	began, size := time.Now(), min(wanted, most)

	for id, err := range found {
		if err != nil {
			return nil, 0, err
		}

		if ids = append(ids, id); len(ids) < size {
			continue
		}

		more, err := load(ids)
		if out, ids = append(out, more...), nil; err != nil || len(out) >= wanted {
			return out[:min(len(out), wanted)], 0, err
		}

		if within > 0 && time.Since(began) >= within {
			return out, id, nil
		}

		size = min(4*size, most) // the fewer are to be seen
	}

	if len(ids) == 0 {
		return out, 0, nil
	}

	more, err := load(ids)
	out = append(out, more...)

	return out[:min(len(out), wanted)], 0, err
}
