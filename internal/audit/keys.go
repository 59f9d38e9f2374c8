package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Unkeyed is the [Entry.Chain] of an entry that is chained with SHA-256 alone.
const Unkeyed = "sha256"

// keyed stands before the key's id in the [Entry.Chain] of an entry that has a code.
const keyed = "hmac-sha256:"

// Keys are the secrets that entries are chained with, by their ids. The zero value has none.
type Keys struct {
	// Use is the id of the key that new entries are chained with. Where it is "", they are
	// chained as the entry before is.
	Use string

	secrets map[string][]byte
}

// keyMin is the least length of a key, in bytes: that of what it makes (RFC 2104, section 3).
const keyMin = sha256.Size

var keyID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// ParseKeys reads keys as ID:SECRET, each on a line of its own or behind a comma; the secret is at
// least 32 bytes in hexadecimal or base64, lines that begin with # are for people. first is the id of the first one. Errors
// repeat nothing of a secret.
func ParseKeys(text string) (keys Keys, first string, err error) {
	keys.secrets = map[string][]byte{}
	n := 0

	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}

		for part := range strings.SplitSeq(line, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}

			n++

			id, secret, err := parseKey(part)
			if err != nil {
				return Keys{}, "", fmt.Errorf("has a key, number %d, %w", n, err)
			}

			if keys.Has(id) {
				return Keys{}, "", fmt.Errorf("has the key %s twice", id)
			}

			keys.secrets[id] = secret
			if n == 1 {
				first = id
			}
		}
	}

	if n == 0 {
		return Keys{}, "", errors.New("has no key in it")
	}

	return keys, first, nil
}

func parseKey(text string) (id string, secret []byte, err error) {
	id, encoded, ok := strings.Cut(text, ":")

	if id = strings.TrimSpace(id); !ok || !keyID.MatchString(id) {
		return "", nil, errors.New("that is not ID:SECRET, with an id of letters, digits, dots, dashes and underscores")
	}

	if secret = decodeKey(strings.TrimSpace(encoded)); secret == nil {
		return "", nil, errors.New("whose secret is not hexadecimal or base64")
	}

	if len(secret) < keyMin {
		return "", nil, fmt.Errorf("whose secret has %d bytes; it must have at least %d", len(secret), keyMin)
	}

	return id, secret, nil
}

// decodeKey is nil where the text is no secret. What may be hexadecimal is that.
func decodeKey(text string) []byte {
	if secret, err := hex.DecodeString(text); err == nil {
		return secret
	}

	text = strings.TrimRight(text, "=")

	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if secret, err := encoding.DecodeString(text); err == nil {
			return secret
		}
	}

	return nil
}

// Has reports whether the key of that id is there.
func (k Keys) Has(id string) bool { return k.secrets[id] != nil }

// IDs are the ids of all keys, sorted.
func (k Keys) IDs() []string { return slices.Sorted(maps.Keys(k.secrets)) }

// keyOf is the id of the key in an [Entry.Chain]; ok is false when nobody chains like that.
func keyOf(chain string) (id string, ok bool) {
	if chain == Unkeyed {
		return "", true
	}

	id, ok = strings.CutPrefix(chain, keyed)

	return id, ok && keyID.MatchString(id)
}

// chainAfter is how an entry is chained that follows one that is chained like that.
func (k Keys) chainAfter(before string) (string, error) {
	if k.Use != "" {
		return keyed + k.Use, nil
	}

	if id, _ := keyOf(before); before != Unkeyed && !k.Has(id) {
		return "", MissingKeyError{ID: id}
	}

	return before, nil
}

// MissingKeyError says that entries are chained with a key that is not here.
type MissingKeyError struct{ ID string }

// Error implements error.
func (e MissingKeyError) Error() string {
	return fmt.Sprintf("The audit log is chained with the key %q, which this console does not have: give it with --audit-keys.", e.ID)
}

// code is the HMAC-SHA256 (RFC 2104) of a text under the key that the chain names, in hex; "" without a key.
func (k Keys) code(chain, text string) string {
	id, _ := keyOf(chain)
	if !k.Has(id) {
		return ""
	}

	mac := hmac.New(sha256.New, k.secrets[id])
	mac.Write([]byte(text))

	return hex.EncodeToString(mac.Sum(nil))
}

// fits reports whether a code is that of the text.
func (k Keys) fits(chain, text, code string) bool {
	want := k.code(chain, text)

	return want != "" && hmac.Equal([]byte(code), []byte(want))
}
