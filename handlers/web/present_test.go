package web_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// bare is a frame with nothing in it.
type bare struct{}

func (bare) Shell(p *web.Page, id, title string) shell.Shell {
	return shell.Shell{Page: id, Title: title, Now: p.Now}
}

func now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// asked is a request of a browser, and how often it was asked who sent it.
type asked struct {
	ctx      echo.Context
	answer   *httptest.ResponseRecorder
	errors   *web.Errors
	identity auth.Identity
	err      error
	times    int
}

func ask(identity auth.Identity, err error, header ...string) *asked {
	request := httptest.NewRequest(http.MethodGet, "/jobs?a=b", http.NoBody)
	request.Header.Set("Accept", "text/html")

	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}

	a := &asked{answer: httptest.NewRecorder(), identity: identity, err: err}
	a.ctx = web.PageOf(echo.New().NewContext(request, a.answer), now)
	a.errors = &web.Errors{
		Frame: bare{}, Identify: a.identify, Now: now, Logger: slog.New(slog.DiscardHandler),
		LastRead: func(time.Time) *time.Time { return nil },
		SignIn:   func(*web.Page, string, string) templ.Component { return templ.NopComponent },
	}

	return a
}

func (a *asked) identify(*http.Request) (auth.Identity, error) {
	a.times++

	return a.identity, a.err
}

// TestAnErrorAsksOnceWhoAsks fails after a route has found out who asks, and where it could not.
func TestAnErrorAsksOnceWhoAsks(t *testing.T) {
	t.Parallel()

	dave := auth.Identity{Username: "dave", Role: ops.RoleOps}

	for name, c := range map[string]struct {
		who    auth.Identity
		err    error
		known  bool
		status int
	}{
		"known":             {dave, nil, true, http.StatusNotFound},
		"asked by nobody":   {dave, nil, false, http.StatusNotFound},
		"could not be told": {auth.Identity{}, ops.Unavailable("identity_provider", "no answer"), true, http.StatusServiceUnavailable},
	} {
		a := ask(c.who, c.err)

		err := error(ops.NotFound("job", "x"))

		if c.known {
			if failed := web.PageOf(a.ctx, now).Identify(a.identify); failed != nil {
				err = failed
			}
		}

		a.errors.Handle(err, a.ctx)

		if a.times != 1 || a.answer.Code != c.status {
			t.Errorf("%s: asked %d times, want once; got %d, want %d", name, a.times, a.answer.Code, c.status)
		}
	}
}

func TestAToastHasSentencesAlone(t *testing.T) {
	t.Parallel()

	a := ask(auth.Identity{Username: "dave", Role: ops.RoleOps}, nil, "HX-Request", "true")
	a.errors.Handle(ops.Invalid([]ops.FieldError{{Field: "query.range", Message: "must be one of 24h, 7d"}}), a.ctx)

	const want = "<p>Request validation failed. Range: must be one of 24h, 7d.</p>" // the page stays: there is nowhere to go back to
	if got := a.answer.Body.String(); !strings.Contains(got, want) {
		t.Errorf("got %s\nwant %s in it", got, want)
	}
}

func TestWhoeverIsLimitedIsToldUntilWhen(t *testing.T) {
	t.Parallel()

	limited := &ops.Error{
		Code: ops.CodeRateLimitExceeded, Message: "Too soon", Details: map[string]any{"retry_after_seconds": 40},
	}

	a := ask(auth.Identity{}, errors.New("nobody"), "Accept", "application/json")
	a.errors.Handle(limited, a.ctx)

	if got := a.answer.Header().Get("Retry-After"); got != "40" {
		t.Errorf("got %q, want 40", got)
	}
}

// TestASessionIsConfirmedByAPage checks that the browser is not redirected: what it loads may be where
// a form was answered, and Chromium would hold the redirect to the form-action of the form's page.
func TestASessionIsConfirmedByAPage(t *testing.T) {
	t.Parallel()

	const next = "https://id.example.com/authorize?prompt=none&state=x"

	a := ask(auth.Identity{}, auth.ErrConfirm)
	a.errors.Confirm = func(w http.ResponseWriter, _ *http.Request) (string, error) {
		http.SetCookie(w, &http.Cookie{Name: "attempt", Value: "x", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})

		return next, nil
	}

	a.errors.Handle(web.PageOf(a.ctx, now).Identify(a.identify), a.ctx)

	header := a.answer.Header()
	if a.answer.Code != http.StatusOK || header.Get("Refresh") != "0; url="+next || header.Get("Cache-Control") != "no-store" ||
		header.Get("Set-Cookie") == "" || !strings.Contains(a.answer.Body.String(), `href="https://id.example.com/authorize?`) {
		t.Errorf("got %d, %v, want 200, a Refresh to %s, no-store, a cookie and the link\n%s", a.answer.Code, header, next, a.answer.Body)
	}
}

// TestAClientThatHangsUpIsNoTrouble goes away while its page is made.
func TestAClientThatHangsUpIsNoTrouble(t *testing.T) {
	t.Parallel()

	for want, err := range map[string]error{
		"":            fmt.Errorf("read the history: %w", context.Canceled),
		"level=ERROR": errors.New("the table is gone"),
	} {
		var log strings.Builder

		a := ask(auth.Identity{}, errors.New("nobody"), "Accept", "application/json")
		a.errors.Logger = slog.New(slog.NewTextHandler(&log, nil))

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		a.ctx.SetRequest(a.ctx.Request().WithContext(ctx))
		a.errors.Handle(err, a.ctx)

		if got := log.String(); !strings.Contains(got, want) || want == "" && (got != "" || a.answer.Code != 499) {
			t.Errorf("%v: got %d, logged %q, want %q", err, a.answer.Code, got, want)
		}
	}
}
