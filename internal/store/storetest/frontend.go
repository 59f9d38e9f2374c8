package storetest

import "encoding/binary"

// frontend reads what a client of PostgreSQL sends: chapter 55.7 of its manual.
type frontend struct {
	// head is what of the next message's head was read, begun says that the first message was: it has no type.
	head  []byte
	begun bool
	// left is how much of a message's body is still to come.
	left int
}

// executed is how many statements what came next has executed.
func (f *frontend) executed(data []byte) (n int) {
	const typeLength, lengthLength = 1, 4

	for len(data) > 0 {
		if f.left > 0 {
			skip := min(f.left, len(data))
			f.left -= skip
			data = data[skip:]

			continue
		}

		f.head, data = append(f.head, data[0]), data[1:]

		want := lengthLength
		if f.begun {
			want += typeLength
		}

		if len(f.head) < want {
			continue
		}

		if f.begun && (f.head[0] == 'E' || f.head[0] == 'Q') {
			n++
		}

		f.left = int(binary.BigEndian.Uint32(f.head[want-lengthLength:])) - lengthLength
		f.head, f.begun = f.head[:0], true
	}

	return n
}
