package auth

import (
	"time"

	"golang.org/x/oauth2"
)

// tokens are what the provider gave for a session. They are stored sealed.
type tokens struct {
	Access  string `json:"access"`
	Refresh string `json:"refresh"`
	ID      string `json:"id"`
	// ExpiresAt is the access token's end and RenewAt a moment before it; both are
	// zero when the provider did not say.
	ExpiresAt time.Time `json:"expires_at"`
	RenewAt   time.Time `json:"renew_at"`
	// UserInfo is what is known of the userinfo endpoint.
	UserInfo userInfoUse `json:"userinfo,omitempty"`
	// AuthTime is when the provider last asked who it is, zero where it does not say.
	AuthTime time.Time `json:"auth_time,omitzero"`
}

// userInfoUse is what the userinfo endpoint is good for, "" where that is not known yet.
type userInfoUse string

const (
	userInfoHasRoles userInfoUse = "roles" // the roles come from there
	userInfoUseless  userInfoUse = "none"  // it refused at the sign-in, or says nothing of roles
)

// renewAhead is how long before its end an access token is renewed, at most: one
// that lives for a few minutes only is left a fair part of them.
const (
	renewAhead    = time.Minute
	renewFraction = 5
)

func newTokens(token *oauth2.Token, now time.Time) tokens {
	t := tokens{Access: token.AccessToken, Refresh: token.RefreshToken}
	t.ID, _ = token.Extra("id_token").(string)

	if token.ExpiresIn > 0 {
		life := time.Duration(token.ExpiresIn) * time.Second
		t.ExpiresAt = now.Add(life)
		t.RenewAt = t.ExpiresAt.Add(-min(renewAhead, life/renewFraction))
	}

	return t
}

// accessAt returns the access token if it is still good.
func (t tokens) accessAt(now time.Time) string {
	if !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) {
		return ""
	}

	return t.Access
}

// over reports whether the access token has ended and nothing brings another.
func (t tokens) over(now time.Time) bool { return t.Refresh == "" && t.accessAt(now) == "" }

// renewable reports whether it is time to renew, and there is a way.
func (t tokens) renewable(now time.Time) bool {
	return t.Refresh != "" && !t.RenewAt.IsZero() && !now.Before(t.RenewAt)
}
