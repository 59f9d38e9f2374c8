package devidp

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
)

// contentRule is the page's Content-Security-Policy. The form's answer redirects to the client, and browsers count that
// as the form's doing.
func contentRule(client *url.URL) string {
	return "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; " +
		"form-action 'self' " + client.Scheme + "://" + client.Host
}

// signInPage is what the sign-in page shows; without a Request only the Problem.
type signInPage struct {
	Stylesheet string
	Request    string
	Accounts   []Account
	Problem    string
	Typed      string
}

func (p *provider) showSignIn(w http.ResponseWriter, r *http.Request) {
	waiting, ok := p.memory.request(r.Form.Get("request"))
	if !ok {
		p.gone(w, r)

		return
	}

	p.render(w, r, http.StatusOK, signInPage{Request: waiting.id, Accounts: p.Accounts})
}

func (p *provider) signIn(w http.ResponseWriter, r *http.Request) {
	username := r.Form.Get("username")
	waiting, ok := p.memory.request(r.Form.Get("request"))
	_, known := p.account(username)

	switch {
	case !ok:
		p.gone(w, r)
	case r.Form.Get("cancel") != "":
		p.sendBack(w, r, waiting, url.Values{"error": {"access_denied"}, "error_description": {"the sign-in was cancelled"}})
	case !known:
		p.render(w, r, http.StatusUnprocessableEntity, signInPage{
			Request: waiting.id, Accounts: p.Accounts, Typed: username, Problem: "There is no account of that name.",
		})
	case !p.memory.signIn(waiting.id, username):
		p.gone(w, r) // in another tab
	default:
		http.Redirect(w, r, p.Issuer+callbackPath+"?id="+waiting.id, http.StatusSeeOther)
	}
}

func (p *provider) gone(w http.ResponseWriter, r *http.Request) {
	p.render(w, r, http.StatusBadRequest, signInPage{Problem: "This sign-in is over. Go back to the console and begin again."})
}

func (p *provider) render(w http.ResponseWriter, r *http.Request, status int, page signInPage) {
	page.Stylesheet = p.Stylesheet

	var body bytes.Buffer
	if err := page.draw().Render(r.Context(), &body); err != nil {
		p.Logger.ErrorContext(r.Context(), "the sign-in page could not be drawn", slog.Any("error", err))
		http.Error(w, "The sign-in page could not be drawn.", http.StatusInternalServerError)

		return
	}

	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", p.contentRule)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the browser is gone, if this fails
}
