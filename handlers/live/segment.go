package live

import (
	"slices"

	"github.com/graph-olap/opsconsole/internal/segment"
)

// place is what a message stands behind in a stream: the number of the message before, 0 for
// none to refer to, and how many bytes came after that.
type place struct {
	before uint64
	gap    int
}

// behind returns the message compressed for streams in which it stands behind another, nil for
// none, and a gap of bytes.
//
// The gap is filled differently from stream to stream: NULs, which no message has, stand for
// it, so that nothing refers there.
func (m *message) behind(before *message, gap int) ([]byte, error) {
	var (
		in      place
		history []byte
	)

	if before != nil && gap < segment.WindowSize {
		in = place{before.number, gap}
		history = slices.Concat(before.plain, make([]byte, gap))
		history = history[max(0, len(history)-segment.WindowSize):]
	}

	m.mu.Lock()
	defer m.mu.Unlock()

	if s, made := m.segments[in]; made {
		return s, nil
	}

	s, err := segment.Compress(history, m.plain)
	if err == nil {
		m.segments[in] = s
	}

	return s, err
}
