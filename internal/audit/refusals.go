package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// refusalsFor is the time for which refusals are counted.
	refusalsFor = time.Minute
	// refusalsAlike is how many of one person that say the same of the same are written down
	// meanwhile, and refusalsMost how many of one person and action at all: more than people make.
	refusalsAlike = 3
	refusalsMost  = 60
)

// refusals bound what those who are refused again and again write into a log from which nothing
// is ever deleted: what repeats is counted, and the count written down once a minute.
type refusals struct {
	mu     sync.Mutex
	counts map[refusalKey]*refusalCount
}

// refusalKey is who was refused what.
type refusalKey struct {
	person string
	action Action
}

type refusalCount struct {
	rest

	since time.Time
	// alike is how many were written down, by object and message, and all how many they are.
	alike map[string]int
	all   int
}

// rest are those that were not written down: how many, and who was refused what the last time.
// Mixed says that they were not all of the same object and message.
type rest struct {
	more  int
	mixed bool
	last  Entry
	actor Actor
}

// add adds others, which came later.
func (r *rest) add(later rest) {
	later.mixed = later.mixed || r.mixed || r.more > 0 && kindOf(r.last) != kindOf(later.last)
	later.more += r.more
	*r = later
}

func kindOf(entry Entry) string { return entry.Object + " " + entry.Message }

// next counts a refusal, and reports whether it is to be written down.
func (r *refusals) next(now time.Time, actor Actor, entry Entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()

	kind, count := kindOf(entry), r.count(now, refusalKey{actor.Username, entry.Action})

	if count.alike[kind] < refusalsAlike && count.all < refusalsMost {
		count.alike[kind]++
		count.all++

		return true
	}

	count.add(rest{more: 1, last: entry, actor: Actor{
		Username: actor.Username, Role: actor.Role, Identity: actor.Identity,
		RemoteAddr: actor.RemoteAddr, RequestID: actor.RequestID,
	}})

	return false
}

// count is what is counted under the key, from now on where nothing is.
func (r *refusals) count(now time.Time, key refusalKey) *refusalCount {
	count := r.counts[key]
	if count == nil {
		count = &refusalCount{since: now, alike: map[string]int{}}
		r.counts[key] = count
	}

	return count
}

// forget has another refusal written down in the place of one that could not be.
func (r *refusals) forget(actor Actor, entry Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()

	if count := r.counts[refusalKey{actor.Username, entry.Action}]; count != nil {
		count.alike[kindOf(entry)]--
		count.all--
	}
}

// take takes those away that are to be summed up.
func (r *refusals) take(over func(since time.Time) bool) []*refusalCount {
	r.mu.Lock()
	defer r.mu.Unlock()

	var taken []*refusalCount

	for key, count := range r.counts {
		if !over(count.since) {
			continue
		}

		delete(r.counts, key)

		if count.more > 0 {
			taken = append(taken, count)
		}
	}

	return taken
}

// giveBack has what could not be written down summed up another time, with what came since.
func (r *refusals) giveBack(taken *refusalCount) {
	r.mu.Lock()
	defer r.mu.Unlock()

	count := r.count(taken.since, refusalKey{taken.actor.Username, taken.last.Action})
	count.since = taken.since

	if count.more > 0 {
		taken.add(count.rest)
	}

	count.rest = taken.rest
}

// SumUp writes down how often was refused, within a minute that is over, what was not written
// down each time.
func (l *Log) SumUp(ctx context.Context) error {
	now := l.now()

	return l.sumUp(ctx, func(since time.Time) bool { return now.Sub(since).Abs() >= refusalsFor }) // also of a clock that was set back
}

// Close sums up what is not summed up yet, once nobody can be refused any more.
func (l *Log) Close(ctx context.Context) error {
	return l.sumUp(ctx, func(time.Time) bool { return true })
}

func (l *Log) sumUp(ctx context.Context, over func(since time.Time) bool) error {
	var errs []error

	for _, count := range l.refusals.take(over) {
		entry := count.last
		entry.Message = fmt.Sprintf("Refused %s since %s, %s: %s", moreTimes(count.more), count.since.UTC().Format("15:04:05 UTC"),
			count.what(), entry.Message)

		_, err := l.record(ctx, count.actor, entry)
		if err != nil {
			l.refusals.giveBack(count)
		}

		errs = append(errs, err)
	}

	return errors.Join(errs...)
}

func moreTimes(n int) string {
	if n == 1 {
		return "once more"
	}

	return fmt.Sprintf("%d more times", n)
}

// what introduces the last message of those that are summed up.
func (r *rest) what() string {
	if r.mixed {
		return "about different things or for different reasons; the last time"
	}

	return "the last time"
}
