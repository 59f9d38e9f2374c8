//nolint:ireturn // the library asks for its interfaces
package devidp

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// CreateAccessToken implements [op.AuthStorage].
func (s *storage) CreateAccessToken(_ context.Context, asked op.TokenRequest) (id string, expires time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	id, expires = s.grantAccess(s.tokenRequestOf(asked))

	return id, expires, nil
}

// CreateAccessAndRefreshTokens implements [op.AuthStorage]. A refresh token is good
// for one use, which brings the next.
func (s *storage) CreateAccessAndRefreshTokens(
	_ context.Context, asked op.TokenRequest, spent string,
) (id, next string, expires time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	if _, ok := s.refresh[spent]; spent != "" && !ok {
		return "", "", time.Time{}, oidc.ErrInvalidGrant().WithParent(errUnknown)
	}

	delete(s.refresh, spent)

	about := s.tokenRequestOf(asked)
	id, expires = s.grantAccess(about)
	next = rand.Text()
	s.refresh[next] = granted{tokenRequest: about, expires: time.Now().Add(refreshTokenLifetime)}

	return id, next, expires, nil
}

// grantAccess notes an access token. The lock is held.
func (s *storage) grantAccess(about tokenRequest) (id string, expires time.Time) {
	id, expires = rand.Text(), time.Now().Add(tokenLifetime)
	s.access[id] = granted{tokenRequest: about, expires: expires}

	return id, expires
}

func (s *storage) tokenRequestOf(asked op.TokenRequest) tokenRequest {
	about := tokenRequest{subject: asked.GetSubject(), clientID: s.client.id, scopes: asked.GetScopes()}
	if timed, ok := asked.(interface{ GetAuthTime() time.Time }); ok {
		about.signedIn = timed.GetAuthTime()
	}

	return about
}

// TokenRequestByRefreshToken implements [op.AuthStorage].
func (s *storage) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	found, ok := s.refresh[token]
	if !ok || time.Now().After(found.expires) {
		return nil, errUnknown
	}

	return &refreshRequest{tokenRequest: found.tokenRequest}, nil
}

// TerminateSession implements [op.AuthStorage]: no token of the user is good any more.
func (s *storage) TerminateSession(_ context.Context, subject, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	theirs := func(_ string, token granted) bool { return token.subject == subject }
	maps.DeleteFunc(s.access, theirs)
	maps.DeleteFunc(s.refresh, theirs)

	return nil
}

// RevokeToken implements [op.AuthStorage].
func (s *storage) RevokeToken(_ context.Context, token, _, _ string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()

	delete(s.access, token)
	delete(s.refresh, token)

	return nil
}

// GetRefreshTokenInfo implements [op.AuthStorage].
func (s *storage) GetRefreshTokenInfo(_ context.Context, _, token string) (subject, id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	found, ok := s.refresh[token]
	if !ok {
		return "", "", op.ErrInvalidRefreshToken
	}

	return found.subject, token, nil
}

// GetPrivateClaimsFromRequest implements [op.CanGetPrivateClaimsFromRequest]: the same, and when it was asked who it
// is, for step-up with a bearer token (RFC 9068, section 2.2.1).
func (s *storage) GetPrivateClaimsFromRequest(ctx context.Context, asked op.TokenRequest, scopes []string) (map[string]any, error) {
	claims, err := s.GetPrivateClaimsFromScopes(ctx, asked.GetSubject(), s.client.id, scopes)
	if err != nil {
		return nil, err
	}

	if at := s.tokenRequestOf(asked).signedIn; !at.IsZero() {
		claims["auth_time"] = at.Unix()
	}

	return claims, nil
}

// GetPrivateClaimsFromScopes implements [op.OPStorage]: what an access token says
// beside the standard claims.
func (s *storage) GetPrivateClaimsFromScopes(_ context.Context, subject, _ string, _ []string) (map[string]any, error) {
	account, ok := s.account(subject)
	if !ok {
		return nil, errUnknown
	}

	claims := account.platformClaims()
	claims["email"] = account.Email
	claims["name"] = account.Name
	claims["preferred_username"] = account.Username

	return claims, nil
}

// SetUserinfoFromScopes implements [op.OPStorage]; SetUserinfoFromRequest does its work.
func (*storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest implements [op.CanSetUserinfoFromRequest]: what an ID token says.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, asked op.IDTokenRequest, _ []string) error {
	return s.describe(info, asked.GetSubject())
}

// SetUserinfoFromToken implements [op.OPStorage]: what the userinfo endpoint says.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, tokenID, subject, _ string) error {
	if !s.isLive(tokenID) {
		return errUnknown
	}

	return s.describe(info, subject)
}

// SetIntrospectionFromToken implements [op.OPStorage].
func (s *storage) SetIntrospectionFromToken(
	_ context.Context, answer *oidc.IntrospectionResponse, tokenID, subject, clientID string,
) error {
	account, ok := s.account(subject)
	if !ok || !s.isLive(tokenID) {
		return errUnknown
	}

	answer.Subject, answer.ClientID, answer.Username = subject, clientID, account.Username
	answer.Claims = account.platformClaims()

	return nil
}

func (s *storage) isLive(tokenID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()

	token, ok := s.access[tokenID]

	return ok && time.Now().Before(token.expires)
}

func (s *storage) describe(info *oidc.UserInfo, subject string) error {
	account, ok := s.account(subject)
	if !ok {
		return errUnknown
	}

	info.Subject = account.Username
	info.PreferredUsername = account.Username
	info.Name = account.Name
	info.Email = account.Email
	info.EmailVerified = true
	info.Claims = account.platformClaims()

	return nil
}

var errNoServiceUsers = errors.New("this provider knows no service users")

// GetKeyByIDAndClientID implements [op.OPStorage].
func (*storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNoServiceUsers
}

// ValidateJWTProfileScopes implements [op.OPStorage].
func (*storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNoServiceUsers
}
