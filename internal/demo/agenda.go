package demo

import (
	"container/heap"
	"context"
	"time"
)

// event is something that happens.
type event func(ctx context.Context) error

// agenda is events by their time; those of one time come in the order in which they
// were added.
type agenda struct {
	entries entries
	added   int
}

func (a *agenda) add(at time.Duration, do event) {
	a.added++
	heap.Push(&a.entries, entry{at: at, order: a.added, do: do})
}

// next takes out the first event that is due.
func (a *agenda) next(now time.Duration) (do event, due bool) {
	if len(a.entries) == 0 || a.entries[0].at > now {
		return nil, false
	}

	first, _ := heap.Pop(&a.entries).(entry)

	return first.do, true
}

type entry struct {
	at    time.Duration
	order int
	do    event
}

// entries implements [heap.Interface].
type entries []entry //nolint:recvcheck // as heap has it: Push and Pop change the length

func (e entries) Len() int { return len(e) }

func (e entries) Less(i, j int) bool {
	if e[i].at != e[j].at {
		return e[i].at < e[j].at
	}

	return e[i].order < e[j].order
}

func (e entries) Swap(i, j int) { e[i], e[j] = e[j], e[i] }

func (e *entries) Push(x any) {
	if added, ok := x.(entry); ok {
		*e = append(*e, added)
	}
}

func (e *entries) Pop() any {
	last := len(*e) - 1
	popped := (*e)[last]
	*e = (*e)[:last]

	return popped
}
