package anchor

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
)

// ParsePrivateKey reads an Ed25519 key in PKCS#8 PEM (RFC 5958, RFC 8410), as openssl genpkey makes it. Errors repeat
// nothing of it.
func ParsePrivateKey(text string) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("is not a private key in PKCS#8 PEM; make one with: openssl genpkey -algorithm ed25519")
	}

	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("is a private key that cannot be read; make one with: openssl genpkey -algorithm ed25519")
	}

	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("is not an Ed25519 private key; make one with: openssl genpkey -algorithm ed25519")
	}

	return private, nil
}

// ParsePublicKeys reads the Ed25519 keys in a PEM text, at least one.
func ParsePublicKeys(text []byte) ([]ed25519.PublicKey, error) {
	var keys []ed25519.PublicKey

	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "PRIVATE KEY" {
			return nil, errors.New("contains a private key; give the public one, which opsconsole audit public-key prints")
		}

		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("has a key in it that cannot be read: %w", err)
		}

		public, ok := key.(ed25519.PublicKey)
		if !ok {
			return nil, errors.New("contains a key that is not Ed25519")
		}

		keys = append(keys, public)
	}

	if len(keys) == 0 {
		return nil, errors.New("contains no public key; give a PEM file, which opsconsole audit public-key prints")
	}

	return keys, nil
}

// PublicPEM is the public key of a private one, in PEM.
func PublicPEM(key ed25519.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: subjectPublicKeyInfo(PublicOf(key))})
}

// KeyID tells keys apart: the first eight bytes of the SHA-256 of the SubjectPublicKeyInfo (RFC 8410), in hex.
func KeyID(key ed25519.PublicKey) string {
	const bytes = 8

	sum := sha256.Sum256(subjectPublicKeyInfo(key))

	return hex.EncodeToString(sum[:bytes])
}

// PublicOf is the public key of a private one.
func PublicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	public, _ := key.Public().(ed25519.PublicKey) // it always is

	return public
}

func subjectPublicKeyInfo(key ed25519.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil { // Not for keys of this kind.
		return nil
	}

	return der
}
