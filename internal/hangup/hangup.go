// Package hangup knows what went wrong because the client was gone before its answer, which is
// nobody's trouble: a closed tab, a script that was interrupted, a probe with a short timeout.
package hangup

import (
	"context"
	"errors"
	"log/slog"
	"syscall"
)

// StatusClosedRequest is the status in the log of a request whose client is gone, as nginx has
// it: RFC 9110 has none, since nobody reads it.
const StatusClosedRequest = 499

// Is reports whether err came of the client's having hung up. The request's context is then over,
// so that a control plane that hangs up on us is something else.
func Is(ctx context.Context, err error) bool {
	return Gone(ctx) && (errors.Is(err, context.Canceled) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET))
}

// Gone reports whether the client of the request's context hung up.
func Gone(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// Quiet returns a logger that tells of hang-ups at debug level, whoever logs them as what.
func Quiet(logger *slog.Logger) *slog.Logger { return slog.New(quiet{logger.Handler()}) }

type quiet struct{ slog.Handler }

// Handle implements [slog.Handler].
func (q quiet) Handle(ctx context.Context, record slog.Record) error {
	if record.Level > slog.LevelDebug && Gone(ctx) && tellsOfHangup(ctx, record) {
		if record.Level = slog.LevelDebug; !q.Enabled(ctx, record.Level) {
			return nil
		}
	}

	return q.Handler.Handle(ctx, record)
}

// WithAttrs implements [slog.Handler].
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup implements [slog.Handler].
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }

func tellsOfHangup(ctx context.Context, record slog.Record) (tells bool) {
	record.Attrs(func(attr slog.Attr) bool {
		err, ok := attr.Value.Any().(error)
		tells = ok && Is(ctx, err)

		return !tells
	})

	return tells
}
