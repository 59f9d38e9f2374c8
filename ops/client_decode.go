package ops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// check returns nil for a success, else what the answer means as an error.
func (t *exchange) check(a answer) error {
	switch {
	case a.status < http.StatusMultipleChoices:
		return nil
	case a.status < http.StatusBadRequest:
		return t.redirected(a)
	case t.unready && a.status == http.StatusServiceUnavailable:
		return nil
	}

	r, ok := readRefusal(a.status, a.body)
	if t.optional != "" && lacks(a.status, r) {
		return &Error{
			Code: CodeNotSupported, Message: "The control plane at " + t.host + " cannot " + t.optional,
		}
	}

	if !ok {
		return t.foreign(fmt.Errorf("HTTP %d, %s", a.status, describe(a)))
	}

	cause := fmt.Errorf("%s %s (request %s): HTTP %d %s", t.method, t.path, t.requestID, a.status, r.said)
	if !t.write() && r.err.Code == CodeInternal { // It failed, not whoever asks.
		return Unavailable(ServiceControlPlane, "The control plane at "+t.host+" failed: "+r.err.Message).Because(cause)
	}

	if t.write() && !r.certain {
		cause = fmt.Errorf("%w: %w", ErrOutcomeUnknown, cause)
	}

	return r.err.Because(cause)
}

// lacks reports whether the answer to a call that the contract leaves open says that there is no such
// call: what is missing otherwise, an instance, is a RESOURCE_NOT_FOUND, which an embedded control
// plane has for paths too.
func lacks(status int, r refusal) bool {
	switch status {
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	case http.StatusNotFound:
		return r.said != CodeNotFound || r.err.Details["resource_type"] == "Path"
	default:
		return false
	}
}

// redirected names only the host of where it points: the rest may hold a secret.
func (t *exchange) redirected(a answer) error {
	message := "The control plane at " + t.host + " answered with a redirect, which is not followed"
	if location, err := url.Parse(a.header.Get("Location")); err == nil && location.Host != "" {
		message += ": it points to " + location.Host
	}

	return t.fail(message, fmt.Errorf("HTTP %d", a.status))
}

// foreign is the error of an answer that the contract does not know. What it said
// stays out of it: it may be a page with secrets of its own.
func (t *exchange) foreign(cause error) error {
	return t.fail("The control plane at "+t.host+" answered something that is not the contract's JSON: "+
		"check that its address leads to the platform and not to a sign-in page or a proxy", cause)
}

// decode reads body into value; the wanted fields, given as paths, must be there and
// not null. What it does not know it ignores, and NUL characters, which no database keeps.
func (t *exchange) decode(body []byte, value any, want ...string) error {
	body = withoutNUL(body)

	err := json.Unmarshal(body, value)
	for _, path := range want {
		if err == nil && !has(body, path) {
			err = fmt.Errorf("the answer has no %s", path)
		}
	}

	if err != nil {
		return t.foreign(fmt.Errorf("%d bytes: %w", len(body), err))
	}

	return nil
}

// withoutNUL drops the NUL characters from the texts of a JSON document.
func withoutNUL(body []byte) []byte {
	const nul = `\u0000`

	if !bytes.Contains(body, []byte(nul)) {
		return body
	}

	out := make([]byte, 0, len(body))

	for len(body) > 0 {
		switch {
		case bytes.HasPrefix(body, []byte(nul)):
			body = body[len(nul):]
		case body[0] == '\\' && len(body) > 1: // with what it escapes, which may be another of its kind
			out, body = append(out, body[:2]...), body[2:]
		default:
			out, body = append(out, body[0]), body[1:]
		}
	}

	return out
}

// wantText refuses what is no Prometheus text, such as a sign-in page.
func (t *exchange) wantText(a answer) error {
	kind, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err == nil && (kind == "text/plain" || kind == "application/openmetrics-text") {
		return nil
	}

	return t.foreign(errors.New(describe(a)))
}

func describe(a answer) string {
	return fmt.Sprintf("content type %q, %d bytes", a.header.Get("Content-Type"), len(a.body))
}

// has reports whether body has something but null at the path, names joined by dots.
func has(body []byte, path string) bool {
	for name := range strings.SplitSeq(path, ".") {
		var fields map[string]json.RawMessage
		if json.Unmarshal(body, &fields) != nil {
			return false
		}

		body = fields[name]
	}

	return len(body) > 0 && !bytes.Equal(body, []byte("null"))
}
