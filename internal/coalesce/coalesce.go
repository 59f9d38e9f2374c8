// Package coalesce answers many who ask the same with one look. A look answers those who asked before it
// began, and nobody who came later: what they know of may have been written since.
package coalesce

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// patience is how long a look waits for the one before it to end. One that hangs holds up nobody for longer.
	patience = 250 * time.Millisecond
	// longest is how long a look for others may take, who may all have left. Without an end, those of a
	// database that does not answer would pile up, each with a connection.
	longest = 30 * time.Second
)

// Group shares looks among those who ask under the same key. The zero Group is ready for use.
type Group[K comparable, V any] struct {
	mu    sync.Mutex
	lines map[K]*line[V]
}

// line is who asks under one key.
type line[V any] struct {
	// running counts the looks under way, freed is closed when none is any more.
	running int
	freed   chan struct{}
	// waiting is the look that has not begun yet, nil for none.
	waiting *flight[V]
}

// flight is one look; value and err are there once done is closed.
type flight[V any] struct {
	done  chan struct{}
	value V
	err   error
}

// Do returns what a look found that began after Do was called, and whether for others too is nobody's
// matter: the value must not be changed. While another look is under way, all who come wait for the
// same next one. A look does not end with the context of the one who began it; Do does.
func (g *Group[K, V]) Do(ctx context.Context, key K, look func(ctx context.Context) (V, error)) (V, error) {
	g.mu.Lock()

	l := g.lines[key]
	if l == nil {
		l = &line[V]{}

		if g.lines == nil {
			g.lines = map[K]*line[V]{}
		}

		g.lines[key] = l
	}

	if l.running == 0 && l.waiting == nil { // nobody to share with: the look is this one's own
		l.running++
		l.freed = make(chan struct{})
		g.mu.Unlock()

		defer g.leave(key, l)

		return look(ctx)
	}

	f := l.waiting
	if f == nil {
		f = &flight[V]{done: make(chan struct{})}
		l.waiting = f

		go g.fly(context.WithoutCancel(ctx), key, l, f, l.freed, look)
	}

	g.mu.Unlock()

	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none V

		return none, ctx.Err()
	}
}

// fly begins the look when the one before it has ended.
func (g *Group[K, V]) fly(
	ctx context.Context, key K, l *line[V], f *flight[V], freed <-chan struct{}, look func(ctx context.Context) (V, error),
) {
	timer := time.NewTimer(patience)
	defer timer.Stop()

	select {
	case <-freed:
	case <-timer.C:
	}

	g.mu.Lock()

	l.waiting = nil
	if l.running == 0 {
		l.freed = make(chan struct{})
	}

	l.running++

	g.mu.Unlock()

	defer g.leave(key, l)
	defer close(f.done)
	defer func() {
		// In a request's own goroutine its server would take it, and go on.
		if panicked := recover(); panicked != nil {
			f.err = fmt.Errorf("a look that is shared panicked: %v\n%s", panicked, debug.Stack())
		}
	}()

	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()

	f.value, f.err = look(ctx)
}

// leave ends a look.
func (g *Group[K, V]) leave(key K, l *line[V]) {
	g.mu.Lock()
	defer g.mu.Unlock()

	if l.running--; l.running > 0 {
		return
	}

	close(l.freed)

	if l.waiting == nil {
		delete(g.lines, key)
	}
}
