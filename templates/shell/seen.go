package shell

import (
	"bytes"
	"crypto/sha256"
	"hash"
)

// What of a page differs from drawing to drawing though the page looks the same, as it is drawn.
const (
	asOfBegin   = ` data-as-of="`
	drawnBegin  = ` data-drawn="`
	polledBegin = ` data-polled>`
	staleBegin  = ` data-stale`
	timeBegin   = `<time `
	timeEnd     = `</time>`
)

// minuteSize is how much of a moment of RFC 3339 says its minute.
const minuteSize = len("2006-01-02T15:04")

// Seen sums up how a drawn page looks: two drawings with the same sum show the same, of the same minute. When
// the control plane was last asked is not in it as long as that goes on and brings the same; how long ago
// anything else was is.
func Seen(drawn []byte) (sum [sha256.Size]byte) {
	h := sha256.New()

	for rest, found := drawn, true; found; {
		var before []byte

		if before, rest, found = bytes.Cut(rest, []byte(polledBegin)); !found {
			seenMark(h, before)

			break
		}

		if begin := bytes.LastIndex(before, []byte(timeBegin)); begin >= 0 {
			before = before[:begin]
			_, rest, _ = bytes.Cut(rest, []byte(timeEnd))
		}

		seenMark(h, before)
	}

	h.Sum(sum[:0])

	return sum
}

// seenMark adds what is drawn to a sum, but for the moments of a live mark in it that says that all is well.
func seenMark(h hash.Hash, drawn []byte) {
	before, rest, marked := bytes.Cut(drawn, []byte(asOfBegin))
	asOf, rest, whole := bytes.Cut(rest, []byte(drawnBegin))

	if !marked || !whole || len(rest) < minuteSize {
		_, _ = h.Write(drawn)

		return
	}

	minute, rest := rest[:minuteSize], rest[bytes.IndexByte(rest, '"')+1:]
	if !bytes.HasPrefix(rest, []byte(staleBegin)) {
		asOf = nil
	}

	for _, part := range [][]byte{before, asOf, minute, rest} {
		_, _ = h.Write(part)
	}
}
