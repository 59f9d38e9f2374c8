package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// The chain, for whoever verifies it elsewhere; docs/audit.md has a program.
//
// An entry's line is its JSON as [encoding/json] writes it: the members in the order of [Entry], without
// blanks, with <, > and & escaped. Its hash is the SHA-256 of the line up to `,"hash":"`, followed by
// `,"hash":""}`. The line holds the hash of the entry before, which makes the chain, and what
// comes behind the hash says how it is sealed: the code of a keyed entry is the HMAC-SHA256 of [Entry.sealed]. As the hash
// covers all that came before, so does the code.

// digest is the hash of the entry, in hex.
func (e Entry) digest() (string, error) {
	e.Hash = ""

	line, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("hash the audit entry: %w", err)
	}

	return digestOf(line)
}

var errNoHash = errors.New("an audit entry without a hash")

// digestOf is the hash of the entry whose line that is, whatever hash it has.
func digestOf(line []byte) (string, error) {
	end := bytes.LastIndex(line, []byte(`,"hash":"`))
	if end < 0 {
		return "", errNoHash
	}

	hash := sha256.New()
	hash.Write(line[:end])
	hash.Write([]byte(`,"hash":""}`))

	return hex.EncodeToString(hash.Sum(nil)), nil
}

// identityDigest is the hash of whose the entry is, "" where nobody is known. No issuer has a line feed: what is before the
// last one and what is behind it could not be told apart.
func (e Entry) identityDigest() string {
	if e.Issuer == "" && e.Subject == "" {
		return ""
	}

	sum := sha256.Sum256([]byte(e.Hash + "\n" + e.Issuer + "\n" + e.Subject))

	return hex.EncodeToString(sum[:])
}

// sealed is the text whose code a keyed entry has.
func (e Entry) sealed() string {
	return "opsconsole audit entry\n" + e.Chain + "\n" + e.Hash + "\n" + e.IdentityHash
}

// seal hashes an entry and chains it as the keys have it, where Chain is how the one before is chained.
func (k Keys) seal(e *Entry) (err error) {
	if e.Chain, err = k.chainAfter(e.Chain); err != nil {
		return err
	}

	if e.Hash, err = e.digest(); err != nil {
		return err
	}

	e.IdentityHash = e.identityDigest()
	e.MAC = k.code(e.Chain, e.sealed())

	return nil
}
