package config

import (
	"fmt"
	"strings"
)

// Problem is a setting that is wrong or missing.
type Problem struct {
	Flag     string // such as --oidc-issuer
	Variable string // such as OPSCONSOLE_OIDC_ISSUER
	Message  string // what is wrong and what to do
}

// SettingsError has all problems, in the order of the flags.
type SettingsError []Problem

// Error lists them, a line each.
func (e SettingsError) Error() string {
	var out strings.Builder

	if len(e) == 1 {
		out.WriteString("1 setting is wrong or missing:")
	} else {
		fmt.Fprintf(&out, "%d settings are wrong or missing:", len(e))
	}

	for _, p := range e {
		fmt.Fprintf(&out, "\n  %s (%s) %s", p.Flag, p.Variable, p.Message)
	}

	return out.String()
}
