package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/hangup"
	"github.com/graph-olap/opsconsole/ops"
	sessionview "github.com/graph-olap/opsconsole/templates/session"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Errors is the one place where an error becomes an answer: the cause goes to the log,
// the user gets a sentence, what to do, and the request id.
type Errors struct {
	Frame       Frame
	Environment shell.Environment
	// Identify tells who sent a request that no route has asked of.
	Identify func(r *http.Request) (auth.Identity, error)
	// Confirm begins to have the provider confirm the session, and returns where the browser has to go.
	Confirm func(w http.ResponseWriter, r *http.Request) (next string, err error)
	// SignIn is the sign-in page, from which the way leads back.
	SignIn func(p *Page, back, problem string) templ.Component
	// Challenge is what a 401 says of the token that is wanted.
	Challenge string
	// LastRead is when what is known of the platform was read; nil when it never was.
	LastRead func(now time.Time) *time.Time
	Now      func() time.Time
	Logger   *slog.Logger
}

// Handle answers a request with its error.
func (x *Errors) Handle(err error, c echo.Context) {
	p := PageOf(c, x.Now)

	if c.Response().Committed {
		x.Logger.WarnContext(p.Ctx(), "an answer broke off", slog.Any("error", err))

		return
	}

	if hangup.Is(p.Ctx(), err) {
		x.Logger.DebugContext(p.Ctx(), "a client hung up", slog.String("request_id", p.RequestID()), slog.Any("error", err))
		c.Response().WriteHeader(hangup.StatusClosedRequest)

		return
	}

	if errors.Is(err, auth.ErrConfirm) {
		if err = x.confirm(p); err == nil {
			return
		}
	}

	if wanted, ok := errors.AsType[*StepUpError](err); ok {
		if err = x.askToStepUp(p, wanted); err == nil {
			return
		}
	}

	if errors.Is(err, auth.ErrSessionEnded) {
		auth.LetGo(p.Response().Header())
	}

	status, e := Classify(err)
	if isTrouble(err) {
		x.Logger.ErrorContext(p.Ctx(), "a request failed", slog.Int("status", status),
			slog.String("request_id", p.RequestID()), slog.Any("error", err))
	}

	if sendErr := x.send(p, status, e, err); sendErr != nil {
		x.Logger.ErrorContext(p.Ctx(), "an error could not be shown", slog.Any("error", sendErr))

		if !c.Response().Committed {
			c.Response().WriteHeader(http.StatusInternalServerError)
		}
	}
}

func (x *Errors) confirm(p *Page) error {
	next, err := x.Confirm(p.Response(), p.Request())
	if err != nil {
		return err
	}

	return p.GoOnward(next, sessionview.OnwardPage(x.Environment, p.Preferences(), "Checking your session",
		"Checking with the identity provider that you are still signed in.", next))
}

// send decides between data, the way to sign in, a toast and a page.
func (x *Errors) send(p *Page, status int, e *ops.Error, err error) error {
	if status == http.StatusUnauthorized { // RFC 9110, section 15.5.2
		challenge := x.Challenge
		if errors.Is(err, auth.ErrBearerInvalid) { // RFC 6750, section 3.1
			challenge += `, error="invalid_token"`
		}

		p.Response().Header().Set(echo.HeaderWWWAuthenticate, challenge)
	}

	p.retryAfter(e)

	// A script would follow a redirect, and take the sign-in page for what it asked for.
	if p.WantsJSON() || errors.Is(err, auth.ErrBearerInvalid) {
		return p.JSON(status, p.Envelope(e))
	}

	unknown := p.Identify(x.Identify) != nil

	switch _, forbidden := errors.AsType[*forbiddenError](err); {
	// Whoever the control plane does not know would only be led back to where they were.
	case status == http.StatusUnauthorized && unknown:
		return x.askToSignIn(p, e)
	case p.WantsFragment() || p.isBoosted():
		return x.sendToast(p, status, e)
	case forbidden:
		return p.Draw(status, sessionview.ForbiddenPage(sessionview.Forbidden{
			Environment: x.Environment, Preferences: p.Preferences(), Required: ops.RoleOps, RequestID: p.RequestID(),
			User: shell.User{Username: p.Who.Username, Email: p.Who.Email, Role: p.Who.Role},
		}))
	}

	problem := x.problem(p, status, e)

	// Operators keep the navigation and what stands above every page; to others nothing is
	// shown of either.
	if p.Who.IsOps() {
		return p.Draw(status, shell.ProblemPage(x.Frame.Shell(p, "", http.StatusText(status)), problem))
	}

	return p.Draw(status, shell.ProblemOutsidePage(x.Environment, p.Preferences(), problem))
}

