package auth

import (
	"errors"
	"fmt"

	"github.com/graph-olap/opsconsole/ops"
)

// What an error of this package is about; ask with [errors.Is].
var (
	// ErrNoCredential: neither a session nor a bearer token was presented.
	ErrNoCredential = errors.New("no credential")
	// ErrSessionEnded: a session cookie was presented whose session is no more.
	ErrSessionEnded = errors.New("the session has ended")
	// ErrBearerInvalid: a bearer token was presented and does not hold.
	ErrBearerInvalid = errors.New("the bearer token is invalid")
	// ErrLogoutInvalid: a logout token was sent that does not hold.
	ErrLogoutInvalid = errors.New("the logout token is invalid")
	// ErrConfirm: the session is good once the provider says so again; see [Auth.Confirm].
	ErrConfirm = errors.New("the session is to be confirmed")

	// ErrDenied: the user, or the provider on a rule of its own, said no.
	ErrDenied = errors.New("the sign-in was denied")
	// ErrAttemptExpired: the attempt to sign in took too long.
	ErrAttemptExpired = errors.New("the attempt to sign in has expired")
	// ErrAttemptReplayed: the attempt was completed before. A page may look whether
	// somebody is signed in by now, as after a press of Back.
	ErrAttemptReplayed = errors.New("the attempt to sign in was used before")
	// ErrAttemptForeign: the attempt was not begun in this browser, or the browser keeps no cookies.
	ErrAttemptForeign = errors.New("the attempt to sign in belongs to another browser")
	// ErrUnreachable: the identity provider does not answer, or not as one.
	ErrUnreachable = errors.New("the identity provider does not answer")
	// ErrRefused: the identity provider answered with an error.
	ErrRefused = errors.New("the identity provider refused")
	// ErrTokenInvalid: what the identity provider sent does not hold.
	ErrTokenInvalid = errors.New("a token of the identity provider is invalid")
)

// fail makes an error of a kind: the message is for the user, the cause, if there
// is one, for the log.
func fail(kind error, message string, cause error) *ops.Error {
	chain := kind
	if cause != nil {
		chain = fmt.Errorf("%w: %w", kind, cause)
	}

	e := &ops.Error{Code: ops.CodeUnauthorized, Message: message}
	if errors.Is(kind, ErrUnreachable) {
		e = ops.Unavailable("identity_provider", message)
	}

	return e.Because(chain)
}
