package devidp

import (
	"crypto/rand"
	"crypto/rsa"
	"sync"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// signingKey signs the tokens, publicKey is the half of it that is published.
type (
	signingKey struct {
		id      string
		private *rsa.PrivateKey
	}
	publicKey signingKey
)

// processKey is made once: each takes as long as all else that a provider is made of together.
//
//nolint:gochecknoglobals // there is one for all providers of a process
var processKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) })

var (
	_ op.SigningKey = signingKey{}
	_ op.Key        = publicKey{}
)

func (k signingKey) ID() string                                  { return k.id }
func (k signingKey) Key() any                                    { return k.private }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }

func (k publicKey) ID() string                         { return k.id }
func (k publicKey) Key() any                           { return &k.private.PublicKey }
func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }
