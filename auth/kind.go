package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// typeAccess is an access token's typ in the header: RFC 9068, section 2.1.
const typeAccess = "at+jwt"

// checkKind reports why a token is not an access token, or says not that it is one. The same
// key signs ID tokens, that travel in URLs at sign-out, logout tokens and more.
//
// With unmarked, tokens that say nothing of what they are pass too, and so do ID tokens that do
// not call themselves so: to some providers' access tokens they are alike.
func (v verified) checkKind(unmarked bool) error {
	if kind := v.otherKind(); kind != "" {
		return fmt.Errorf("it is %s, and an access token is wanted", kind)
	}

	marked := v.isMarked()

	switch {
	case unmarked || marked && !v.looksLikeIDToken():
		return nil
	case v.looksLikeIDToken():
		return errors.New("it is an ID token, and an access token is wanted")
	default:
		return errors.New("it does not say that it is an access token: " +
			"that takes the header typ at+jwt, or a claim such as scope, scp or client_id")
	}
}

// otherKind names what a token calls itself that is no access token, "" for nothing.
func (v verified) otherKind() string {
	if strings.HasSuffix(v.typ, "+jwt") && v.typ != typeAccess { // RFC 8725, section 3.11
		return fmt.Sprintf("of the type %.40q", v.typ)
	}

	for _, name := range []string{"typ", "token_use"} {
		switch strings.ToLower(v.text(name)) {
		case "id":
			return "an ID token"
		case "refresh", "offline":
			return "a refresh token"
		case "logout":
			return "a logout token"
		case "dpop": // RFC 9449, section 7.1: it is good with a proof alone
			return "bound to a key of its owner (DPoP)"
		}
	}

	// RFC 9449, section 6.1, and RFC 8705, section 3.1: without the key it is worth nothing.
	if bound, _ := v.claims["cnf"].(map[string]any); bound["jkt"] != nil || bound["x5t#S256"] != nil {
		return "bound to a key of its owner"
	}

	if _, ok := v.claims["events"]; ok { // RFC 8417, section 2.2
		return "a security event"
	}

	return ""
}

// isMarked reports whether the token says that it is an access token. azp says nothing: ID
// tokens have it too.
func (v verified) isMarked() bool {
	if v.saysAccess() {
		return true
	}

	for _, name := range []string{"scope", "scp", "client_id", "cid", "appid"} {
		switch value := v.claims[name].(type) {
		case string:
			if strings.TrimSpace(value) != "" {
				return true
			}
		case []any:
			if len(value) > 0 {
				return true
			}
		}
	}

	return false
}

// saysAccess reports whether the token calls itself an access token, by name.
func (v verified) saysAccess() bool {
	return v.typ == typeAccess || v.claims["typ"] == "Bearer" || v.claims["token_use"] == "access"
}

// looksLikeIDToken goes by what only an ID token has a use for. Keycloak's access tokens
// used to have a nonce too.
func (v verified) looksLikeIDToken() bool {
	return v.claims["at_hash"] != nil || v.claims["c_hash"] != nil || (v.Nonce != "" && !v.saysAccess())
}

// isFor reports whether the token is for one of the audiences. Cognito's access tokens
// have none: there the client stands for it.
func (v verified) isFor(audiences []string) bool {
	aud := v.Audience
	if v.claims["aud"] == nil && v.claims["token_use"] == "access" {
		aud = []string{v.text("client_id")}
	}

	return slices.ContainsFunc(aud, func(one string) bool { return one != "" && slices.Contains(audiences, one) })
}