// sendToast tells the error above the page that the script asks from, which stays as it is: with
// what is typed in it.
func (x *Errors) sendToast(p *Page, status int, e *ops.Error) error {
	problem := x.problem(p, status, e)
	problem.Message = Sentences(append([]string{problem.Message}, messages(e)...)...)

	header := p.Response().Header()
	header.Set("HX-Retarget", "#toasts")
	header.Set("HX-Reswap", "beforeend")
	header.Set("HX-Reselect", "[data-toast]")

	return p.Draw(status, shell.ErrorToast(problem))
}

func (x *Errors) problem(p *Page, status int, e *ops.Error) shell.Problem {
	problem := shell.Problem{
		Status: status, Message: Sentences(e.Message), Fields: ops.FieldErrors(e), Advice: advice(e), Way: Way(e.Details),
		RequestID: p.RequestID(),
	}

	if ofDatabase(e) {
		problem.Title = "This console's own database is in trouble"
	}

	if status == http.StatusServiceUnavailable {
		problem.LastGood = x.LastRead(p.Now)
	}

	// The same address answers the same, unless the trouble is not with what was asked for.
	if p.IsRead() && (status >= http.StatusInternalServerError || status == http.StatusTooManyRequests) {
		problem.Retry = p.Request().URL.RequestURI()
		problem.Waits = p.Waits(e)
	}

	return problem
}

// ReturnParam names the way back from a sign-in.
const ReturnParam = "return_to"

// askToSignIn leads whoever is not signed in to the sign-in page, and from there back: people, whose
// browsers name HTML. A program would follow, and take that page for what it asked for.
func (x *Errors) askToSignIn(p *Page, e *ops.Error) error {
	p.Response().Header().Add(echo.HeaderVary, echo.HeaderAccept)

	switch {
	case p.fromScript() || p.Path() == "/events":
		p.Response().Header().Set("HX-Redirect", SignInPath(p.backPath()))

		return p.NoContent(http.StatusUnauthorized)
	case !p.Names(echo.MIMETextHTML):
		return p.JSON(http.StatusUnauthorized, p.Envelope(e))
	case p.IsRead():
		return p.SeeOther(SignInPath(p.Request().URL.RequestURI()))
	default:
		return p.Draw(http.StatusUnauthorized, x.SignIn(p, p.backPath(), e.Message))
	}
}

// fromScript reports whether htmx asks, for a part of the page or to restore one: a redirect
// would have it take the sign-in page for what it asked for. To restore it sends one header alone.
func (p *Page) fromScript() bool {
	header := p.Request().Header

	return header.Get(hxRequest) == "true" || header.Get(hxRestores) == "true"
}

// SignInPath is the sign-in page from which the way leads back.
func SignInPath(back string) string {
	if back = auth.LocalPath(back); back == "/" {
		return "/login"
	}

	return "/login?" + url.Values{ReturnParam: {back}}.Encode()
}

// backPath is the page that the user looks at: the request's own, or for a request of
// htmx or a form the page that it was sent from.
func (p *Page) backPath() string {
	from := p.Request().Header.Get("Hx-Current-Url")
	if from == "" {
		from = p.Request().Referer()
	}

	u, err := url.Parse(from)
	if err != nil || from == "" {
		return "/"
	}

	return auth.LocalPath(p.site().Without(u.RequestURI()))
}
