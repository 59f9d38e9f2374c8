package handlers

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/graph-olap/opsconsole/internal/announce"
)

const (
	// bodyMax is far more than any form of the console holds, in bytes.
	bodyMax      = 64 << 10
	requestIDMax = 128
)

// observe gives the request its id, logs how it ended, and turns a panic into an error.
func (h *Handlers) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		id := c.Request().Header.Get(echo.HeaderXRequestID)
		if !validRequestID(id) {
			id = rand.Text()
		}

		c.Response().Header().Set(echo.HeaderXRequestID, id)

		begun := h.Now()

		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}

			brokeOff := err != nil && c.Response().Committed

			if err != nil {
				c.Error(err)
				err = nil
			}

			h.Logger.DebugContext(c.Request().Context(), "request",
				slog.String("method", c.Request().Method), slog.String("path", c.Request().URL.Path),
				slog.Int("status", c.Response().Status), slog.Duration("took", h.Now().Sub(begun)),
				slog.String("request_id", id))

			if brokeOff { // Nobody takes half an answer for a whole one.
				panic(http.ErrAbortHandler)
			}
		}()

		return next(c)
	}
}

func validRequestID(id string) bool {
	return id != "" && len(id) <= requestIDMax &&
		!strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// secure sets the security headers, bounds the body and refuses what another site sends.
func (h *Handlers) secure(next echo.HandlerFunc) echo.HandlerFunc {
	headers := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
		"X-Frame-Options":              "DENY",
	}
	if h.PublicURL.Scheme == "https" {
		headers["Strict-Transport-Security"] = "max-age=31536000"
	}

	crossOrigin := http.NewCrossOriginProtection()

	return func(c echo.Context) error {
		for name, value := range headers {
			c.Response().Header().Set(name, value)
		}

		if err := crossOrigin.Check(c.Request()); err != nil {
			return echo.NewHTTPError(http.StatusForbidden).SetInternal(err)
		}

		// Who sends more is told by whoever reads it, who knows then who it was.
		c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, bodyMax)

		return next(c)
	}
}

// compress gzips everything but the event stream, which must not wait for a full buffer,
// and the announcements, which are kept compressed.
func compress() echo.MiddlewareFunc {
	const minLength = 1024

	return middleware.GzipWithConfig(middleware.GzipConfig{
		MinLength: minLength,
		Skipper: func(c echo.Context) bool {
			return c.Path() == "/events" || slices.Contains(announce.Paths(), c.Path())
		},
	})
}

// ctx is the request's context.
func (p *page) ctx() context.Context { return p.Request().Context() }
