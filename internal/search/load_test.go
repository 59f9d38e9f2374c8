package search_test

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestALookThatTakesTooLongEndsWithTheNewest and says below which number it did not look: who goes on there comes to all.
func TestALookThatTakesTooLongEndsWithTheNewest(t *testing.T) {
	t.Parallel()

	below := func(id int64) iter.Seq2[int64, error] {
		return func(yield func(int64, error) bool) {
			for id--; id > 0; id-- {
				if !yield(id, nil) {
					return
				}
			}
		}
	}
	rare := func(ids []int64) (out []int64, err error) {
		return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id%3000 != 0 }), nil
	}

	all, cut, err := search.LoadWithin(below(10_000), 50, time.Nanosecond, rare)
	if err != nil || cut != 9950 || len(all) != 0 {
		t.Errorf("got %v down to %d, %v, want none of the first 50", all, cut, err)
	}

	looks := 0

	for cut = 10_000; cut > 0; looks++ {
		var more []int64

		if more, cut, err = search.LoadWithin(below(cut), 50, time.Nanosecond, rare); err != nil {
			t.Fatal(err)
		}

		all = append(all, more...)
	}

	if want := []int64{9000, 6000, 3000}; !slices.Equal(all, want) || looks < 2 {
		t.Errorf("got %v in %d looks, want %v in several", all, looks, want)
	}

	if all, cut, err = search.LoadWithin(below(10_000), 50, time.Hour, rare); err != nil || cut != 0 || len(all) != 3 {
		t.Errorf("with time enough: got %v down to %d, %v, want all", all, cut, err)
	}
}

// TestASearchGoesOnBeyondASpan of the index, and ends where its numbers do.
func TestASearchGoesOnBeyondASpan(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		const span = 1 << 14

		var want []int64

		for _, seq := range []int64{1, span - 2, span - 1, span, span + 1, 2*span - 1, 2 * span, 3*span + 5} {
			entry(t, db, seq, "dave", fmt.Sprintf("limit %d", seq))

			want = append([]int64{seq}, want...)
		}

		index := search.New(db)
		if err := index.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}

		if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: "lim"})); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}

		for i, below := range want[:len(want)-1] {
			if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: "limit", Below: below})); !slices.Equal(got, want[i+1:]) {
				t.Errorf("below %d: got %v, want %v", below, got, want[i+1:])
			}
		}

		if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: strconv.Itoa(span - 1)})); !slices.Equal(got, []int64{span - 1}) {
			t.Errorf("got %v, want the last of its span alone", got)
		}
	})
}
