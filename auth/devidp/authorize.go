package devidp

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const methodS256 = "S256" // of RFC 7636, section 4.2

// authorize is the authorization endpoint (OpenID Connect Core 1.0, section 3.1.2.1). It asks anew each time who it is:
// so prompt=login and every max_age are kept.
func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	// To anywhere else nobody is sent, also with an error.
	switch {
	case r.Form.Get("client_id") != p.ClientID:
		http.Error(w, "The demo's identity provider does not know this client.", http.StatusBadRequest)
	case r.Form.Get("redirect_uri") != p.RedirectURI:
		http.Error(w, "This redirect URI is not the client's.", http.StatusBadRequest)
	case r.Form.Get("response_type") != "code":
		http.Error(w, "The demo's identity provider gives codes alone: response_type has to be code.", http.StatusBadRequest)
	default:
		p.begin(w, r)
	}
}

func (p *provider) begin(w http.ResponseWriter, r *http.Request) {
	asked := request{state: r.Form.Get("state"), nonce: r.Form.Get("nonce"), challenge: r.Form.Get("code_challenge")}
	wanted := strings.Fields(r.Form.Get("scope"))

	for _, scope := range scopes() {
		if slices.Contains(wanted, scope) {
			asked.scopes = append(asked.scopes, scope)
		}
	}

	var code, description string

	switch mode := r.Form.Get("response_mode"); {
	case r.Form.Get("request") != "":
		code, description = "request_not_supported", "request objects are not taken"
	case r.Form.Get("request_uri") != "":
		code, description = "request_uri_not_supported", "request objects are not taken"
	case mode != "" && mode != "query":
		code, description = "invalid_request", "response_mode has to be query"
	case !asked.has(scopeOpenID):
		code, description = "invalid_scope", "the scope openid is missing"
	case asked.challenge == "" || r.Form.Get("code_challenge_method") != methodS256:
		code, description = "invalid_request", "PKCE with S256 is required"
	case slices.Contains(strings.Fields(r.Form.Get("prompt")), "none"):
		code, description = "login_required", "somebody has to choose an account"
	default:
		http.Redirect(w, r, p.Issuer+signInPath+"?request="+p.memory.begin(asked).id, http.StatusFound)

		return
	}

	p.sendBack(w, r, asked, url.Values{"error": {code}, "error_description": {description}})
}

// callback gives the client a code once somebody has been let in.
func (p *provider) callback(w http.ResponseWriter, r *http.Request) {
	found, code, ok := p.memory.code(r.Form.Get("id"))
	if !ok {
		p.gone(w, r)

		return
	}

	p.sendBack(w, r, found, url.Values{"code": {code}})
}

// sendBack redirects to the client (RFC 6749, sections 4.1.2 and 4.1.2.1).
func (p *provider) sendBack(w http.ResponseWriter, r *http.Request, to request, answer url.Values) {
	if to.state != "" {
		answer.Set("state", to.state)
	}

	http.Redirect(w, r, withQuery(p.RedirectURI, answer), http.StatusFound)
}

// withQuery adds parameters to a URL of the configuration.
func withQuery(uri string, more url.Values) string {
	separator := "?"

	switch {
	case len(more) == 0:
		return uri
	case strings.Contains(uri, "?"):
		separator = "&"
	}

	return uri + separator + more.Encode()
}
