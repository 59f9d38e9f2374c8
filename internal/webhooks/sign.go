package webhooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// The headers of a delivery, and of the signature of [Sign]; timestamps are in seconds since 1970.
const (
	DeliveryHeader  = "X-Opsconsole-Delivery"
	EventHeader     = "X-Opsconsole-Event"
	TimestampHeader = "X-Opsconsole-Timestamp"
	SignatureHeader = "X-Opsconsole-Signature"
)

// The headers of Standard Webhooks; the signature is that of [SignStandard].
const (
	StandardIDHeader        = "Webhook-Id"
	StandardTimestampHeader = "Webhook-Timestamp"
	StandardSignatureHeader = "Webhook-Signature"
)

// standardPrefix begins the secrets of Standard Webhooks; what follows is base64.
const standardPrefix = "whsec_"

// Sign returns the signature of a body that is sent at a time: "v1=" and the hex
// HMAC-SHA256, with the secret, of the timestamp, a dot and the body.
func Sign(secret, timestamp, body string) string {
	return "v1=" + hex.EncodeToString(mac([]byte(secret), timestamp, body))
}

// SignStandard returns the signature that Standard Webhooks want: "v1," and the base64
// HMAC-SHA256, with the bytes that the secret stands for, of id, timestamp and body, separated
// by dots.
func SignStandard(secret, id, timestamp, body string) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, standardPrefix))

	return "v1," + base64.StdEncoding.EncodeToString(mac(key, id, timestamp, body)), err
}

func mac(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(strings.Join(parts, ".")))

	return h.Sum(nil)
}

// newSecret has 256 bits; what it begins with tells people, and programs that look for
// leaked secrets, what it is. A chat has none.
func newSecret(kind Kind) string {
	switch kind {
	case Generic:
		return "ocwhs_" + rand.Text() + rand.Text()
	case Standard:
		var key [sha256.Size]byte

		_, _ = rand.Read(key[:]) // it never fails

		return standardPrefix + base64.StdEncoding.EncodeToString(key[:])
	case Slack, Teams:
	}

	return ""
}

// signature are the headers that sign a delivery sent at that time. An attempt has a timestamp
// of its own, and the id of all others.
func (e *Endpoint) signature(id, body string, at time.Time) (map[string]string, error) {
	timestamp := strconv.FormatInt(at.Unix(), 10)

	switch e.Kind {
	case Generic:
		return map[string]string{TimestampHeader: timestamp, SignatureHeader: Sign(e.secret, timestamp, body)}, nil
	case Standard:
		signature, err := SignStandard(e.secret, id, timestamp, body)

		return map[string]string{
			StandardIDHeader: id, StandardTimestampHeader: timestamp, StandardSignatureHeader: signature,
		}, err
	case Slack, Teams:
	}

	return map[string]string{}, nil
}
