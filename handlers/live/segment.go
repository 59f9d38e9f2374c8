package live

import (
	"bytes"
	"compress/flate"
	"errors"
	"slices"
	"sync"
)

// windowSize is how far back a deflate stream may refer, in bytes: RFC 1951, section 2.
const windowSize = 32 << 10

// place is what a message stands behind in a stream: the number of the message before, 0 for
// none to refer to, and how many bytes came after that.
type place struct {
	before uint64
	gap    int
}

// compressor makes segments of deflate streams: what of a message goes, once and for all, to
// every stream that has it in the same place. A writer takes 800 KB: there is one for all.
type compressor struct {
	mu  sync.Mutex
	out bytes.Buffer
	w   *flate.Writer
}

func newCompressor() *compressor {
	c := &compressor{}
	c.w, _ = flate.NewWriter(&c.out, flate.DefaultCompression) // It fails for levels that there are not alone.

	return c
}

// segment compresses what comes behind the history, which the stream has, and ends on a whole
// byte: streams go on with any other segment.
func (c *compressor) segment(history, plain []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.w.Reset(&c.out)

	_, err := c.w.Write(history)
	err = errors.Join(err, c.w.Flush())

	c.out.Reset()

	_, writeErr := c.w.Write(plain)
	err = errors.Join(err, writeErr, c.w.Flush())

	return bytes.Clone(c.out.Bytes()), err
}

// behind returns the message compressed for streams in which it stands behind another, nil for
// none, and a gap of bytes.
//
// The gap is filled differently from stream to stream: NULs, which no message has, stand for
// it, so that nothing refers there.
func (m *message) behind(before *message, gap int, c *compressor) ([]byte, error) {
	var (
		in      place
		history []byte
	)

	if before != nil && gap < windowSize {
		in = place{before.number, gap}
		history = slices.Concat(before.plain, make([]byte, gap))
		history = history[max(0, len(history)-windowSize):]
	}

	m.mu.Lock()
	defer m.mu.Unlock()

	if s, made := m.segments[in]; made {
		return s, nil
	}

	s, err := c.segment(history, m.plain)
	if err == nil {
		m.segments[in] = s
	}

	return s, err
}
