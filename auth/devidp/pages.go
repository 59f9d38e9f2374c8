package devidp

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// The provider's own pages, below its issuer.
const (
	signInPath = "/sign-in"
	tokenPath  = "/demo-token"
)

//go:embed signin.html
var signInHTML string

// pages are what the library leaves to the provider: how one signs in.
type pages struct {
	storage     *storage
	provider    *op.Provider
	template    *template.Template
	issuer      string
	stylesheet  string
	contentRule string
	log         *slog.Logger
}

func newPages(cfg Config, storage *storage, provider *op.Provider) (*pages, error) {
	parsed, err := template.New("sign-in").Parse(signInHTML)
	if err != nil {
		return nil, err
	}

	callback, err := url.Parse(cfg.RedirectURI)
	if err != nil {
		return nil, err
	}

	return &pages{
		storage: storage, provider: provider, template: parsed, issuer: cfg.Issuer, stylesheet: cfg.Stylesheet, log: cfg.Logger,
		// The form's answer redirects to the client, and browsers count that as the form's doing.
		contentRule: "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; " +
			"form-action 'self' " + callback.Scheme + "://" + callback.Host,
	}, nil
}

// signInPage is what the sign-in page shows; without a Request only the Problem.
type signInPage struct {
	Stylesheet string
	Request    string
	Accounts   []Account
	Problem    string
	Typed      string
}

func (p *pages) show(w http.ResponseWriter, r *http.Request) {
	if waiting, ok := p.waiting(w, r); ok {
		p.render(w, r, http.StatusOK, signInPage{Request: waiting.id, Accounts: p.storage.accounts})
	}
}

func (p *pages) signIn(w http.ResponseWriter, r *http.Request) {
	waiting, ok := p.waiting(w, r)
	if !ok {
		return
	}

	id, username := waiting.id, r.FormValue("username")

	if r.FormValue("cancel") != "" {
		op.AuthRequestError(w, r, waiting, oidc.ErrAccessDenied(), p.provider)

		return
	}

	if _, ok := p.storage.account(username); !ok {
		p.render(w, r, http.StatusUnprocessableEntity, signInPage{
			Request: id, Accounts: p.storage.accounts, Typed: username, Problem: "There is no account of that name.",
		})

		return
	}

	if err := p.storage.signIn(id, username); err != nil {
		p.gone(w, r)

		return
	}

	ctx := op.ContextWithIssuer(r.Context(), p.issuer)
	http.Redirect(w, r, op.AuthCallbackURL(p.provider)(ctx, id), http.StatusSeeOther)
}

// waiting returns the sign-in that the request is about, or says that it is gone.
func (p *pages) waiting(w http.ResponseWriter, r *http.Request) (*request, bool) {
	found, err := p.storage.request(r.FormValue("request"))
	if err != nil {
		p.gone(w, r)

		return nil, false
	}

	return found, true
}

func (p *pages) gone(w http.ResponseWriter, r *http.Request) {
	p.render(w, r, http.StatusBadRequest, signInPage{Problem: "This sign-in is over. Go back to the console and begin again."})
}

func (p *pages) render(w http.ResponseWriter, r *http.Request, status int, page signInPage) {
	page.Stylesheet = p.stylesheet

	var body bytes.Buffer
	if err := p.template.Execute(&body, page); err != nil {
		p.log.ErrorContext(r.Context(), "the sign-in page could not be drawn", slog.Any("error", err))
		http.Error(w, "The sign-in page could not be drawn.", http.StatusInternalServerError)

		return
	}

	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", p.contentRule)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // the browser is gone, if this fails
}

// token gives a script an access token for the asking.
func (p *pages) token(w http.ResponseWriter, r *http.Request) {
	username := r.PostFormValue("username")

	switch _, ok := p.storage.account(username); {
	case username == "":
		refuse(w, "invalid_request", "username is missing")

		return
	case !ok:
		refuse(w, "invalid_grant", "there is no account of that name")

		return
	}

	ctx := op.ContextWithIssuer(r.Context(), p.issuer)
	about := &tokenRequest{subject: username, clientID: p.storage.client.id, scopes: []string{oidc.ScopeOpenID}}

	token, _, validity, err := op.CreateAccessToken(ctx, about, op.AccessTokenTypeJWT, p.provider, p.storage.client, "")
	if err != nil {
		p.log.ErrorContext(ctx, "no token could be made", slog.Any("error", err))
		http.Error(w, "No token could be made.", http.StatusInternalServerError)

		return
	}

	answer(w, http.StatusOK, tokenAnswer{
		AccessToken: token, TokenType: oidc.BearerToken, ExpiresIn: int(validity.Round(time.Second).Seconds()),
	})
}

// tokenAnswer is the token endpoint's answer as RFC 6749 has it, in sections 5.1 and 5.2.
type tokenAnswer struct {
	AccessToken string `json:"access_token,omitempty"`
	TokenType   string `json:"token_type,omitempty"`
	ExpiresIn   int    `json:"expires_in,omitempty"`

	Error       string `json:"error,omitempty"`
	Description string `json:"error_description,omitempty"`
}

func refuse(w http.ResponseWriter, code, description string) {
	answer(w, http.StatusBadRequest, tokenAnswer{Error: code, Description: description})
}

func answer(w http.ResponseWriter, status int, body tokenAnswer) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson,gosec // it may be gone by now; a token is what it came for
}
