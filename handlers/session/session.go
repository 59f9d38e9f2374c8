// Package session signs in and out, shows and ends the sessions of others, and keeps how the user wants to see the console.
package session

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/graph-olap/opsconsole/auth"
	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/audit"
	"github.com/graph-olap/opsconsole/internal/database"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/session"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// Handlers answers the pages around the session.
type Handlers struct {
	web.Frame

	Auth  *auth.Auth
	Audit Audit

	Environment shell.Environment
	PublicURL   *url.URL
	Logger      *slog.Logger

	refused refusals
}

// Audit is the audit log.
type Audit interface {
	Record(ctx context.Context, actor audit.Actor, entry audit.Entry) (audit.Entry, error)
}

// Login is the page before the sign-in; whoever is signed in goes on.
func (h *Handlers) Login(p *web.Page) error {
	back := auth.LocalPath(p.QueryParam(web.ReturnParam))
	if err := p.Identify(h.Auth.Identify); p.CookieValue(web.StepUpCookie) == "" && (err == nil || errors.Is(err, auth.ErrConfirm)) {
		return p.SeeOther(back)
	}

	view := h.signIn(p, back, "")
	p.Keep(signedOutCookie, "", -1)

	switch auth.StillSignedIn(p.CookieValue(signedOutCookie)) {
	case auth.ProviderDown:
		view.Problem = "The identity provider did not answer, so you are still signed in there. Sign out there too."
		view.Start += "&" + anotherParam + "=1"
	case auth.NoProviderSignOut:
		view.Start += "&" + anotherParam + "=1"
	}

	return p.Draw(http.StatusOK, pages.SignInPage(view))
}

// anotherParam has the provider ask who signs in, also somebody whom it knows.
const anotherParam = "another"

// signedOutCookie tells the sign-in page, over the way by the identity provider, that
// somebody has just signed out, and whether there too: an [auth.StillSignedIn], "1" for yes.
const signedOutCookie = "signed_out"

// SignIn is the sign-in page, from which the way leads back.
func (h *Handlers) SignIn(p *web.Page, back, problem string) templ.Component {
	return pages.SignInPage(h.signIn(p, back, problem))
}

func (h *Handlers) signIn(p *web.Page, back, problem string) pages.SignIn {
	return pages.SignIn{
		Environment: h.Environment, Preferences: p.Preferences(),
		Start:     "/auth/start?" + url.Values{web.ReturnParam: {back}}.Encode(),
		SignedOut: p.CookieValue(signedOutCookie) != "", Problem: web.Sentences(problem), RequestID: p.RequestID(),
	}
}

// Start sends the browser to the identity provider.
func (h *Handlers) Start(p *web.Page) error {
	begin := h.Auth.Start

	switch {
	case p.QueryParam(anotherParam) != "":
		begin = h.Auth.StartAsAnother
	case p.CookieValue(web.StepUpCookie) != "":
		begin = h.Auth.StartFresh

		p.MarkStepUp(false)
	}

	if err := begin(p.Response(), p.Request(), p.QueryParam(web.ReturnParam)); err != nil {
		return h.signInFailed(p, p.QueryParam(web.ReturnParam), err)
	}

	return nil
}

// Callback is where the identity provider sends the browser back to.
func (h *Handlers) Callback(p *web.Page) error {
	// Nobody is signed in whose sign-in cannot be written down.
	back, _, err := h.Auth.Callback(p.Response(), p.Request(), func(who auth.Identity) error {
		p.Who = who
		_, err := h.Audit.Record(p.Ctx(), p.Actor(), audit.Entry{Action: audit.SignIn, Outcome: audit.Done})

		return err
	})

	switch {
	case err == nil:
	case errors.Is(err, auth.ErrSessionEnded): // it was to be confirmed, and was not
		return p.SeeOther(web.SignInPath(back))
	case errors.Is(err, auth.ErrAttemptReplayed):
		// A press of Back after signing in.
		if p.Identify(h.Auth.Identify) == nil {
			return p.SeeOther(back)
		}

		return h.signInFailed(p, back, err)
	default:
		return h.signInFailed(p, back, err)
	}

	return p.SeeOther(back)
}

// signInFailed shows the sign-in page again, says what happened and keeps the way back.
func (h *Handlers) signInFailed(p *web.Page, back string, cause error) error {
	e := ops.AsError(cause)
	if e.Code == ops.CodeInternal {
		return cause
	}

	if logged(cause) {
		if err := h.noteRefusal(p, audit.SignIn, e.Message); err != nil {
			return err
		}
	}

	h.Logger.WarnContext(p.Ctx(), "a sign-in failed", "request_id", p.RequestID(), "error", cause)

	return p.Draw(e.Code.HTTPStatus(), h.SignIn(p, auth.LocalPath(back), e.Message))
}

// logged reports whether a failed sign-in belongs into the audit log: only one that began
// here and got to its end; the rest says nothing of anybody.
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

// Current says who is signed in. As data it does not count as use of the session: pages ask
// while nobody does anything.
func (h *Handlers) Current(p *web.Page) error {
	identify := h.Auth.Identify
	if p.WantsJSON() {
		identify = h.Auth.Recheck
	}

	if err := p.Identify(identify); err != nil {
		return err
	}

	view := pages.Current{Username: p.Who.Username, Role: p.Who.Role}

	return p.Answer(web.Answer{Data: view, Full: pages.CurrentPage(h.Environment, p.Preferences(), view)})
}

// What whoever signs out is told while the database is in trouble.
const (
	signedOutHere = "You are signed out here: this browser has dropped your session and this console no longer accepts it. " +
		"Its record is deleted once the database accepts writes again; until then other replicas would accept a copy of its cookie."
	signedOutUnwritten = "You are signed out, but it could not be recorded in the audit log because of database trouble."
)

// Logout ends the session here and at the identity provider.
func (h *Handlers) Logout(p *web.Page) error {
	// Whoever is not signed in any more is signed out already.
	p.Who, _ = h.Auth.Recheck(p.Request())

	out, err := h.Auth.SignOut(p.Response(), p.Request())
	if database.Explain(err) != nil {
		return h.signedOut(p, err, signedOutHere)
	}

	if err != nil {
		return err
	}

	if p.Who.Username != "" {
		_, err := h.Audit.Record(p.Ctx(), p.Actor(), audit.Entry{Action: audit.SignOut, Outcome: audit.Done})
		if database.Explain(err) != nil {
			return h.signedOut(p, err, signedOutUnwritten)
		}

		if err != nil {
			return err
		}
	}

	return h.leave(p, out)
}

// leave leads away whoever has signed out.
func (h *Handlers) leave(p *web.Page, out auth.SignedOut) error {
	p.Keep(signedOutCookie, cmp.Or(string(out.Still), "1"), int(time.Minute.Seconds()))

	if out.ProviderURL == "" || p.WantsJSON() {
		return p.SeeOther(cmp.Or(out.ProviderURL, auth.SignedOutPath))
	}

	return p.GoOnward(out.ProviderURL, pages.OnwardPage(h.Environment, p.Preferences(), "Signing out",
		"You are signed out here, and are being signed out at the identity provider.", out.ProviderURL))
}

// signedOut tells what came of a sign-out that the database could not take.
func (h *Handlers) signedOut(p *web.Page, cause error, words string) error {
	h.Logger.WarnContext(p.Ctx(), "a sign-out could not be recorded", "request_id", p.RequestID(), "error", cause)

	if p.WantsJSON() {
		return ops.Unavailable(database.Service, words).Because(cause)
	}

	return p.Draw(http.StatusServiceUnavailable, h.SignIn(p, "/", words))
}
