package tracing

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config says where traces go.
type Config struct {
	// Endpoint is the collector's, below which v1/traces lies.
	Endpoint *url.URL
	// Ratio, 0 to 1, is how many of the requests are traced that bring no trace of their own.
	Ratio float64
	// Version is the program's, Environment what it calls the platform.
	Version, Environment string
	Logger               *slog.Logger
}

// Tracing makes spans and sends them.
type Tracing struct {
	provider   *sdk.TracerProvider
	tracer     trace.Tracer
	propagator propagation.TraceContext
}

// New returns what traces; [Tracing.Close] sends the last.
func New(config Config) *Tracing {
	provider := sdk.NewTracerProvider(
		sdk.WithBatcher(newExporter(config.Endpoint, config.Logger)),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(config.Ratio))),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "opsconsole"), attribute.String("service.version", config.Version),
			attribute.String("deployment.environment.name", config.Environment),
		)),
	)

	return &Tracing{provider: provider, tracer: provider.Tracer("github.com/graph-olap/opsconsole")}
}

// Close sends what was not sent yet.
func (t *Tracing) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// untraced are the routes of which nobody wants to know: probes, files, and streams, which end when
// the browser leaves.
func untraced() []string {
	return []string{"/healthz", "/readyz", "/ready", "/static/*", "/events"}
}

// Serve begins the span of a request to a route, "" for none that there is; ended is called with the answer's status.
func (t *Tracing) Serve(r *http.Request, route, requestID string) (traced *http.Request, ended func(status int)) {
	if slices.Contains(untraced(), route) {
		return r, func(int) {}
	}

	name := r.Method
	if route != "" {
		name += " " + route
	}

	//nolint:spancheck // ended ends it
	ctx, span := t.tracer.Start(t.propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header)), name,
		trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
			attribute.String("http.request.method", r.Method), attribute.String("http.route", route),
			attribute.String("opsconsole.request_id", requestID)))

	return r.WithContext(ctx), func(status int) { //nolint:spancheck // as above
		span.SetAttributes(attribute.Int("http.response.status_code", status))

		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}

		span.End()
	}
}

// Transport has what a traced request asks of others be a span of its trace, and go on there. What
// is asked for nobody, as by the poller, is left as it is.
func (t *Tracing) Transport(next http.RoundTripper) http.RoundTripper { return transport{t, next} }

type transport struct {
	*Tracing

	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper]. The span ends with the answer's head.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !trace.SpanContextFromContext(r.Context()).IsValid() {
		return t.next.RoundTrip(r)
	}

	ctx, span := t.tracer.Start(r.Context(), r.Method, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("http.request.method", r.Method), attribute.String("server.address", r.URL.Host),
		attribute.String("url.path", r.URL.Path)))
	defer span.End()

	r = r.Clone(ctx)
	t.propagator.Inject(ctx, propagation.HeaderCarrier(r.Header))

	response, err := t.next.RoundTrip(r)
	if err != nil {
		span.SetStatus(codes.Error, "no answer")

		return nil, err
	}

	span.SetAttributes(attribute.Int("http.response.status_code", response.StatusCode))

	if response.StatusCode >= http.StatusBadRequest {
		span.SetStatus(codes.Error, "")
	}

	return response, nil
}
