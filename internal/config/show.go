package config

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
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

// effective lists the settings of the command with where they come from.
func effective(line *kong.Context, origins map[string]string) []Effective {
	given := map[string]bool{}

	for _, path := range line.Path {
		if path.Flag != nil && !path.Resolved {
			given[path.Flag.Name] = true
		}
	}

	var all []Effective

	for _, flag := range line.Flags() {
		s, ok := reflect.TypeAssert[named](flag.Target.Addr())
		if !ok { // --help
			continue
		}

		origin := "default"
		if given[flag.Name] {
			origin = "flag"
		} else if found := origins[flag.Name]; found != "" {
			origin = found
		}

		all = append(all, Effective{Variable: variable(flag.Name), Text: shown(flag, s.get()), Origin: origin})
	}

	return all
}

// shown is a setting's text without what is secret in it, also when it is wrong.
func shown(flag *kong.Flag, text string) string {
	switch isURL := flag.PlaceHolder == "URL"; {
	case isURL && (isSecret(flag) || strings.ContainsAny(text, "@?#")):
		return withoutPassword(text)
	case isSecret(flag):
		return Secret(text).String()
	default:
		return text
	}
}
