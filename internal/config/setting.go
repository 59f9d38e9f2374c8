package config

import "strings"

// setting is a flag as text: what it means is read later, so that all that is wrong
// can be told at once.
type setting struct {
	flag string // its name without dashes
	text string
}

// orElse gives an empty setting a default that depends on others.
func (s *setting) orElse(text string) {
	if strings.TrimSpace(s.text) == "" {
		s.text = text
	}
}

// list is a setting that may be given several times, or once with commas.
type list struct{ setting }

// items are the non-empty items, trimmed.
func (l *list) items() []string {
	var items []string

	for item := range strings.SplitSeq(l.text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}

	return items
}

// toggle is a setting that is true when the flag stands alone.
type toggle struct{ setting }

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "OPSCONSOLE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
