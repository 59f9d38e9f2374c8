package segment

import (
	"encoding/binary"
	"hash/crc32"
)

// Sum is of all that a stream holds, uncompressed.
type Sum struct{ sum, size uint32 }

// Add adds what was written.
func (s *Sum) Add(plain []byte) {
	s.sum = crc32.Update(s.sum, crc32.IEEETable, plain)
	s.size += uint32(len(plain)) //nolint:gosec // RFC 1952: modulo 2^32
}

// Known is the sum of bytes that are written again and again, found once for all.
type Known struct {
	Sum

	// shift is what a sum is multiplied by when the bytes come behind it.
	shift uint32
}

// SumOf sums up bytes.
func SumOf(plain []byte) Known {
	var k Known

	k.Add(plain)
	k.shift = power(uint64(len(plain)))

	return k
}

// AddKnown is [Sum.Add] of bytes that were summed up before, however many they are.
func (s *Sum) AddKnown(k Known) {
	s.sum = multiply(k.shift, s.sum) ^ k.sum
	s.size += k.size
}

// A CRC is a polynomial over GF(2), modulo that of CRC-32, the highest bit its lowest power: bytes that come behind
// others multiply what those come to by x^8 each.
const (
	top = 31
	one = 1 << top
	x8  = one >> 8
)

// power returns x^(8n).
func power(n uint64) uint32 {
	result, square := uint32(one), uint32(x8)

	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			result = multiply(result, square)
		}

		square = multiply(square, square)
	}

	return result
}

func multiply(a, b uint32) uint32 {
	var product uint32

	for ; a != 0; a <<= 1 {
		// All bits or none: a branch on what is as good as random costs more.
		product ^= b & -(a >> top)
		b = b>>1 ^ crc32.IEEE&-(b&1)
	}

	return product
}

// AppendEnd appends what a stream ends with: an empty last block, sum and size.
func (s *Sum) AppendEnd(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(append(b, last...), s.sum)

	return binary.LittleEndian.AppendUint32(b, s.size)
}
