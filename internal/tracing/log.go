package tracing

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

type idKey struct{}

// WithRequestID returns a context whose lines in the log have the request's id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, idKey{}, id)
}

const requestID = "request_id"

// Logs returns a handler that adds to each record the ids of the request that it is about, and of its trace.
func Logs(next slog.Handler) slog.Handler { return logs{next} }

type logs struct{ slog.Handler }

// Handle implements [slog.Handler].
func (l logs) Handle(ctx context.Context, record slog.Record) error {
	var attrs []slog.Attr

	if id, ok := ctx.Value(idKey{}).(string); ok && !has(record, requestID) {
		attrs = append(attrs, slog.String(requestID, id))
	}

	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		attrs = append(attrs, slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}

	if len(attrs) > 0 {
		record = record.Clone()
		record.AddAttrs(attrs...)
	}

	return l.Handler.Handle(ctx, record)
}

func has(record slog.Record, key string) (found bool) {
	record.Attrs(func(attr slog.Attr) bool {
		found = attr.Key == key

		return !found
	})

	return found
}

// WithAttrs implements [slog.Handler].
func (l logs) WithAttrs(attrs []slog.Attr) slog.Handler { return logs{l.Handler.WithAttrs(attrs)} }

// WithGroup implements [slog.Handler].
func (l logs) WithGroup(name string) slog.Handler { return logs{l.Handler.WithGroup(name)} }
