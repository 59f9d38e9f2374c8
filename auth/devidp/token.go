package devidp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"
)

const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
)

// token is the token endpoint (OpenID Connect Core 1.0, sections 3.1.3 and 12).
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	switch r.PostForm.Get("grant_type") {
	case grantCode:
		p.exchange(w, r)
	case grantRefresh:
		p.renew(w, r)
	case "":
		refuse(w, "invalid_request", "grant_type is missing")
	default:
		refuse(w, "unsupported_grant_type", "codes and refresh tokens are taken")
	}
}

// exchange gives tokens for a code, which is gone then, whatever comes of it.
func (p *provider) exchange(w http.ResponseWriter, r *http.Request) {
	verifier := r.PostForm.Get("code_verifier")

	found, ok := p.memory.takeCode(r.PostForm.Get("code"))

	switch challenge := sha256.Sum256([]byte(verifier)); {
	case !ok:
		refuse(w, "invalid_grant", "the code is unknown, too old or used before")
	case r.PostForm.Get("redirect_uri") != p.RedirectURI:
		refuse(w, "invalid_grant", "the redirect URI is another than before")
	case verifier == "":
		refuse(w, "invalid_request", "code_verifier is missing")
	case subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(challenge[:])), []byte(found.challenge)) != 1:
		refuse(w, "invalid_grant", "the code verifier does not match its challenge")
	default:
		p.give(w, r, found.grant, found.nonce)
	}
}

// renew gives tokens for a refresh token, which is good once.
func (p *provider) renew(w http.ResponseWriter, r *http.Request) {
	wanted := strings.Fields(r.PostForm.Get("scope"))

	switch found, known, allowed := p.memory.takeRefresh(r.PostForm.Get("refresh_token"), wanted); {
	case !known:
		refuse(w, "invalid_grant", "the refresh token is unknown, too old or used before")
	case !allowed:
		refuse(w, "invalid_scope", "the refresh token was given for fewer scopes")
	default:
		p.give(w, r, found, "")
	}
}

// give answers with new tokens.
func (p *provider) give(w http.ResponseWriter, r *http.Request, g grant, nonce string) {
	access, err := p.accessToken(g)
	if err != nil {
		p.failed(w, r, err)

		return
	}

	id, err := p.idToken(g, access, nonce)
	if err != nil {
		p.failed(w, r, err)

		return
	}

	given := tokenAnswer{
		AccessToken: access, TokenType: "Bearer", ExpiresIn: int(tokenLifetime.Seconds()), IDToken: id, Scope: strings.Join(g.scopes, " "),
	}
	if g.has(scopeOffline) {
		given.RefreshToken = rand.Text()
	}

	p.memory.give(g, access, given.RefreshToken)
	answer(w, http.StatusOK, given)
}

// demoToken gives a script an access token for the asking.
func (p *provider) demoToken(w http.ResponseWriter, r *http.Request) {
	username := r.PostForm.Get("username")

	switch _, ok := p.account(username); {
	case username == "":
		refuse(w, "invalid_request", "username is missing")

		return
	case !ok:
		refuse(w, "invalid_grant", "there is no account of that name")

		return
	}

	g := grant{subject: username, scopes: []string{scopeOpenID}}

	token, err := p.accessToken(g)
	if err != nil {
		p.failed(w, r, err)

		return
	}

	p.memory.give(g, token, "")
	answer(w, http.StatusOK, tokenAnswer{AccessToken: token, TokenType: "Bearer", ExpiresIn: int(tokenLifetime.Seconds())})
}

func (p *provider) failed(w http.ResponseWriter, r *http.Request, err error) {
	p.Logger.ErrorContext(r.Context(), "no token could be made", slog.Any("error", err))
	answer(w, http.StatusInternalServerError, tokenAnswer{Error: "server_error", Description: "no token could be made"})
}
