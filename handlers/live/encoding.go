package live

import (
	"io"

	"github.com/graph-olap/opsconsole/internal/segment"
)

// encoding writes a stream as it is, or compressed: one gzip stream, as browsers read no second
// one, of segments that are made once for all.
type encoding struct {
	w io.Writer
	// gzip is false for a stream as it is.
	gzip bool

	// before is the message that was written last, gap how many bytes came after it.
	before *message
	gap    int
	// sum is of all that was written, for the end.
	sum segment.Sum
}

// begin writes what a compressed stream begins with.
func (e *encoding) begin() error {
	if !e.gzip {
		return nil
	}

	_, err := e.w.Write(segment.AppendHeader(nil))

	return err
}

// message writes what a feed has for its streams.
func (e *encoding) message(m *message) error {
	if len(m.plain) == 0 {
		return nil
	}

	if !e.gzip {
		_, err := e.w.Write(m.plain)

		return err
	}

	compressed, err := m.behind(e.before, e.gap)
	if err != nil {
		return err
	}

	e.before, e.gap = m, 0
	e.sum.AddKnown(m.sum)

	_, err = e.w.Write(compressed)

	return err
}

// short writes what is the stream's own: compressing it would save nothing.
func (e *encoding) short(plain []byte) error {
	if e.gzip {
		e.gap += len(plain)
		e.sum.Add(plain)

		plain = segment.AppendFlush(segment.AppendStored(nil, plain))
	}

	_, err := e.w.Write(plain)

	return err
}

// end ends a compressed stream as it has to.
func (e *encoding) end() error {
	if !e.gzip {
		return nil
	}

	_, err := e.w.Write(e.sum.AppendEnd(nil))

	return err
}
