package config

import (
	"fmt"
	"io"
	"strings"
)

// Show prints the effective configuration.
type Show struct {
	Settings []Effective
	// Problems are what keeps the command from starting.
	Problems []Problem
}

// Effective is a setting as it would be used.
type Effective struct {
	Variable string
	Text     string // secrets are hidden
	Origin   string // flag, environment, file PATH or default
}

// WriteTo writes a line a setting, such as OPSCONSOLE_ADDR="127.0.0.1:8080" # default.
func (s Show) WriteTo(w io.Writer) (int64, error) {
	var written int64

	for _, e := range s.Settings {
		n, err := fmt.Fprintf(w, "%s=%q # %s\n", e.Variable, e.Text, e.Origin)

		written += int64(n)
		if err != nil {
			return written, err
		}
	}

	return written, nil
}

// effective lists the settings with where they come from.
func effective(flags []*flag) []Effective {
	var all []Effective
	for _, f := range flags {
		all = append(all, Effective{Variable: variable(f.name), Text: f.shown(), Origin: f.origin})
	}

	return all
}

// shown is a setting's text without what is secret in it, also when it is wrong.
func (f *flag) shown() string {
	switch text, isURL := f.target.text, f.placeholder == "URL"; {
	case isURL && (f.secret || strings.ContainsAny(text, "@?#")):
		return withoutPassword(text)
	case f.secret:
		return Secret(text).String()
	default:
		return text
	}
}
