//nolint:ireturn // the library asks for its interfaces
package devidp

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	requestLifetime      = 10 * time.Minute
	refreshTokenLifetime = 24 * time.Hour
	keyBits              = 2048
)

// storage is what the provider remembers, and how the library asks for it.
type storage struct {
	client   *client
	secret   string
	accounts []Account
	key      signingKey

	mu       sync.Mutex
	requests map[string]request
	codes    map[string]string // code → request
	access   map[string]granted
	refresh  map[string]granted
}

// granted is a token that was given out.
type granted struct {
	tokenRequest

	expires time.Time
}

var (
	_ op.Storage                   = (*storage)(nil)
	_ op.CanSetUserinfoFromRequest = (*storage)(nil)

	_ op.CanGetPrivateClaimsFromRequest = (*storage)(nil)
)

var errUnknown = errors.New("unknown or used before")

func newStorage(cfg Config) (*storage, error) {
	private, err := processKey()
	if err != nil {
		return nil, err
	}

	return &storage{
		client:   &client{id: cfg.ClientID, redirectURI: cfg.RedirectURI, postLogoutURI: cfg.PostLogoutURI, issuer: cfg.Issuer},
		secret:   cfg.ClientSecret,
		accounts: slices.Clone(cfg.Accounts),
		key:      signingKey{id: rand.Text(), private: private},
		requests: map[string]request{},
		codes:    map[string]string{},
		access:   map[string]granted{},
		refresh:  map[string]granted{},
	}, nil
}

func newKey() (key [32]byte) {
	_, _ = rand.Read(key[:]) // never fails

	return key
}

// account returns the account of that name.
func (s *storage) account(username string) (Account, bool) {
	i := slices.IndexFunc(s.accounts, func(a Account) bool { return a.Username == username })
	if i < 0 {
		return Account{}, false
	}

	return s.accounts[i], true
}

// signIn lets somebody into a sign-in that waits for it.
func (s *storage) signIn(id, username string) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	waiting, ok := s.requests[id]
	if !ok {
		return errUnknown
	}

	waiting.subject, waiting.signedIn = username, time.Now()
	s.requests[id] = waiting

	return nil
}

// CreateAuthRequest implements [op.AuthStorage].
func (s *storage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if asked.CodeChallenge == "" || asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required")
	}

	if slices.Contains(asked.Prompt, oidc.PromptNone) {
		return nil, oidc.ErrLoginRequired()
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	s.forgetOld()

	begun := request{AuthRequest: *asked, id: rand.Text(), began: time.Now()}
	s.requests[begun.id] = begun

	return &begun, nil
}

// AuthRequestByID implements [op.AuthStorage].
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	return s.request(id)
}

func (s *storage) request(id string) (*request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	found, ok := s.requests[id]
	if !ok || time.Since(found.began) > requestLifetime {
		return nil, errUnknown
	}

	return &found, nil
}

// SaveAuthCode implements [op.AuthStorage].
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.codes[code] = id

	return nil
}

// AuthRequestByCode implements [op.AuthStorage]. It is the first step of a code's
// exchange, and the code is gone after it.
func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id, ok := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()

	if !ok {
		return nil, errUnknown
	}

	return s.request(id)
}

// DeleteAuthRequest implements [op.AuthStorage].
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()

	delete(s.requests, id)

	return nil
}

// GetClientByClientID implements [op.OPStorage].
func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.client.id {
		return nil, oidc.ErrInvalidClient().WithDescription("unknown client")
	}

	return s.client, nil
}

// AuthorizeClientIDSecret implements [op.OPStorage].
func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != s.client.id || subtle.ConstantTimeCompare([]byte(secret), []byte(s.secret)) != 1 {
		return oidc.ErrInvalidClient().WithDescription("unknown client or wrong secret")
	}

	return nil
}

// forgetOld drops what nobody will ask for again. The lock is held.
func (s *storage) forgetOld() {
	now := time.Now()

	for id, old := range s.requests {
		if now.Sub(old.began) > requestLifetime {
			delete(s.requests, id)
		}
	}

	for code, id := range s.codes {
		if _, ok := s.requests[id]; !ok {
			delete(s.codes, code)
		}
	}

	for _, tokens := range []map[string]granted{s.access, s.refresh} {
		for id, old := range tokens {
			if now.After(old.expires) {
				delete(tokens, id)
			}
		}
	}
}

// Health implements [op.Storage].
func (*storage) Health(context.Context) error { return nil }

// SigningKey implements [op.AuthStorage].
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	return s.key, nil
}

// SignatureAlgorithms implements [op.AuthStorage].
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{s.key.SignatureAlgorithm()}, nil
}

// KeySet implements [op.AuthStorage].
func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey(s.key)}, nil
}
