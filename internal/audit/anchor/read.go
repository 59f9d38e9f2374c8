package anchor

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Found is what a file of anchors holds.
type Found struct {
	Anchors []Anchor
	// Torn are the lines, from 1 on, that begin as an anchor and are none: what was written as the disk was full.
	Torn []int
}

// lineMax is the longest line that may hold an anchor, in bytes; longer ones are others'.
const lineMax = 64 << 10

// Read reads the anchors in a file: each on a line, behind whatever a syslog server puts before it; lines
// without one are left out. An anchor that none of the keys signed is an error.
func Read(r io.Reader, keys []ed25519.PublicKey) (Found, error) {
	var found Found

	lines := bufio.NewReaderSize(r, lineMax)

	for n := 1; ; n++ {
		line, long, err := readLine(lines)
		if err != nil && !errors.Is(err, io.EOF) {
			return found, fmt.Errorf("line %d cannot be read: %w", n, err)
		}

		if at := bytes.Index(line, []byte(mark)); at >= 0 && !long {
			a, ok := parse(line[at:])

			switch {
			case !ok:
				found.Torn = append(found.Torn, n)
			case !a.signedBy(keys):
				return found, fmt.Errorf("line %d has a head of entry %d that none of the given keys signed (it names the key %q)",
					n, a.Seq, a.Key)
			default:
				found.Anchors = append(found.Anchors, a)
			}
		}

		if err != nil {
			return found, nil //nolint:nilerr // that was the last line
		}
	}
}

// readLine returns the next line; of a long one the beginning alone.
func readLine(r *bufio.Reader) (line []byte, long bool, err error) {
	line, err = r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, false, err
	}

	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.ReadSlice('\n')
	}

	return nil, true, err
}

// parse reads the anchor that the text begins with.
func parse(text []byte) (a Anchor, ok bool) {
	if json.NewDecoder(bytes.NewReader(text)).Decode(&a) != nil {
		return Anchor{}, false
	}

	// A moment is written in one way, so that what is signed is what is read.
	return a, a.Version == version && a.Seq > 0 && a.Time.Equal(a.Time.Truncate(time.Second))
}
