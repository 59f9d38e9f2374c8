package opsapi

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/internal/hangup"
	"github.com/graph-olap/opsconsole/ops"
)

// callerKey is where a request's caller is kept for its line in the log.
const callerKey = "caller"

// observe gives each request its id, answers its errors and panics, and logs it.
func (s *server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		header := c.Response().Header()

		id, ended := requestID(c.Request()), func(int) {}
		header.Set(ops.HeaderRequestID, id)
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")

		if s.trace != nil {
			var traced *http.Request

			traced, ended = s.trace(c.Request(), c.Path(), id)
			c.SetRequest(traced)
		}

		err := guard(next, c)
		if err != nil {
			c.Error(err)
		}

		took := time.Since(start)
		s.log(c, err, took)
		ended(c.Response().Status)

		if s.answered != nil {
			s.answered(c.Request().Method, c.Path(), c.Response().Status, took)
		}

		return nil
	}
}

// requestID takes the caller's id if it can stand in a header and a log, else makes one.
func requestID(r *http.Request) string {
	const longest = 128

	id := r.Header.Get(ops.HeaderRequestID)
	printable := !strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r > '~' })

	if id == "" || len(id) > longest || !printable {
		return rand.Text()
	}

	return id
}

// guard makes an error of a panic.
func guard(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}

		if broken, ok := p.(error); ok && errors.Is(broken, http.ErrAbortHandler) {
			panic(p)
		}

		err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	}()

	return next(c)
}

func (s *server) log(c echo.Context, err error, took time.Duration) {
	level := levelOf(c, err)
	if !s.logger.Enabled(c.Request().Context(), level) {
		return
	}

	attrs := []slog.Attr{
		slog.String("method", c.Request().Method),
		slog.String("path", c.Path()),
		slog.Int("status", c.Response().Status),
		slog.Duration("took", took),
		slog.String("request_id", c.Response().Header().Get(ops.HeaderRequestID)),
	}

	if caller, ok := c.Get(callerKey).(ops.Caller); ok {
		attrs = append(attrs, slog.String("username", caller.Username), slog.String("role", string(caller.Role)))
	}

	if err != nil {
		attrs = append(attrs, slog.Any("error", err))
	}

	s.logger.LogAttrs(c.Request().Context(), level, "ops API", attrs...)
}

// levelOf keeps those who only look from filling the log, and errors for what has
// gone wrong: a refusal in maintenance, which has no cause, has not.
func levelOf(c echo.Context, err error) slog.Level {
	status := c.Response().Status

	switch {
	case hangup.Is(c.Request().Context(), err):
		return slog.LevelDebug
	case err == nil && c.Request().Method == http.MethodGet:
		return slog.LevelDebug
	case status == http.StatusInternalServerError, status > http.StatusInternalServerError && errors.Unwrap(err) != nil:
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}
