package alertmanager

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Matcher is a condition on a label of an alert. An alert that has no such label is as one
// that has it empty.
type Matcher struct {
	Name string
	// Regex says that Value is a regular expression, of the whole label; Negated that the label
	// must be otherwise.
	Regex, Negated bool
	Value          string
}

// String writes it as Alertmanager does: severity=~"warning|info".
func (m Matcher) String() string {
	operator := map[[2]bool]string{{false, false}: "=", {false, true}: "!=", {true, false}: "=~", {true, true}: "!~"}
	value := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(m.Value)

	return m.Name + operator[[2]bool{m.Regex, m.Negated}] + `"` + value + `"`
}

// Strings writes matchers.
func Strings(matchers []Matcher) []string {
	out := make([]string, len(matchers))
	for i, m := range matchers {
		out[i] = m.String()
	}

	return out
}

// wireMatcher is a matcher in JSON.
type wireMatcher struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	IsRegex bool   `json:"isRegex"`
	// IsEqual is true where it is left out.
	IsEqual *bool `json:"isEqual"`
}

// MarshalJSON implements [json.Marshaler].
func (m Matcher) MarshalJSON() ([]byte, error) {
	equal := !m.Negated

	return json.Marshal(wireMatcher{Name: m.Name, Value: m.Value, IsRegex: m.Regex, IsEqual: &equal})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (m *Matcher) UnmarshalJSON(data []byte) error {
	var wire wireMatcher
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}

	*m = Matcher{Name: wire.Name, Value: wire.Value, Regex: wire.IsRegex, Negated: wire.IsEqual != nil && !*wire.IsEqual}

	return nil
}

// matchesEmpty reports whether the matcher takes alerts that do not have its label.
func (m Matcher) matchesEmpty() bool {
	matches := m.Value == ""
	if m.Regex {
		matches = regexp.MustCompile(anchored(m.Value)).MatchString("")
	}

	return matches != m.Negated
}

func anchored(expression string) string { return "^(?:" + expression + ")$" }

// The most that a silence may have: how many matchers, and how long each value.
const (
	maxMatchers = 20
	maxValue    = 1000
)

// ParseMatchers reads matchers that are separated by commas or stand on lines of their own,
// in Alertmanager's own syntax: a name, one of = != =~ !~, and a value, which may stand in
// quotes. All of them must hold for an alert. Errors are for people.
func ParseMatchers(texts ...string) ([]Matcher, error) {
	var matchers []Matcher

	for _, text := range texts {
		for _, item := range split(text) {
			m, err := parseMatcher(item)
			if err != nil {
				return nil, err
			}

			matchers = append(matchers, m)
		}
	}

	return matchers, check(matchers)
}

// check wants matchers that Alertmanager takes, and that do not silence more than they seem
// to: it takes severity!="critical" alone, which is most of what there is, also what no
// label of the kind was ever given.
func check(matchers []Matcher) error {
	if len(matchers) > maxMatchers {
		return fmt.Errorf("has %d matchers, at most %d are allowed", len(matchers), maxMatchers)
	}

	for _, m := range matchers {
		if !m.matchesEmpty() {
			return nil
		}
	}

	if len(matchers) > 0 {
		return errors.New("matches alerts that have none of these labels; add a matcher for a label that must be there, " +
			`such as namespace="graph-olap"`)
	}

	return nil
}

// split cuts matchers apart at commas and ends of lines that are not in quotes.
func split(text string) (items []string) {
	var (
		item            strings.Builder
		quoted, escaped bool
	)

	end := func() {
		if trimmed := strings.TrimSpace(item.String()); trimmed != "" {
			items = append(items, trimmed)
		}

		item.Reset()
	}

	for _, r := range braced(text) {
		if !quoted && (r == ',' || r == '\n') {
			end()

			continue
		}

		if r == '"' && !escaped {
			quoted = !quoted
		}

		escaped = r == '\\' && !escaped

		item.WriteRune(r)
	}

	end()

	return items
}

// braced takes away the braces that selectors are written in.
func braced(text string) string {
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "{"); ok {
		return strings.TrimSuffix(inner, "}")
	}

	return text
}

// matcherSyntax has a label's name as every Alertmanager takes them, an operator and a value.
var matcherSyntax = regexp.MustCompile(`^([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!=|!~|=)\s*((?s:.*))$`)

func parseMatcher(text string) (m Matcher, err error) {
	parts := matcherSyntax.FindStringSubmatch(text)
	if parts == nil {
		return m, fmt.Errorf("has %q, which is not a matcher; write one such as alertname=~\"Graph.*\"", clip(text))
	}

	m = Matcher{Name: parts[1], Regex: strings.HasSuffix(parts[2], "~"), Negated: strings.HasPrefix(parts[2], "!")}

	if m.Value, err = unquote(parts[3]); err != nil {
		return m, fmt.Errorf("has %q, whose value %w", clip(text), err)
	}

	if n := utf8.RuneCountInString(m.Value); n > maxValue {
		return m, fmt.Errorf("has a value of %d characters, at most %d are allowed", n, maxValue)
	}

	if m.Regex {
		if _, err := regexp.Compile(anchored(m.Value)); err != nil {
			return m, fmt.Errorf("has %q, whose value is not a regular expression (RE2)", clip(text))
		}
	}

	return m, nil
}

// unquote reads a value, in quotes or without, with Alertmanager's escapes: \" \\ and \n;
// any other backslash is one.
func unquote(text string) (string, error) {
	inner, quoted := strings.CutPrefix(text, `"`)
	if quoted {
		var closed bool
		if inner, closed = strings.CutSuffix(inner, `"`); !closed || endsEscaped(inner) {
			return "", errors.New("begins with a quote and does not end with one")
		}
	}

	if !utf8.ValidString(inner) {
		return "", errors.New("is not text")
	}

	var (
		value   strings.Builder
		escaped bool
	)

	for _, r := range inner {
		switch {
		case escaped && r == 'n':
			value.WriteByte('\n')
		case escaped && (r == '"' || r == '\\'):
			value.WriteRune(r)
		case escaped:
			value.WriteByte('\\')
			value.WriteRune(r)
		case r == '"':
			return "", errors.New(`has a quote inside; write it \"`)
		case r != '\\':
			value.WriteRune(r)
		}

		escaped = r == '\\' && !escaped
	}

	if escaped {
		value.WriteByte('\\')
	}

	return value.String(), nil
}

// endsEscaped reports whether what follows the text is escaped by it.
func endsEscaped(text string) bool {
	return (len(text)-len(strings.TrimRight(text, `\`)))%2 == 1
}

// clip shortens what somebody wrote, to be told in a sentence.
func clip(text string) string {
	const most = 80

	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}

	return text
}
