package config

import (
	"strings"

	"github.com/alecthomas/kong"
)

// setting is a flag as text: what it means is read later, so that all that is wrong
// can be told at once.
type setting struct {
	flag string // its name without dashes, known after parsing
	text string
}

// Decode implements [kong.MapperValue].
func (s *setting) Decode(ctx *kong.DecodeContext) error {
	return ctx.Scan.PopValueInto("text", &s.text)
}

// orElse gives an empty setting a default that depends on others.
func (s *setting) orElse(text string) {
	if strings.TrimSpace(s.text) == "" {
		s.text = text
	}
}

// list is a setting that may be given several times, or once with commas.
type list struct{ setting }

// Decode implements [kong.MapperValue].
func (l *list) Decode(ctx *kong.DecodeContext) error {
	before := l.text
	if err := l.setting.Decode(ctx); err != nil {
		return err
	}

	if before != "" {
		l.text = before + "," + l.text
	}

	return nil
}

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

// IsBool implements [kong.BoolMapperValue].
func (*toggle) IsBool() bool { return true }

// Decode implements [kong.MapperValue].
func (t *toggle) Decode(ctx *kong.DecodeContext) error {
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		return t.setting.Decode(ctx)
	}

	t.text = "true"

	return nil
}

// named is any of the three.
type named interface {
	name(flag string)
	get() string
}

func (s *setting) name(flag string) { s.flag = flag }

func (s *setting) get() string { return s.text }

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "OPSCONSOLE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
