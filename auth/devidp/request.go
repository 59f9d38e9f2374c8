package devidp

import (
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// request is one sign-in on its way, from the authorization request to the code's exchange.
type request struct {
	oidc.AuthRequest

	id       string
	began    time.Time
	subject  string // "" until somebody is chosen
	signedIn time.Time
}

var _ op.AuthRequest = (*request)(nil)

func (r *request) GetID() string          { return r.id }
func (r *request) GetACR() string         { return "" }
func (r *request) GetAMR() []string       { return nil }
func (r *request) GetAudience() []string  { return []string{r.ClientID} }
func (r *request) GetAuthTime() time.Time { return r.signedIn }
func (r *request) GetClientID() string    { return r.ClientID }
func (r *request) GetNonce() string       { return r.Nonce }
func (r *request) GetScopes() []string    { return r.Scopes }
func (r *request) GetSubject() string     { return r.subject }
func (r *request) Done() bool             { return r.subject != "" }

func (r *request) GetResponseMode() oidc.ResponseMode { return r.ResponseMode }

func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// tokenRequest is what tokens are made from when no sign-in is on its way, as for scripts.
type tokenRequest struct {
	subject  string
	clientID string
	scopes   []string
	signedIn time.Time
}

var _ op.TokenRequest = (*tokenRequest)(nil)

func (r *tokenRequest) GetAudience() []string  { return []string{r.clientID} }
func (r *tokenRequest) GetAuthTime() time.Time { return r.signedIn }
func (r *tokenRequest) GetScopes() []string    { return r.scopes }
func (r *tokenRequest) GetSubject() string     { return r.subject }

// refreshRequest is the use of a refresh token.
type refreshRequest struct {
	tokenRequest
}

var _ op.RefreshTokenRequest = (*refreshRequest)(nil)

func (r *refreshRequest) GetAMR() []string                 { return nil }
func (r *refreshRequest) GetClientID() string              { return r.clientID }
func (r *refreshRequest) SetCurrentScopes(scopes []string) { r.scopes = slices.Clone(scopes) }
