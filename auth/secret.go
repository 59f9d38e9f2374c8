package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

const secretSize = 32

// secret is 256 random bits that live in a cookie and nowhere else. Everything
// that must be tied to it is derived from it.
type secret [secretSize]byte

func newSecret() secret {
	var s secret

	_, _ = rand.Read(s[:]) // never fails: the runtime ends the program first

	return s
}

// parseSecret reads what text wrote; there is one way only to write a secret.
func parseSecret(text string) (s secret, ok bool) {
	var room, raw [2 * secretSize]byte // neither the text nor what it says needs memory of its own

	if len(text) > len(room) {
		return secret{}, false
	}

	n, err := base64.RawURLEncoding.Strict().Decode(raw[:], append(room[:0], text...))
	if err != nil || n != secretSize {
		return secret{}, false
	}

	return secret(raw[:n]), true
}

func (s secret) text() string { return base64.RawURLEncoding.EncodeToString(s[:]) }

// String keeps the secret out of logs.
func (s secret) String() string { return "(secret)" }

// hash is what a table may know.
func (s secret) hash() string { return hashOf(s.text()) }

func hashOf(text string) string {
	const most = 64 // bytes of text, and of its hash, that need no memory of their own

	var room [most]byte

	sum := sha256.Sum256(append(room[:0], text...))

	return string(hex.AppendEncode(room[:0], sum[:]))
}

// derive returns another secret, a different one for each purpose.
func (s secret) derive(purpose string) (secret, error) {
	key, err := hkdf.Key(sha256.New, s[:], nil, "opsconsole "+purpose, secretSize)
	if err != nil {
		return secret{}, err
	}

	return secret(key), nil
}

// seal encrypts and authenticates; only open of the same secret reads it again.
func (s secret) seal(plain []byte) ([]byte, error) {
	gcm, err := s.cipher()
	if err != nil {
		return nil, err
	}

	return gcm.Seal(nil, nil, plain, nil), nil //nolint:gosec // it makes a random nonce itself and puts it in front
}

func (s secret) open(sealed []byte) ([]byte, error) {
	gcm, err := s.cipher()
	if err != nil {
		return nil, err
	}

	return gcm.Open(nil, nil, sealed, nil)
}

func (s secret) cipher() (cipher.AEAD, error) {
	key, err := s.derive("tokens")
	if err != nil {
		return nil, err
	}

	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}

	return cipher.NewGCMWithRandomNonce(block)
}
