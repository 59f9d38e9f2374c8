package opsapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/protected"
	"github.com/graph-olap/opsconsole/ops"
)

// Config is what is served, and to whom.
type Config struct {
	Platform  ops.Platform
	Instances ops.InstancesPlatform
	Probes    Probes
	// Authenticate says who sends a request.
	Authenticate Authenticator
	// PublicURL is where programs reach the API, without a path; nil means where they asked.
	PublicURL *url.URL
	// DataVersion returns a name of all that GETs are answered from, but for health, "" where it is not known. While it stays the same,
	// a caller is answered the same. Nil has all of them answered anew.
	DataVersion func(ctx context.Context) (string, error)
	// Explain returns what an error means that nobody foresaw, nil when that is not known; nil
	// knows of none.
	Explain func(err error) *ops.Error
	Logger  *slog.Logger
	// Answered is told of each request: its method, its route, "" for none that there is, its status,
	// and how long it took; nil tells nobody.
	Answered func(method, route string, status int, took time.Duration)
	// Trace is told of each request as it begins, with its route and its id, and returns the request as it goes on
	// and what is called with the answer's status; nil leaves it as it is.
	Trace func(r *http.Request, route, requestID string) (traced *http.Request, ended func(status int))
}

// Probes answers GET /health and GET /ready.
type Probes interface {
	Alive(ctx context.Context) ops.ProbeStatus
	Ready(ctx context.Context) ops.ProbeStatus
}

type server struct {
	platform  ops.Platform
	instances ops.InstancesPlatform
	probes    Probes
	who       Authenticator
	publicURL *url.URL
	// dataVersion is [Config.DataVersion], kept what was answered of it.
	dataVersion func(ctx context.Context) (string, error)
	kept        kept
	explain     func(err error) *ops.Error
	logger      *slog.Logger
	answered    func(method, route string, status int, took time.Duration)
	trace       func(r *http.Request, route, requestID string) (traced *http.Request, ended func(status int))
}

// New returns the handler of the contract's paths.
func New(config Config) (http.Handler, error) {
	if config.Platform == nil || config.Instances == nil || config.Probes == nil || config.Logger == nil {
		return nil, errors.New("opsapi needs a platform, its instances, probes and a logger")
	}

	s := &server{
		platform: config.Platform, instances: config.Instances, probes: config.Probes,
		who: config.Authenticate, publicURL: config.PublicURL, dataVersion: config.DataVersion,
		explain: config.Explain, logger: config.Logger, answered: config.Answered, trace: config.Trace,
	}

	if s.explain == nil {
		s.explain = func(error) *ops.Error { return nil }
	}

	e := echo.New()
	e.HTTPErrorHandler = s.writeError
	e.Use(s.observe)

	e.GET("/health", s.health)
	e.GET("/ready", s.ready)
	e.GET("/metrics", s.metrics)
	e.GET("/api/openapi.json", s.openapi)
	e.GET(protected.MetadataPath, s.resource)

	for _, r := range operations() {
		handler := s.serve(r.run)
		if r.method == http.MethodGet && !r.anew && s.dataVersion != nil {
			handler = s.keep(r.run)
		}

		e.Add(r.method, r.path, handler)
	}

	return e, nil
}

// serve runs an operation for whoever sent the request and answers in the envelope.
func (s *server) serve(run operation) echo.HandlerFunc {
	return func(c echo.Context) error {
		caller, err := s.caller(c)
		if err != nil {
			return err
		}

		return s.answer(c, run, caller)
	}
}

// caller says who sent the request, here and to the log.
func (s *server) caller(c echo.Context) (ops.Caller, error) {
	caller, err := s.who.Caller(c.Request())
	if err == nil {
		c.Set(callerKey, caller)
	}

	return caller, err
}

func (s *server) answer(c echo.Context, run operation, caller ops.Caller) error {
	a, err := run(s, caller, c)
	if err != nil {
		return err
	}

	return send(c, a)
}

func send(c echo.Context, a answer) error {
	if a.status == http.StatusNoContent {
		return c.NoContent(a.status)
	}

	return writeJSON(c, a.status, envelope{Data: a.data, Meta: a.meta})
}

func (s *server) health(c echo.Context) error {
	return writeJSON(c, http.StatusOK, s.probes.Alive(c.Request().Context()))
}

func (s *server) ready(c echo.Context) error {
	status := s.probes.Ready(c.Request().Context())
	if status.Status != ops.ProbeReady {
		return writeJSON(c, http.StatusServiceUnavailable, status)
	}

	return writeJSON(c, http.StatusOK, status)
}

// metrics asks for no role, so nobody need say who they are.
func (s *server) metrics(c echo.Context) error {
	metrics, err := s.platform.As(ops.Caller{}).GetMetrics(c.Request().Context())
	if err != nil {
		return err
	}

	return c.Blob(http.StatusOK, "text/plain; version=0.0.4; charset=utf-8", metrics)
}
