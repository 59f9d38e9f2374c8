package tracing

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// exportTimeout bounds one attempt to send spans.
const exportTimeout = 10 * time.Second

// exporter sends spans as OTLP over HTTP, binary: what every collector takes.
type exporter struct {
	address string
	client  *http.Client
	logger  *slog.Logger
}

func newExporter(endpoint *url.URL, logger *slog.Logger) exporter {
	return exporter{address: endpoint.JoinPath("v1", "traces").String(), client: &http.Client{Timeout: exportTimeout}, logger: logger}
}

// ExportSpans implements [sdk.SpanExporter]. Spans that are not taken are lost and logged: nothing
// waits for them, and nothing depends on them.
func (x exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}

	if err := x.send(ctx, encode(spans)); err != nil {
		x.logger.WarnContext(ctx, "traces could not be sent", slog.Int("spans", len(spans)), slog.Any("error", err))
	}

	return nil
}

// Shutdown implements [sdk.SpanExporter].
func (exporter) Shutdown(context.Context) error { return nil }

func (x exporter) send(ctx context.Context, body []byte) (err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, x.address, bytes.NewReader(body))
	if err != nil {
		return err
	}

	request.Header.Set("Content-Type", "application/x-protobuf")

	response, err := x.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	const most = 1 << 10

	said, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err == nil && response.StatusCode/100 != http.StatusOK/100 {
		err = fmt.Errorf("%s: %q", response.Status, said)
	}

	return err
}
