package handlers

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/session"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// forbiddenError is the refusal of somebody who is signed in without the Ops role.
type forbiddenError struct {
	who auth.Identity
	Err *ops.Error
}

func (e *forbiddenError) Error() string { return e.Err.Error() }
func (e *forbiddenError) Unwrap() error { return e.Err }

// envelope is an error as the contract writes it, section 3.
type envelope struct {
	Error envelopeError `json:"error"`
	Meta  envelopeMeta  `json:"meta"`
}

type envelopeError struct {
	Code    ops.Code       `json:"code"`
	Message string         `json:"message"`
	Details map[string]any `json:"details"`
}

type envelopeMeta struct {
	RequestID string `json:"request_id"`
}

func (p *page) envelope(e *ops.Error) envelope {
	return envelope{
		Error: envelopeError{Code: e.Code, Message: e.Message, Details: e.Details},
		Meta:  envelopeMeta{RequestID: p.requestID()},
	}
}

// fail is the one place where an error becomes an answer: the cause goes to the log,
// the user gets a sentence, what to do, and the request id.
func (h *Handlers) fail(err error, c echo.Context) {
	p := &page{Context: c, now: h.Now().UTC()}

	if c.Response().Committed {
		h.Logger.WarnContext(p.ctx(), "an answer broke off", slog.Any("error", err))

		return
	}

	status, e := classify(err)
	if isTrouble(err) {
		h.Logger.ErrorContext(p.ctx(), "a request failed", slog.Int("status", status),
			slog.String("request_id", p.requestID()), slog.Any("error", err))
	}

	if sendErr := h.sendProblem(p, status, e, err); sendErr != nil {
		h.Logger.ErrorContext(p.ctx(), "an error could not be shown", slog.Any("error", sendErr))

		if !c.Response().Committed {
			c.Response().WriteHeader(http.StatusInternalServerError)
		}
	}
}

// isTrouble reports whether err, or an error joined with it, is more than a refusal: such as
// that a refusal could not be written down, which whoever is refused is not told.
func isTrouble(err error) bool {
	// What stands deeper in the chain is the cause of a refusal.
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(joined.Unwrap(), isTrouble)
	}

	status, _ := classify(err)

	return status >= http.StatusInternalServerError
}

func (h *Handlers) sendProblem(p *page, status int, e *ops.Error, err error) error {
	var forbidden *forbiddenError

	if status == http.StatusUnauthorized { // RFC 9110, section 15.5.2
		p.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer")
	}

	switch {
	// A script would follow a redirect, and take the sign-in page for what it asked for.
	case p.wantsJSON(), errors.Is(err, auth.ErrBearerInvalid):
		return p.json(status, p.envelope(e))
	case status == http.StatusUnauthorized && !h.signedIn(p):
		return p.askToSignIn(h, e)
	case errors.As(err, &forbidden):
		return p.html(status, session.ForbiddenPage(session.Forbidden{
			Environment: h.Environment, Preferences: p.preferences(), Required: ops.RoleOps, RequestID: p.requestID(),
			User: shell.User{Username: forbidden.who.Username, Email: forbidden.who.Email, Role: forbidden.who.Role},
		}))
	}

	problem := shell.Problem{
		Status: status, Message: e.Message, Fields: ops.FieldErrors(e), Advice: advice(e), RequestID: p.requestID(),
		LastGood: h.lastGood(status),
	}
	// The same address answers the same, unless the trouble is not with what was asked for.
	if isRead(p.Request()) && (status >= http.StatusInternalServerError || status == http.StatusTooManyRequests) {
		problem.Retry = p.Request().URL.RequestURI()
	}

	if p.wantsFragment() {
		return p.html(status, shell.ErrorToast(problem))
	}

	// Operators keep the navigation and what stands above every page; to others nothing is
	// shown of either.
	if p.who, _ = h.Auth.Recheck(p.Request()); !p.who.IsOps() {
		return p.html(status, shell.ProblemOutsidePage(h.Environment, p.preferences(), problem))
	}

	return p.html(status, shell.ProblemPage(h.shell(p, "", http.StatusText(status)), problem))
}

// signedIn tells whoever the console does not know from whom the control plane does not:
// signing in would only lead the latter back to where they were.
func (h *Handlers) signedIn(p *page) bool {
	_, err := h.Auth.Recheck(p.Request())

	return err == nil
}

// askToSignIn leads whoever is not signed in to the sign-in page, and from there back.
func (p *page) askToSignIn(h *Handlers, e *ops.Error) error {
	switch {
	case p.wantsFragment() || p.isStream():
		p.Response().Header().Set("HX-Redirect", signInPath(p.backPath()))

		return p.NoContent(http.StatusUnauthorized)
	case isRead(p.Request()):
		return p.seeOther(signInPath(p.Request().URL.RequestURI()))
	default:
		return p.html(http.StatusUnauthorized, session.SignInPage(h.signIn(p, p.backPath(), e.Message)))
	}
}

// classify returns the HTTP status of an error and what may be said of it.
func classify(err error) (int, *ops.Error) {
	if httpErr, ok := errors.AsType[*echo.HTTPError](err); ok {
		return httpErr.Code, &ops.Error{Code: codeOf(httpErr.Code), Message: messageOf(httpErr.Code)}
	}

	e := ops.AsError(err)

	return e.Code.HTTPStatus(), e
}

// The codes of what only a web server refuses; the contract has none for them.
const (
	codeMethodNotAllowed ops.Code = "METHOD_NOT_ALLOWED"
	codeCrossSite        ops.Code = "CROSS_SITE_REQUEST"
	codeTooLarge         ops.Code = "REQUEST_TOO_LARGE"
)

func codeOf(status int) ops.Code {
	switch status {
	case http.StatusNotFound:
		return ops.CodeNotFound
	case http.StatusMethodNotAllowed:
		return codeMethodNotAllowed
	case http.StatusRequestEntityTooLarge:
		return codeTooLarge
	case http.StatusForbidden:
		return codeCrossSite
	case http.StatusInternalServerError:
		return ops.CodeInternal
	default:
		return ops.CodeValidationFailed
	}
}

func messageOf(status int) string {
	switch status {
	case http.StatusNotFound:
		return "There is no such page"
	case http.StatusMethodNotAllowed:
		return "This page does not take that kind of request"
	case http.StatusRequestEntityTooLarge:
		return "That is more than a form of this console can hold"
	case http.StatusForbidden:
		return "That request came from another site, so it was not carried out"
	default:
		return "The request could not be understood"
	}
}

func advice(e *ops.Error) string {
	switch e.Code {
	case ops.CodeServiceUnavailable:
		return "Nothing was changed. Look at Health, or try again."
	case ops.CodeInternal:
		return "Try again. If it happens again, look for the request id in the console's log."
	case codeCrossSite:
		return "Open the console in its own tab and try again."
	case ops.CodeUnauthorized, ops.CodeMissingRole, ops.CodeInvalidRole, ops.CodeUserDisabled, ops.CodeInsufficientRole:
		return "The control plane did not take the identity that it was called with. " +
			"Sign out and in again; if that does not help, have --control-plane-auth looked at."
	default:
		return ""
	}
}

func isRead(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead
}
