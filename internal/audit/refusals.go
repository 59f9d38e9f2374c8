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
	since time.Time
	// alike is how many were written down, by object and message, and all how many they are.
	alike map[string]int
	all   int
	// more is how many were not, and last the last of them.
	more  int
	last  Entry
	actor Actor
}

// next counts a refusal, and reports whether it is to be written down.
func (r *refusals) next(now time.Time, actor Actor, entry Entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()

	key, kind := refusalKey{actor.Username, entry.Action}, entry.Object+" "+entry.Message

	count := r.counts[key]
	if count == nil {
		count = &refusalCount{since: now, alike: map[string]int{}}
		r.counts[key] = count
	}

	if count.alike[kind] < refusalsAlike && count.all < refusalsMost {
		count.alike[kind]++
		count.all++

		return true
	}

	count.more++
	count.last, count.actor = entry, Actor{
		Username: actor.Username, Role: actor.Role, RemoteAddr: actor.RemoteAddr, RequestID: actor.RequestID,
	}

	return false
}

// forget has another refusal written down in the place of one that could not be.
func (r *refusals) forget(actor Actor, entry Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()

	if count := r.counts[refusalKey{actor.Username, entry.Action}]; count != nil {
		count.alike[entry.Object+" "+entry.Message]--
		count.all--
	}
}

// over takes those away whose minute is over.
func (r *refusals) over(now time.Time) []*refusalCount {
	r.mu.Lock()
	defer r.mu.Unlock()

	var over []*refusalCount

	for key, count := range r.counts {
		if now.Sub(count.since) < refusalsFor {
			continue
		}

		delete(r.counts, key)

		if count.more > 0 {
			over = append(over, count)
		}
	}

	return over
}

// SumUp writes down how often was refused, within a minute that is over, what was not written
// down each time.
func (l *Log) SumUp(ctx context.Context) error { return l.sumUp(ctx, l.now()) }

// Close sums up what is not summed up yet.
func (l *Log) Close(ctx context.Context) error { return l.sumUp(ctx, l.now().Add(refusalsFor)) }

func (l *Log) sumUp(ctx context.Context, until time.Time) error {
	var errs []error

	for _, count := range l.refusals.over(until) {
		entry := count.last
		entry.Message = fmt.Sprintf("Refused %d more times since %s, the last time: %s",
			count.more, count.since.UTC().Format("15:04:05 UTC"), entry.Message)

		_, err := l.record(ctx, count.actor, entry)
		errs = append(errs, err)
	}

	return errors.Join(errs...)
}
