package config

import (
	"fmt"
	"net/url"
	"strings"
)

// Secret is text that is not to be shown: it prints, logs and marshals as (set), or
// as nothing when it is empty. Convert it to a string where it is needed.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}

	return "(set)"
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return fmt.Sprintf("%q", s.String()) }

// MarshalText hides the secret from encoders and from slog.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// withoutPassword shows a URL but for its password and query, and nothing of what is no URL
// or not the one that was meant: a # or / in a password ends the host.
func withoutPassword(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Opaque != "" || u.Fragment != "" || u.User == nil && strings.Contains(text, "@") {
		return Secret(text).String()
	}

	if u.RawQuery != "" {
		u.RawQuery = "(set)"
	}

	return u.Redacted()
}
