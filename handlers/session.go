package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/ops"
	"github.com/graph-olap/opsconsole/templates/session"
	"github.com/graph-olap/opsconsole/templates/shell"
)

const returnParam = "return_to"

// login is the page before the sign-in; whoever is signed in goes on.
func (h *Handlers) login(p *page) error {
	back := auth.LocalPath(p.QueryParam(returnParam))
	if _, err := h.Auth.Identify(p.Request()); err == nil {
		return p.seeOther(back)
	}

	view := h.signIn(p, back, "")
	h.markSignedOut(p, -1)

	return p.html(http.StatusOK, session.SignInPage(view))
}

// signedOutCookie tells the sign-in page, over the way by the identity provider, that
// somebody has just signed out.
const signedOutCookie = "signed_out"

func (h *Handlers) markSignedOut(p *page, seconds int) {
	p.SetCookie(&http.Cookie{
		Name: signedOutCookie, Value: "1", Path: "/login", MaxAge: seconds,
		Secure: h.PublicURL.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (h *Handlers) signIn(p *page, back, problem string) session.SignIn {
	return session.SignIn{
		Environment: h.Environment, Preferences: p.preferences(),
		Start:     "/auth/start?" + url.Values{returnParam: {back}}.Encode(),
		SignedOut: p.cookie(signedOutCookie) != "", Problem: problem, RequestID: p.requestID(),
	}
}

// start sends the browser to the identity provider.
func (h *Handlers) start(p *page) error {
	err := h.Auth.Start(p.Response(), p.Request(), p.QueryParam(returnParam))
	if err != nil {
		return h.signInFailed(p, p.QueryParam(returnParam), err)
	}

	return nil
}

// callback is where the identity provider sends the browser back to.
func (h *Handlers) callback(p *page) error {
	// Nobody is signed in whose sign-in cannot be written down.
	back, _, err := h.Auth.Callback(p.Response(), p.Request(), func(who auth.Identity) error {
		p.who = who
		_, err := h.Audit.Record(p.ctx(), p.actor(), audit.Entry{Action: audit.SignIn, Outcome: audit.Done})

		return err
	})

	switch {
	case err == nil:
	case errors.Is(err, auth.ErrAttemptReplayed):
		// A press of Back after signing in.
		if _, identifyErr := h.Auth.Identify(p.Request()); identifyErr == nil {
			return p.seeOther(back)
		}

		return h.signInFailed(p, back, err)
	default:
		return h.signInFailed(p, back, err)
	}

	return p.seeOther(back)
}

// signInFailed shows the sign-in page again, says what happened and keeps the way back.
func (h *Handlers) signInFailed(p *page, back string, cause error) error {
	e := ops.AsError(cause)
	if e.Code == ops.CodeInternal {
		return cause
	}

	if logged(cause) {
		_, err := h.Audit.Record(p.ctx(), p.actor(), audit.Entry{
			Action: audit.SignIn, Outcome: audit.Refused, Message: e.Message,
		})
		if err != nil {
			return err
		}
	}

	h.Logger.WarnContext(p.ctx(), "a sign-in failed", "request_id", p.requestID(), "error", cause)

	return p.html(e.Code.HTTPStatus(), session.SignInPage(h.signIn(p, auth.LocalPath(back), e.Message)))
}

// logged reports whether a failed sign-in belongs into the audit log: only one that began
// here and got to its end. Anybody can send the rest as often as they like, and nothing is
// ever deleted from the log.
func logged(cause error) bool {
	for _, kind := range []error{
		auth.ErrAttemptForeign, auth.ErrAttemptExpired, auth.ErrAttemptReplayed, auth.ErrUnreachable,
	} {
		if errors.Is(cause, kind) {
			return false
		}
	}

	return true
}

// logout ends the session here and at the identity provider.
func (h *Handlers) logout(p *page) error {
	// Whoever is not signed in any more is signed out already.
	p.who, _ = h.Auth.Recheck(p.Request())

	next, err := h.Auth.SignOut(p.Response(), p.Request())
	if err != nil {
		return err
	}

	if p.who.Username != "" {
		if _, err := h.Audit.Record(p.ctx(), p.actor(), audit.Entry{Action: audit.SignOut, Outcome: audit.Done}); err != nil {
			return err
		}
	}

	h.markSignedOut(p, int(time.Minute.Seconds()))

	return p.seeOther(next)
}

// preferences keeps how the user wants to see the console, in cookies of their own.
func (h *Handlers) preferences(p *page) error {
	const year = 365 * 24 * time.Hour

	keep := func(name, value string) {
		p.SetCookie(&http.Cookie{
			Name: name, Value: url.QueryEscape(value), Path: "/", MaxAge: int(year.Seconds()),
			Secure: h.PublicURL.Scheme == "https", HttpOnly: false, SameSite: http.SameSiteLaxMode,
		})
	}

	f, err := p.fields()
	if err != nil {
		return err
	}

	theme, inZone, back := f.text(shell.ThemeCookie), f.text(shell.ZoneCookie), f.text(returnParam)

	if f.given(shell.ThemeCookie) && string(shell.ParseTheme(theme)) != theme {
		f.refuse(shell.ThemeCookie, "enum", "must be system, light or dark")
	}

	if inZone = strings.TrimSpace(inZone); inZone == "" || strings.EqualFold(inZone, zoneUTC) {
		inZone = zoneUTC
	}

	if !isZone(inZone) {
		f.refuse(shell.ZoneCookie, "enum", "must be UTC, browser or the name of a time zone, such as Europe/Berlin")
	}

	if err := f.done(); err != nil {
		return err
	}

	if f.given(shell.ThemeCookie) {
		keep(shell.ThemeCookie, theme)
	}

	if f.given(shell.ZoneCookie) {
		keep(shell.ZoneCookie, inZone)
	}

	return p.seeOther(auth.LocalPath(back))
}

const (
	zoneUTC     = "UTC"
	zoneBrowser = "browser"
)

// zone returns the zone that a cookie holds if times can be shown in it, else UTC.
func zone(cookie string) string {
	name, err := url.QueryUnescape(cookie)
	if err != nil || !isZone(name) {
		return zoneUTC
	}

	return name
}

// isZone reports whether times can be shown in the zone.
func isZone(name string) bool {
	if name == zoneBrowser {
		return true
	}

	_, err := time.LoadLocation(name)

	return err == nil && name != "" && name != "Local"
}

func signInPath(back string) string {
	if back = auth.LocalPath(back); back == "/" {
		return "/login"
	}

	return "/login?" + url.Values{returnParam: {back}}.Encode()
}

// backPath is the page that the user looks at: the request's own, or for a request of
// htmx or a form the page that it was sent from.
func (p *page) backPath() string {
	from := p.Request().Header.Get("HX-Current-URL")
	if from == "" {
		from = p.Request().Referer()
	}

	u, err := url.Parse(from)
	if err != nil || from == "" {
		return "/"
	}

	return auth.LocalPath(u.RequestURI())
}

func (p *page) isStream() bool { return p.Path() == "/events" }
