package handlers

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/basepath"
)

const (
	// bodyMax is far more than any form of the console holds, in bytes: the longest message of
	// all, with 12 bytes for a character of which a form escapes four.
	bodyMax      = 256 << 10
	requestIDMax = 128

	// headerAnswers tells the page's script that the console answers, and not something on the way,
	// which may have X-Request-Id as well.
	headerAnswers = "Opsconsole-Answers"
)

// observe gives the request its id, has it checked, logs how it ended, and turns a panic into an error. Echo calls it at each
// request.
func (c *console) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(e echo.Context) (err error) {
		id := e.Request().Header.Get(echo.HeaderXRequestID)
		if !validRequestID(id) {
			id = rand.Text()
		}

		begun, ended := c.Now(), func(int) {}
		p := c.place.Arrive(e, begun)
		p.Name(id)

		if c.Trace != nil {
			var traced *http.Request

			traced, ended = c.Trace(e.Request(), e.Path(), id)
			e.SetRequest(traced)
		}

		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}

			brokeOff := err != nil && e.Response().Committed

			if err != nil {
				c.errors.Handle(err, p)
				err = nil
			}

			took := c.Now().Sub(begun)
			ctx := e.Request().Context()

			if c.Logger.Enabled(ctx, slog.LevelDebug) {
				c.Logger.LogAttrs(ctx, slog.LevelDebug, "request",
					slog.String("method", e.Request().Method), slog.String("path", e.Request().URL.Path),
					slog.Int("status", e.Response().Status), slog.Duration("took", took),
					slog.String("request_id", id))
			}

			ended(e.Response().Status)

			if c.Answered != nil {
				c.Answered(e.Request().Method, e.Path(), e.Response().Status, took)
			}

			if brokeOff { // Nobody takes half an answer for a whole one.
				panic(http.ErrAbortHandler)
			}
		}()

		if err := c.secure(p); err != nil {
			return err
		}

		return next(p)
	}
}

func validRequestID(id string) bool {
	return id != "" && len(id) <= requestIDMax &&
		!strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// placeOf is where the console is; each of its answers has the security headers.
func placeOf(site basepath.Site) *web.Place {
	headers := http.Header{
		headerAnswers: {"1"},
		"Content-Security-Policy": {"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
		"X-Content-Type-Options":       {"nosniff"},
		"Referrer-Policy":              {"same-origin"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"camera=(), geolocation=(), microphone=()"},
		"X-Frame-Options":              {"DENY"},
	}

	if site.Secure() {
		headers["Strict-Transport-Security"] = []string{"max-age=31536000"}
	}

	return web.PlaceOf(site, headers)
}

// crossOriginOf refuses what another site sends.
func crossOriginOf(public *url.URL) *http.CrossOriginProtection {
	protection := http.NewCrossOriginProtection()
	// A proxy may have given its request another Host than browsers ask for. What is no origin is none of theirs.
	_ = protection.AddTrustedOrigin(public.Scheme + "://" + public.Host)

	return protection
}

// secure bounds the body and refuses what another site sends.
func (c *console) secure(e echo.Context) error {
	if err := c.crossOrigin.Check(e.Request()); err != nil {
		return echo.NewHTTPError(http.StatusForbidden).SetInternal(err)
	}

	// Who sends more is told by whoever reads it, who knows then who it was.
	if e.Request().Body != http.NoBody {
		e.Request().Body = http.MaxBytesReader(e.Response(), e.Request().Body, bodyMax)
	}

	return nil
}

// compress gzips what is sent in pieces: other answers are compressed by who sends them.
func compress(level int) echo.MiddlewareFunc {
	const minLength = 1024

	return middleware.GzipWithConfig(middleware.GzipConfig{MinLength: minLength, Level: level})
}

// inPieces reports whether the answers of a path of the table are sent in pieces: files are.
func inPieces(path string) bool {
	return path == "/metrics/raw" || strings.HasSuffix(path, ".csv") || strings.HasSuffix(path, ".jsonl")
}
