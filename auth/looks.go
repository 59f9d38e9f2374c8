package auth

import (
	"context"
	"maps"
	"sync"
	"time"
)

// lookLasts is how old a look at the row of a session may be that a request is answered from.
const lookLasts = time.Second

// looks are the latest looks at the rows of sessions, by the hash of their secret: those that
// are under way, and those that found one. There are as many as sessions that are in use.
type looks struct {
	mu sync.Mutex
	of map[string]*look
}

// look is one look at a row. What it found is there when done is closed.
type look struct {
	began time.Time
	done  chan struct{}

	found session
	err   error
	// givenUp is set when whoever looked went away: what came of it says nothing of the row.
	givenUp bool
}

// at returns what the latest look found, if that began less than [lookLasts] ago; else it looks.
// Those who come while somebody looks wait for what is found.
func (l *looks) at(ctx context.Context, id string, now func() time.Time, read func() (session, error)) (session, error) {
	for {
		one, mine := l.join(id, now())
		if mine {
			return l.take(ctx, id, one, read)
		}

		if err := one.await(ctx); err != nil {
			return session{}, err
		}

		if !one.givenUp {
			return one.found, one.err
		}
	}
}

// await waits until it is over; most are.
func (o *look) await(ctx context.Context) error {
	select {
	case <-o.done:
		return nil
	default:
	}

	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-o.done:
		return nil
	}
}

// join returns the look to wait for, or a new one, which is the caller's to take.
func (l *looks) join(id string, now time.Time) (one *look, mine bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if one = l.of[id]; one != nil && one.isFresh(now) {
		return one, false
	}

	if l.of == nil {
		l.of = map[string]*look{}
	}

	one = &look{began: now, done: make(chan struct{}), givenUp: true}
	l.of[id] = one

	return one, true
}

func (o *look) isFresh(now time.Time) bool { return now.Sub(o.began) < lookLasts }

// take looks. Only a row that is there, and was not forgotten meanwhile, stays in memory.
func (l *looks) take(ctx context.Context, id string, one *look, read func() (session, error)) (session, error) {
	defer func() {
		if one.givenUp || one.err != nil {
			l.drop(id, one)
		}

		close(one.done)
	}()

	one.found, one.err = read()
	one.givenUp = one.err != nil && ctx.Err() != nil

	return one.found, one.err
}

func (l *looks) drop(id string, one *look) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.of[id] == one {
		delete(l.of, id)
	}
}

// forget has the next request look anew. One that waits for a look which began before still gets it.
func (l *looks) forget(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()

	delete(l.of, id)
}

// keepFresh forgets what is too old to be used.
func (l *looks) keepFresh(now time.Time) {
	l.keep(func(_ string, one *look) bool { return one.isFresh(now) })
}

// keepOnly forgets all but these.
func (l *looks) keepOnly(these func(id string) bool) {
	l.keep(func(id string, _ *look) bool { return these(id) })
}

func (l *looks) keep(which func(id string, one *look) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	maps.DeleteFunc(l.of, func(id string, one *look) bool { return !which(id, one) })
}
