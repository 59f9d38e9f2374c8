package search_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/search"
	"github.com/graph-olap/opsconsole/internal/store"
	"github.com/graph-olap/opsconsole/internal/store/storetest"
)

// TestFewThatAnotherFilterSelectsAreLookedAt rather than all that have the words.
func TestFewThatAnotherFilterSelectsAreLookedAt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		for seq, reason := range []string{1: "the limit", 2: "the export", 3: "the limit", 4: "limits"} {
			entry(t, db, int64(seq), "dave", reason)
		}

		index := search.New(db)
		exec(t, db, `DELETE FROM opsconsole_search_noted`) // the index alone would find nothing

		few := func(context.Context, int) ([]int64, error) { return []int64{1, 3, 2}, nil }
		for text, want := range map[string][]int64{"limit": {3, 1}, "lim": {3, 1}, "limits": nil, "the": {3, 2, 1}, "": nil} {
			if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: text, Selected: few})); !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", text, got, want)
			}
		}

		if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: "the", Below: 3, Selected: few})); !slices.Equal(got, []int64{2, 1}) {
			t.Errorf("below 3: got %v", got)
		}
	})
}

// TestASearchSaysThatItDoesNotLookAtAllNotes when more was written since than it looks at.
func TestASearchSaysThatItDoesNotLookAtAllNotes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		index := search.New(db)

		for seq := range int64(201) {
			if complete, err := index.Complete(t.Context()); err != nil || !complete {
				t.Fatalf("after %d: got %t, %v, want that nothing is missing", seq, complete, err)
			}

			entry(t, db, seq+1, "dave", "limit")
		}

		if complete, err := index.Complete(t.Context()); err != nil || complete {
			t.Errorf("got %t, %v, want that something is missing", complete, err)
		}
	})
}

// TestTheLastWordOfALongTextIsFound as the first is.
func TestTheLastWordOfALongTextIsFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		t.Helper()

		var text strings.Builder

		for a := range 26 {
			for b := range 26 {
				text.WriteString(string(rune('a'+a)) + string(rune('a'+b)) + " ")
			}
		}

		entry(t, db, 1, "dave", text.String())

		index := search.New(db)
		if err := index.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}

		if got := found(t, index.Found(t.Context(), search.Query{Kind: search.Audit, Text: "zz"})); !slices.Equal(got, []int64{1}) {
			t.Errorf("got %v, want the entry", got)
		}
	})
}
