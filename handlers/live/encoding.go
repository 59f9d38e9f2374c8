package live

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
	"slices"
)

// encoding writes a stream as it is, or compressed: one gzip stream (RFC 1952), as browsers
// read no second one, of segments that are made once for all.
type encoding struct {
	w          io.Writer
	compressor *compressor // nil for a stream as it is

	// before is the message that was written last, gap how many bytes came after it.
	before *message
	gap    int
	// sum and size are of all that was written, uncompressed, for the end.
	sum, size uint32
}

// begin writes what a compressed stream begins with.
func (e *encoding) begin() error {
	if e.compressor == nil {
		return nil
	}

	const unknown = 0xff // which system it is from

	_, err := e.w.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, unknown})

	return err
}

// message writes what a feed has for its streams.
func (e *encoding) message(m *message) error {
	if len(m.plain) == 0 {
		return nil
	}

	if e.compressor == nil {
		_, err := e.w.Write(m.plain)

		return err
	}

	segment, err := m.behind(e.before, e.gap, e.compressor)
	if err != nil {
		return err
	}

	e.before, e.gap = m, 0
	e.count(m.plain)

	_, err = e.w.Write(segment)

	return err
}

// short writes what is the stream's own, at most 64 KB: compressing it would save nothing.
func (e *encoding) short(plain []byte) error {
	if e.compressor != nil {
		size := uint16(min(len(plain), math.MaxUint16))
		plain = plain[:size]

		e.gap += len(plain)
		e.count(plain)

		// RFC 1951, section 3.2.4: a stored block, its length and the complement of that; then an
		// empty one, upon which also those hand on what they have who wait for the next (Go does).
		header := binary.LittleEndian.AppendUint16([]byte{0}, size)
		plain = slices.Concat(binary.LittleEndian.AppendUint16(header, ^size), plain, []byte{0, 0, 0, 0xff, 0xff})
	}

	_, err := e.w.Write(plain)

	return err
}

func (e *encoding) count(plain []byte) {
	e.sum = crc32.Update(e.sum, crc32.IEEETable, plain)
	e.size += uint32(len(plain)) //nolint:gosec // RFC 1952: modulo 2^32
}

// end ends a compressed stream as it has to: with an empty last block, sum and size.
func (e *encoding) end() error {
	if e.compressor == nil {
		return nil
	}

	last := binary.LittleEndian.AppendUint32([]byte{0x03, 0x00}, e.sum)
	_, err := e.w.Write(binary.LittleEndian.AppendUint32(last, e.size))

	return err
}
