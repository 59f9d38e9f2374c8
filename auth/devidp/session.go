package devidp

import (
	"net/http"
	"net/url"
	"strings"
)

// userinfo is the endpoint of OpenID Connect Core 1.0, section 5.3.
func (p *provider) userinfo(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		token = r.PostForm.Get("access_token")
	}

	found, ok := p.memory.live(token)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answer(w, http.StatusUnauthorized, tokenAnswer{Error: "invalid_token", Description: "the token is unknown, too old or revoked"})

		return
	}

	answer(w, http.StatusOK, p.profile(found.subject))
}

// introspect is the endpoint of RFC 7662.
func (p *provider) introspect(w http.ResponseWriter, r *http.Request) {
	found, ok := p.memory.live(r.PostForm.Get("token"))
	if !ok {
		answer(w, http.StatusOK, map[string]any{"active": false})

		return
	}

	account, _ := p.account(found.subject)

	claims := account.platformClaims()
	claims["active"], claims["iss"], claims["client_id"] = true, p.Issuer, p.ClientID
	claims["sub"], claims["username"] = account.Username, account.Username
	claims["scope"], claims["exp"] = strings.Join(found.scopes, " "), found.expires.Unix()

	answer(w, http.StatusOK, claims)
}

// revoke is the endpoint of RFC 7009: what is no token is revoked as well.
func (p *provider) revoke(w http.ResponseWriter, r *http.Request) {
	p.memory.revoke(r.PostForm.Get("token"))
	w.WriteHeader(http.StatusOK)
}

// endSession is the endpoint of OpenID Connect RP-Initiated Logout 1.0, section 2.
func (p *provider) endSession(w http.ResponseWriter, r *http.Request) {
	if hint := r.Form.Get("id_token_hint"); hint != "" {
		username, ok := p.hinted(hint)
		if !ok {
			refuse(w, "invalid_request", "id_token_hint is no ID token of this provider's")

			return
		}

		p.memory.signOut(username)
	}

	client, to := r.Form.Get("client_id"), r.Form.Get("post_logout_redirect_uri")
	if client != "" && client != p.ClientID || to != "" && to != p.PostLogoutURI {
		refuse(w, "invalid_request", "client_id or post_logout_redirect_uri is not the client's")

		return
	}

	more := url.Values{}
	if state := r.Form.Get("state"); state != "" {
		more.Set("state", state)
	}

	http.Redirect(w, r, withQuery(p.PostLogoutURI, more), http.StatusFound)
}
