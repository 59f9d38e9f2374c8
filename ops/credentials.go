package ops

import (
	"net/http"
	"strings"
)

// The headers of the contract, section 2.
const (
	HeaderUsername       = "X-Username"
	HeaderUserRole       = "X-User-Role"
	HeaderInternalAPIKey = "X-Internal-Api-Key" //nolint:gosec // the name of a header
	HeaderRequestID      = "X-Request-ID"
)

// Credentials puts a caller on a request, or says with an UNAUTHORIZED error why
// that cannot be; then no request is made.
type Credentials func(caller Caller, header http.Header) error

// Passthrough sends the caller's own access token.
func Passthrough() Credentials {
	return func(caller Caller, header http.Header) error {
		if caller.Token == "" {
			return &Error{
				Code: CodeUnauthorized,
				Message: "The control plane needs your own access token, and there is none: sign in again, " +
					"or send Authorization: Bearer with a token",
			}
		}

		return setHeader(header, "Authorization", "Bearer "+caller.Token)
	}
}

// APIKey sends the same key for every caller: the control plane sees one service,
// not the caller behind it.
func APIKey(key string) Credentials {
	return func(_ Caller, header http.Header) error {
		if key == "" {
			return &Error{Code: CodeUnauthorized, Message: "The control plane's API key is empty: configure one"}
		}

		return setHeader(header, HeaderInternalAPIKey, key)
	}
}

// IdentityHeaders sends the caller's name and role as headers, for a control plane
// that trusts this network.
func IdentityHeaders() Credentials {
	return func(caller Caller, header http.Header) error {
		if caller.Username == "" {
			return &Error{Code: CodeUnauthorized, Message: "The control plane needs a username, and there is none: sign in again"}
		}

		if err := setHeader(header, HeaderUsername, caller.Username); err != nil {
			return err
		}

		if caller.Role == "" {
			return nil // the control plane answers MISSING_ROLE
		}

		return setHeader(header, HeaderUserRole, string(caller.Role))
	}
}

// setHeader refuses what net/http would refuse only once the call is under way.
func setHeader(header http.Header, name, value string) error {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == '\x7f' }) {
		return &Error{
			Code:    CodeUnauthorized,
			Message: "The credentials for the control plane hold a character that " + name + " cannot carry",
		}
	}

	header.Set(name, value)

	return nil
}
