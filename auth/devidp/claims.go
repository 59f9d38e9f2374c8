package devidp

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// account returns the account of that name.
func (p *provider) account(username string) (Account, bool) {
	i := slices.IndexFunc(p.Accounts, func(a Account) bool { return a.Username == username })
	if i < 0 {
		return Account{}, false
	}

	return p.Accounts[i], true
}

// profile is what is told of somebody.
func (p *provider) profile(username string) map[string]any {
	account, _ := p.account(username) // nobody else gets this far

	claims := account.platformClaims()
	claims["sub"], claims["preferred_username"], claims["name"] = account.Username, account.Username, account.Name
	claims["email"], claims["email_verified"] = account.Email, true

	return claims
}

// accessToken is one of RFC 9068.
func (p *provider) accessToken(g grant) (string, error) {
	claims := p.profile(g.subject)
	delete(claims, "email_verified")
	claims["jti"], claims["client_id"], claims["scope"] = rand.Text(), p.ClientID, strings.Join(g.scopes, " ")

	return p.sign("at+jwt", g, claims)
}

// idToken is one of OpenID Connect Core 1.0, section 2. What is renewed has no nonce.
func (p *provider) idToken(g grant, access, nonce string) (string, error) {
	claims := p.profile(g.subject)
	claims["azp"] = p.ClientID

	hash := sha256.Sum256([]byte(access))
	claims["at_hash"] = base64.RawURLEncoding.EncodeToString(hash[:len(hash)/2])

	if nonce != "" {
		claims["nonce"] = nonce
	}

	return p.sign("JWT", g, claims)
}

// sign adds what all tokens say.
func (p *provider) sign(typ jose.ContentType, g grant, claims map[string]any) (string, error) {
	now := time.Now()

	maps.Copy(claims, map[string]any{
		"iss": p.Issuer, "aud": []string{p.ClientID}, "iat": now.Unix(), "exp": now.Add(tokenLifetime).Unix(),
	})

	if !g.signedIn.IsZero() {
		claims["auth_time"] = g.signedIn.Unix()
	}

	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: p.key}, (&jose.SignerOptions{}).WithType(typ))
	if err != nil {
		return "", err
	}

	return jwt.Signed(signer).Claims(claims).Serialize()
}

// hinted is whom an ID token of ours is of, also one that is too old.
func (p *provider) hinted(token string) (username string, ok bool) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return "", false
	}

	var claims jwt.Claims
	if err := parsed.Claims(p.key.Public(), &claims); err != nil || claims.Issuer != p.Issuer || !claims.Audience.Contains(p.ClientID) {
		return "", false
	}

	return claims.Subject, true
}
