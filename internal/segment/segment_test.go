package segment_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/segment"
)

// TestSegmentsMakeOneStream joins what was compressed with what was not, and reads it as browsers do.
func TestSegmentsMakeOneStream(t *testing.T) {
	t.Parallel()

	page := []byte(strings.Repeat("a page that is alike for everybody ", 5000))

	compressed, err := segment.Compress(nil, page)
	if err != nil || len(compressed) > len(page)/10 {
		t.Fatalf("got %d bytes of %d, %v", len(compressed), len(page), err)
	}

	for _, own := range []string{"", "dave", strings.Repeat("x", 200_000)} {
		var (
			sum  segment.Sum
			want []byte
		)

		stream := segment.AppendHeader(nil)

		for range 3 {
			stream = segment.AppendStored(append(stream, compressed...), []byte(own))
			stream = segment.AppendFlush(stream)

			want = append(append(want, page...), own...)

			sum.Add(page)
			sum.Add([]byte(own))
		}

		r, err := gzip.NewReader(bytes.NewReader(sum.AppendEnd(stream)))
		if err != nil {
			t.Fatal(err)
		}

		r.Multistream(false)

		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Errorf("with %d bytes between: got %d bytes, %v, want %d", len(own), len(got), err, len(want))
		}
	}
}

// TestPartsReferToThoseBefore compresses a stream in parts, whose gaps are filled differently.
func TestPartsReferToThoseBefore(t *testing.T) {
	t.Parallel()

	part := make([]byte, 4000)
	if _, err := rand.NewChaCha8([32]byte{7}).Read(part); err != nil {
		t.Fatal(err)
	}

	part = bytes.ReplaceAll(part, []byte{0}, []byte{1})
	parts := [][]byte{part, part, {}, part}

	compressed, err := segment.Parts(parts, []int{4, 0, 70_000})
	if err != nil {
		t.Fatal(err)
	}

	for _, fills := range [][]string{{"dave", "", strings.Repeat("y", 70_000)}, {"olga", "", strings.Repeat("z", 70_000)}} {
		var (
			sum  segment.Sum
			want []byte
		)

		stream := segment.AppendHeader(nil)

		for i, part := range parts {
			stream, want = append(stream, compressed[i]...), append(want, part...)

			if i < len(fills) {
				stream, want = segment.AppendFill(stream, []byte(fills[i])), append(want, fills[i]...)
			}
		}

		sum.Add(want)

		r, err := gzip.NewReader(bytes.NewReader(sum.AppendEnd(stream)))
		if err != nil {
			t.Fatal(err)
		}

		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) || len(stream) > 78_300 {
			t.Errorf("%.9q: got %d bytes of %d, %v, want %d", fills, len(got), len(stream), err, len(want))
		}
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()

	for _, plain := range []string{"", "{}", strings.Repeat("data ", 100_000)} {
		stream, err := segment.Whole([]byte(plain))
		if err != nil {
			t.Fatal(err)
		}

		r, err := gzip.NewReader(bytes.NewReader(stream))
		if err != nil {
			t.Fatal(err)
		}

		if got, err := io.ReadAll(r); err != nil || string(got) != plain {
			t.Errorf("got %d bytes, %v, want %d", len(got), err, len(plain))
		}
	}
}

// TestKnownSumsAreThoseOfTheBytes joins sums of bytes of every length there may be.
func TestKnownSumsAreThoseOfTheBytes(t *testing.T) {
	t.Parallel()

	whole := make([]byte, 200_000)
	if _, err := rand.NewChaCha8([32]byte{3}).Read(whole); err != nil {
		t.Fatal(err)
	}

	for _, sizes := range [][]int{{0}, {1}, {0, 0, 1, 0}, {7, 1, 0, 64}, {4095, 4096, 4097}, {65_535, 65_536, 1}, {1, 150_000, 3}} {
		var known, added segment.Sum

		rest := whole
		for i, size := range sizes {
			if part := rest[:size]; i%2 == 0 {
				known.AddKnown(segment.SumOf(part))
			} else {
				known.Add(part)
			}

			added.Add(rest[:size])
			rest = rest[size:]
		}

		if known != added {
			t.Errorf("%v: got %v, want %v", sizes, known, added)
		}
	}
}

// BenchmarkSum is what it costs to sum up 64 KB anew and known.
func BenchmarkSum(b *testing.B) {
	plain := make([]byte, 64<<10)
	known := segment.SumOf(plain)

	b.Run("anew", func(b *testing.B) {
		for s := (segment.Sum{}); b.Loop(); {
			s.Add(plain)
		}
	})
	b.Run("known", func(b *testing.B) {
		for s := (segment.Sum{}); b.Loop(); {
			s.AddKnown(known)
		}
	})
}
