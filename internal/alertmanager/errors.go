package alertmanager

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/graph-olap/opsconsole/internal/neterr"
)

// Error says in sentences why Alertmanager did not do what it was to; what lies below it is
// for the log.
type Error struct {
	Message string
	cause   error
}

// Error is its sentences.
func (e *Error) Error() string { return e.Message }

// Unwrap returns what lies below it.
func (e *Error) Unwrap() error { return e.cause }

// Message is what people are told of an error.
func Message(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}

	return "Alertmanager could not be asked."
}

func (c *Client) name() string { return "Alertmanager, " + c.URL.Host + "," }

// unanswered is the error of a request that has no answer.
func (c *Client) unanswered(err error) error {
	var message string

	switch neterr.ReasonOf(err) {
	case neterr.Stopped:
		message = "The console was stopped before " + c.name() + " had answered."
	case neterr.UnknownHost, neterr.NoLookup:
		message = c.name() + " is not known by that name."
	case neterr.BadCertificate:
		message = "The certificate of " + c.name() + " is not valid for it; --alertmanager-ca names whom to trust."
	case neterr.NotTLS:
		message = c.name() + " does not speak TLS."
	case neterr.TimedOut:
		message = c.name() + " did not answer in time."
	case neterr.Refused:
		message = c.name() + " refused the connection."
	case neterr.Unreachable:
		message = c.name() + " could not be reached."
	}

	return &Error{message, err}
}

// refused is the error of an answer that is not 200. A text or an object with a message
// says why.
func (c *Client) refused(status int, body []byte) error {
	message := fmt.Sprintf("%s answered %d %s", c.name(), status, http.StatusText(status))

	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		message += ": it refuses the credentials, see --alertmanager-user and --alertmanager-token."
	case status/100 == 3:
		message += ", a redirect; those are not followed. Set --alertmanager-url to where it leads."
	case status == http.StatusNotFound:
		message += ": is --alertmanager-url its address, with the path below which /api/v2 lies?"
	default:
		message += reason(body) + "."
	}

	return &Error{message, nil}
}

// reason is what an answer says went wrong, "" when it says nothing that can be read.
func reason(body []byte) string {
	var object struct {
		Message string `json:"message"`
	}

	text := ""
	if json.Unmarshal(body, &text) != nil && json.Unmarshal(body, &object) == nil {
		text = object.Message
	}

	if text = strings.TrimRight(strings.Join(strings.Fields(text), " "), "."); text == "" {
		return ""
	}

	const most = 200

	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}

	return ": " + text
}

// strange is the error of an answer that cannot be read.
func (c *Client) strange(cause error) error {
	return &Error{c.name() + " answered something else than Alertmanager does; is --alertmanager-url its address?", cause}
}
