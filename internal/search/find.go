package search

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
)

const (
	// batch is how many objects are asked for first by who does not know how many are enough.
	batch = 100
	// most is how many are loaded at a time: as many as pages count, and one.
	most = 1001
	// largest is how many are asked for at a time.
	largest = 1 << spanBits
)

// Query is what is looked for.
type Query struct {
	Kind Kind
	Text string
	// Besides are texts that the objects have beside, as another filter wants: they narrow what the index is asked for.
	Besides []string
	// Below is a number that those that are found are below, where it is above 0.
	Below int64
	// Selected returns as many objects as are wanted, in any order, that the other filters select, nil where there are none.
	// What is few is looked at rather than found.
	Selected func(ctx context.Context, wanted int) ([]int64, error)
}

// Found yields the numbers of the objects that a query finds, the highest first. A text without a letter or a digit finds none.
func (x *Index) Found(ctx context.Context, q Query) iter.Seq2[int64, error] {
	return x.found(ctx, q, batch)
}

// Counted is [Index.Found] for who counts them: the index, which gathers a word each time that it is asked, is asked once.
func (x *Index) Counted(ctx context.Context, q Query) iter.Seq2[int64, error] {
	return x.found(ctx, q, most)
}

func (x *Index) found(ctx context.Context, q Query, size int) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		if len(typed(q.Text)) == 0 {
			return
		}

		if q.Below <= 0 {
			q.Below = newest
		}

		ids, few, err := x.amongSelected(ctx, q)
		if err != nil {
			yield(0, err)

			return
		}

		if !few {
			x.inIndex(ctx, q, size)(yield)

			return
		}

		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}

// amongSelected are those that a query finds of those that the other filters select, the highest first, when these are few.
func (x *Index) amongSelected(ctx context.Context, q Query) (ids []int64, few bool, err error) {
	if q.Selected == nil {
		return nil, false, nil
	}

	selected, err := q.Selected(ctx, most)
	if err != nil || len(selected) == 0 || len(selected) == most {
		return nil, len(selected) == 0, err
	}

	objects, err := q.Kind.read(ctx, x.db.Read(), OneOf(q.Kind.source().id, selected))
	for _, o := range objects {
		if o.id < q.Below && match(o.words, typed(q.Text)) {
			ids = append(ids, o.id)
		}
	}

	slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })

	return ids, true, err
}

// inIndex yields what the index finds, and what is noted.
func (x *Index) inIndex(ctx context.Context, q Query, size int) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		kind, below := q.Kind, q.Below
		wanted := typed(strings.Join(append([]string{q.Text}, q.Besides...), " "))

		// First: what is indexed meanwhile is found in either.
		fresh, err := x.fresh(ctx, kind, wanted)
		if err != nil {
			yield(0, err)

			return
		}

		for ; ; size = min(10*size, largest) {
			ids, err := x.find(ctx, kind, wanted, below, size)
			if err != nil {
				yield(0, err)

				return
			}

			more := len(ids) == size
			last := int64(0)

			if more {
				last = ids[size-1]
			}

			for _, id := range fresh.among(ids, last, below) {
				if !yield(id, nil) {
					return
				}
			}

			if below = last; !more {
				return
			}
		}
	}
}

// fresh are objects that are not indexed as they are now: by their number, whether they are found.
type fresh map[int64]bool

func (x *Index) fresh(ctx context.Context, kind Kind, wanted []string) (fresh, error) {
	_, keys, err := noted(ctx, x.db.Read(), `ORDER BY id DESC`)
	if err != nil {
		return nil, err
	}

	ids := byKind(keys)[kind]
	if len(ids) == 0 {
		return fresh{}, nil
	}

	objects, err := kind.read(ctx, x.db.Read(), OneOf(kind.source().id, ids))
	if err != nil {
		return nil, err
	}

	f := fresh{}
	for _, id := range ids {
		f[id] = false
	}

	for _, o := range objects {
		f[o.id] = match(o.words, wanted)
	}

	return f, nil
}

// among puts those from a number up to below another one in their places among the numbers that the index has.
func (f fresh) among(ids []int64, from, below int64) []int64 {
	ids = slices.DeleteFunc(ids, func(id int64) bool {
		_, known := f[id]

		return known
	})

	for id, found := range f {
		if found && id >= from && id < below {
			ids = append(ids, id)
		}
	}

	slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })

	return ids
}
