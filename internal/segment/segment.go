// Package segment makes gzip streams (RFC 1952) of parts: what is sent alike again and again is
// compressed once and for all, and joined with what differs.
package segment

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sync"
)

// WindowSize is how far back a deflate stream may refer, in bytes: RFC 1951, section 2.
const WindowSize = 32 << 10

// writers takes what is not used. One takes 800 KB. What streams send is made as small as can be, once for all who follow; a page,
// which may be asked for once, at a third of the cost and with a twentieth more.
//
//nolint:gochecknoglobals // there are as many in the process as are used at the same time
var writers, pageWriters = writersOf(flate.BestCompression), writersOf(pageLevel)

const pageLevel = 4

func writersOf(level int) *sync.Pool {
	return &sync.Pool{New: func() any {
		made := &writer{}
		made.w, _ = flate.NewWriter(&made.out, level) // It fails for levels that there are not alone.

		return made
	}}
}

type writer struct {
	out bytes.Buffer
	w   *flate.Writer
}

// Compress makes a segment: it compresses what comes behind the history, which the stream has, and ends on a whole
// byte: streams go on with any other segment.
func Compress(history, plain []byte) ([]byte, error) {
	w := writers.Get().(*writer) //nolint:forcetypeassert // its New makes no other
	defer writers.Put(w)

	w.w.Reset(&w.out)

	var err error

	if len(history) > 0 {
		_, err = w.w.Write(history)
		err = errors.Join(err, w.w.Flush())
	}

	w.out.Reset()

	_, writeErr := w.w.Write(plain)
	err = errors.Join(err, writeErr, w.w.Flush())

	return bytes.Clone(w.out.Bytes()), err
}

const (
	// header says that deflate comes, from an unknown system: RFC 1952, section 2.3.
	header = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
	// flush is an empty stored block, upon which also those hand on what they have who wait for the
	// next one (Go does): RFC 1951, section 3.2.4.
	flush = "\x00" + emptyLength
	// emptyLength is the length of an empty stored block, with its complement.
	emptyLength = "\x00\x00\xff\xff"
	// last is an empty last block.
	last = "\x03\x00"
)

// Parts compresses a stream in parts: between each and the next come as many bytes as gaps says,
// which differ from stream to stream, and go there by [AppendFill]. A part refers to those before
// all the same: NULs, which they must not have, stand for what differs, so that nothing refers there.
func Parts(parts [][]byte, gaps []int) ([][]byte, error) {
	w := pageWriters.Get().(*writer) //nolint:forcetypeassert // its New makes no other
	defer pageWriters.Put(w)

	w.w.Reset(&w.out)

	var errs []error

	compress := func(plain []byte) []byte {
		w.out.Reset()

		_, err := w.w.Write(plain)
		errs = append(errs, err, w.w.Flush())

		return w.out.Bytes()
	}

	compressed := make([][]byte, len(parts))

	for i, part := range parts {
		compressed[i] = bytes.Clone(compress(part))
		if i < len(gaps) { // the empty block that a flush ends with is left to be filled
			compressed[i] = bytes.TrimSuffix(compressed[i], []byte(emptyLength))
			compress(make([]byte, gaps[i]))
		}
	}

	return compressed, errors.Join(errs...)
}

// AppendHeader appends what a stream begins with.
func AppendHeader(b []byte) []byte { return append(b, header...) }

// AppendStored appends bytes as they are: RFC 1951, section 3.2.4: stored blocks, each with its length
// and the complement of that before it.
func AppendStored(b, plain []byte) []byte {
	for block := range slices.Chunk(plain, math.MaxUint16) {
		b = appendLength(append(b, 0), block)
	}

	return b
}

// AppendFill appends what comes behind a part of [Parts]: that ends with the beginning of a stored block.
func AppendFill(b, plain []byte) []byte {
	first := plain[:min(len(plain), math.MaxUint16)]

	return AppendStored(appendLength(b, first), plain[len(first):])
}

func appendLength(b, block []byte) []byte {
	size := uint16(len(block)) //nolint:gosec // It is MaxUint16 at most.
	b = binary.LittleEndian.AppendUint16(b, size)

	return append(binary.LittleEndian.AppendUint16(b, ^size), block...)
}

// AppendFlush has all that was sent handed on to who reads.
func AppendFlush(b []byte) []byte { return append(b, flush...) }

// Whole returns a stream of one part.
func Whole(plain []byte) ([]byte, error) {
	segment, err := Compress(nil, plain)

	var sum Sum

	sum.Add(plain)

	return sum.AppendEnd(append(AppendHeader(nil), segment...)), err
}
