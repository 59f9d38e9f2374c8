package ops

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FieldLabel is how a person knows the field of a path such as body.instance.default_ttl: the
// label of a field of the configuration, "Instance time to live", else its name in words; "" for
// the path of a whole, such as body.
func FieldLabel(path string) string {
	if f, ok := FieldAt(path); ok {
		return f.Label
	}

	_, name, _ := strings.Cut(path, ".")
	name = strings.TrimPrefix(name, settingsPrefix)

	words := strings.TrimSpace(strings.NewReplacer("_", " ", ".", " ", "-", " ").Replace(name))
	first, size := utf8.DecodeRuneInString(words)

	if words == "" {
		return ""
	}

	return string(unicode.ToUpper(first)) + words[size:]
}

// settingsPrefix begins the names of what a window sets, by section: settings.export.max_duration_seconds.
const settingsPrefix = "settings."

// FieldAt returns the field of the configuration that a path such as body.instance.default_ttl or
// body.settings.export.max_duration_seconds names. It has none of maintenance mode, whose
// names are those of other things too.
func FieldAt(path string) (Field, bool) {
	_, name, _ := strings.Cut(path, ".")

	if set, ok := strings.CutPrefix(name, settingsPrefix); ok {
		if _, field, ok := strings.Cut(set, "."); ok {
			name = field
		}
	}

	for _, s := range sections() {
		if f, ok := s.Field(name); ok && s.Name != SectionMaintenance {
			return f, true
		}
	}

	return Field{}, false
}

// Sentence says what is wrong with which field, for people and without its full stop. A message
// that begins with a capital says by itself what it is about.
func (e FieldError) Sentence() string {
	label := FieldLabel(e.Field)
	if label == "" || standsAlone(e.Message) {
		return e.Message
	}

	return label + ": " + e.Message
}

// standsAlone reports whether a message says by itself what it is about: "Say why" does, "must
// be a number" does not, nor does "P7D is longer", which begins with a value.
func standsAlone(message string) bool {
	first, size := utf8.DecodeRuneInString(message)
	second, _ := utf8.DecodeRuneInString(message[size:])

	return unicode.IsUpper(first) && !unicode.IsUpper(second) && !unicode.IsDigit(second)
}

// FieldSentences says of a VALIDATION_FAILED what is wrong with which field, to stand behind
// its message: " Per analyst: must be at most 100." It is "" of any other error.
func FieldSentences(err error) string {
	var b strings.Builder
	for _, f := range FieldErrors(err) {
		b.WriteString(" " + strings.TrimSuffix(f.Sentence(), ".") + ".")
	}

	return b.String()
}
