package app

import (
	"context"
	"net/http"
	"time"

	"github.com/graph-olap/opsconsole/internal/tracing"
)

// lastTraces is how long the last traces may take when the program ends.
const lastTraces = 3 * time.Second

func (a *App) startTracing() {
	if cfg := a.config.Traces; cfg != nil {
		a.tracing = tracing.New(tracing.Config{
			Endpoint: cfg.Endpoint, Ratio: cfg.Ratio, Version: ReadVersion().Version, Environment: a.config.Environment.Name,
			Logger: a.logger,
		})
	}
}

func (a *App) endTracing(ctx context.Context) {
	if a.tracing == nil {
		return
	}

	ctx, cancel := context.WithTimeout(ctx, lastTraces)
	defer cancel()

	if err := a.tracing.Close(ctx); err != nil {
		a.logger.WarnContext(ctx, "the last traces could not be sent", "error", err)
	}
}

// trace has what is logged of a request have its id, and the request be traced where traces are sent.
func (a *App) trace(r *http.Request, route, requestID string) (traced *http.Request, ended func(status int)) {
	r = r.WithContext(tracing.WithRequestID(r.Context(), requestID))
	if a.tracing == nil {
		return r, func(int) {}
	}

	return a.tracing.Serve(r, route, requestID)
}

// transport carries calls to a control plane; nil is the client's own.
func (a *App) transport() http.RoundTripper {
	if a.tracing == nil {
		return nil
	}

	return a.tracing.Transport(http.DefaultTransport)
}
