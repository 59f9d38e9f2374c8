// Package calmlog keeps a log readable while one cause makes many things fail again and again.
package calmlog

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// every is how often the same thing is said.
const every = time.Minute

// handler lets what repeats itself through once a minute.
type handler struct {
	slog.Handler

	repeats func(record slog.Record) bool
	said    *said
}

// said are the records of this minute, shared by all handlers that were made of one.
type said struct {
	mu    sync.Mutex
	since time.Time
	seen  map[string]bool
}

// New returns a handler that passes on what next handles, but of those records that repeat
// themselves, as repeats says, one a minute: those with the same message, texts and whole numbers.
func New(next slog.Handler, repeats func(record slog.Record) bool) slog.Handler {
	return handler{Handler: next, repeats: repeats, said: &said{seen: map[string]bool{}}}
}

// Handle implements [slog.Handler].
func (h handler) Handle(ctx context.Context, record slog.Record) error {
	if h.repeats(record) && !h.said.first(record) {
		return nil
	}

	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements [slog.Handler].
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.Handler = h.Handler.WithAttrs(attrs)

	return h
}

// WithGroup implements [slog.Handler].
func (h handler) WithGroup(name string) slog.Handler {
	h.Handler = h.Handler.WithGroup(name)

	return h
}

// first reports whether nothing like the record was said in this minute.
func (s *said) first(record slog.Record) bool {
	key := keyOf(record)

	s.mu.Lock()
	defer s.mu.Unlock()

	if record.Time.Sub(s.since).Abs() >= every { // also of a clock that was set back
		s.since = record.Time
		clear(s.seen)
	}

	if s.seen[key] {
		return false
	}

	s.seen[key] = true

	return true
}

func keyOf(record slog.Record) string {
	var key strings.Builder

	key.WriteString(record.Message)
	record.Attrs(func(attr slog.Attr) bool {
		// How long something took, and when, differs each time.
		if slices.Contains([]slog.Kind{slog.KindString, slog.KindInt64, slog.KindUint64}, attr.Value.Kind()) {
			key.WriteString("\x00" + attr.Value.String())
		}

		return true
	})

	return key.String()
}
