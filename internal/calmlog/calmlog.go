// Package calmlog keeps a log readable while one cause makes many things fail again and again.
package calmlog

import (
	"context"
	"log/slog"
	"regexp"
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
	// seen are how often each record came in this minute, before in the last one that had any.
	seen, before map[string]int
}

// New returns a handler that passes on what next handles, but of those records that repeat
// themselves, as repeats says, one a minute: those of one level that say the same, but for how long
// something took and when. The next one tells as "repeated" how many were kept back.
func New(next slog.Handler, repeats func(record slog.Record) bool) slog.Handler {
	return handler{Handler: next, repeats: repeats, said: &said{seen: map[string]int{}}}
}

// Handle implements [slog.Handler].
func (h handler) Handle(ctx context.Context, record slog.Record) error {
	if !h.repeats(record) {
		return h.Handler.Handle(ctx, record)
	}

	first, repeated := h.said.first(record)
	if !first {
		return nil
	}

	if repeated > 0 {
		record = record.Clone()
		record.AddAttrs(slog.Int("repeated", repeated))
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

// first reports whether nothing like the record was said in this minute, and how many like it
// were kept back in the last one.
func (s *said) first(record slog.Record) (first bool, repeated int) {
	key := keyOf(record)

	s.mu.Lock()
	defer s.mu.Unlock()

	if record.Time.Sub(s.since).Abs() >= every { // also of a clock that was set back
		s.since = record.Time
		s.before, s.seen = s.seen, map[string]int{}
	}

	s.seen[key]++

	return s.seen[key] == 1, max(0, s.before[key]-1)
}

// keyOf is what a record says: the same for those that say the same.
func keyOf(record slog.Record) string {
	var key strings.Builder

	key.WriteString(record.Level.String() + "\x00" + record.Message)
	record.Attrs(func(attr slog.Attr) bool {
		writeKey(&key, attr)

		return true
	})

	return key.String()
}

func writeKey(key *strings.Builder, attr slog.Attr) {
	switch value := attr.Value.Resolve(); value.Kind() {
	case slog.KindDuration, slog.KindTime, slog.KindFloat64: // how long something took, and when
	case slog.KindGroup:
		for _, member := range value.Group() {
			writeKey(key, member)
		}
	default:
		key.WriteString("\x00" + attr.Key + "=" + ownPort.ReplaceAllString(value.String(), "->"))
	}
}

// ownPort is the port of this end of a connection in an error's text, another one each time.
var ownPort = regexp.MustCompile(`:\d+->`)
