package tracing

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of opentelemetry/proto/trace/v1/trace.proto, common.proto and resource.proto that are
// sent; their numbers never change.
const (
	requestResourceSpans protowire.Number = 1

	resourceSpansResource protowire.Number = 1
	resourceSpansScopes   protowire.Number = 2
	resourceAttributes    protowire.Number = 1

	scopeSpansScope protowire.Number = 1
	scopeSpansSpans protowire.Number = 2
	scopeName       protowire.Number = 1

	spanTraceID    protowire.Number = 1
	spanID         protowire.Number = 2
	spanState      protowire.Number = 3
	spanParentID   protowire.Number = 4
	spanName       protowire.Number = 5
	spanKind       protowire.Number = 6
	spanStart      protowire.Number = 7
	spanEnd        protowire.Number = 8
	spanAttributes protowire.Number = 9
	spanStatus     protowire.Number = 15

	statusMessage protowire.Number = 2
	statusCode    protowire.Number = 3

	attributeKey   protowire.Number = 1
	attributeValue protowire.Number = 2
	valueString    protowire.Number = 1
	valueInt       protowire.Number = 3
)

// statusError is STATUS_CODE_ERROR; that of the API is another number.
const statusError = 2

// encode writes spans of one program as an ExportTraceServiceRequest.
func encode(spans []sdk.ReadOnlySpan) []byte {
	scope := message(nil, scopeSpansScope, text(nil, scopeName, spans[0].InstrumentationScope().Name))
	for _, s := range spans {
		scope = message(scope, scopeSpansSpans, span(s))
	}

	var resource []byte
	for _, a := range spans[0].Resource().Attributes() {
		resource = message(resource, resourceAttributes, keyValue(a))
	}

	all := message(nil, resourceSpansResource, resource)
	all = message(all, resourceSpansScopes, scope)

	return message(nil, requestResourceSpans, all)
}

func span(s sdk.ReadOnlySpan) []byte {
	own, parent := s.SpanContext(), s.Parent()
	id, trace := own.SpanID(), own.TraceID()

	out := message(nil, spanTraceID, trace[:])
	out = message(out, spanID, id[:])
	out = text(out, spanState, own.TraceState().String())

	if parent.IsValid() {
		id := parent.SpanID()
		out = message(out, spanParentID, id[:])
	}

	out = text(out, spanName, s.Name())
	out = number(out, spanKind, uint64(s.SpanKind())) //nolint:gosec // the API's kinds are the protocol's
	out = moment(out, spanStart, s.StartTime())
	out = moment(out, spanEnd, s.EndTime())

	for _, a := range s.Attributes() {
		out = message(out, spanAttributes, keyValue(a))
	}

	if status := s.Status(); status.Code == codes.Error {
		out = message(out, spanStatus, number(text(nil, statusMessage, status.Description), statusCode, statusError))
	}

	return out
}

// keyValue is an attribute, whole numbers apart as text.
func keyValue(a attribute.KeyValue) []byte {
	value := text(nil, valueString, a.Value.String())
	if a.Value.Type() == attribute.INT64 {
		value = number(nil, valueInt, uint64(a.Value.AsInt64())) //nolint:gosec // as the protocol writes int64
	}

	return message(text(nil, attributeKey, string(a.Key)), attributeValue, value)
}

func message(to []byte, field protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, field, protowire.BytesType), value)
}

// text leaves out what is empty.
func text(to []byte, field protowire.Number, value string) []byte {
	if value == "" {
		return to
	}

	return protowire.AppendString(protowire.AppendTag(to, field, protowire.BytesType), value)
}

func number(to []byte, field protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, field, protowire.VarintType), value)
}

// moment is nanoseconds since 1970.
func moment(to []byte, field protowire.Number, at time.Time) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(to, field, protowire.Fixed64Type), uint64(at.UnixNano()))
}
