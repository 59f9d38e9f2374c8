package anchor

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/graph-olap/opsconsole/internal/audit"
)

// Anchor is a signed head, as it is sent: one line of JSON.
type Anchor struct {
	// Version is 1. Its name is by what lines are known among others.
	Version int `json:"opsconsole_audit_head"`

	audit.Head

	// Time is when it was signed, in whole seconds of UTC.
	Time time.Time `json:"time"`
	// Key is the [KeyID] of whose Signature it is: Ed25519 (RFC 8032) of [Anchor.text], in base64.
	Key       string `json:"key"`
	Signature string `json:"signature"`
}

const (
	version = 1
	// mark begins every anchor's line.
	mark = `{"opsconsole_audit_head":`
)

// text is what is signed.
func (a Anchor) text() []byte {
	return fmt.Appendf(nil, "opsconsole audit head %d\n%d\n%s\n%d\n%s\n%s\n",
		a.Version, a.Seq, a.Hash, a.KeyedFrom, a.Identities, a.Time.Format(time.RFC3339))
}

// Sign returns the signed head.
func Sign(key ed25519.PrivateKey, head audit.Head, now time.Time) Anchor {
	a := Anchor{Version: version, Head: head, Time: now.UTC().Truncate(time.Second), Key: KeyID(PublicOf(key))}
	a.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(key, a.text()))

	return a
}

// signedBy reports whether one of the keys signed it.
func (a Anchor) signedBy(keys []ed25519.PublicKey) bool {
	signature, err := base64.StdEncoding.DecodeString(a.Signature)
	if err != nil {
		return false
	}

	for _, key := range keys {
		if KeyID(key) == a.Key && ed25519.Verify(key, a.text(), signature) {
			return true
		}
	}

	return false
}

// Line is the anchor as it is sent, without a line feed.
func (a Anchor) Line() ([]byte, error) {
	line, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("write a signed head: %w", err)
	}

	return line, nil
}

// Witness is what the anchor says of the log.
func (a Anchor) Witness() audit.Witness {
	return audit.Witness{Head: a.Head, From: "the head that was signed " + a.Time.Format("2006-01-02 15:04:05 UTC")}
}
