package ops

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ReasonMax is the longest reason of a change or a trigger, in characters.
const ReasonMax = 500

// Storable reports whether every database keeps the text as it is: UTF-8 without NUL.
func Storable(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// CheckText refuses a text that cannot be stored, or has more characters than most.
func CheckText(field, text string, most int) []FieldError {
	if !Storable(text) {
		return []FieldError{{Field: field, Message: "must be UTF-8 text without NUL characters", Type: "encoding"}}
	}

	if n := utf8.RuneCountInString(text); n > most {
		return []FieldError{{
			Field: field, Message: fmt.Sprintf("has %d characters, at most %d are allowed", n, most), Type: "string_too_long",
		}}
	}

	return nil
}

// CheckRange refuses a number that is not between low and high.
func CheckRange[N int | int64](field string, value, low, high N) []FieldError {
	if value >= low && value <= high {
		return nil
	}

	return []FieldError{{Field: field, Message: fmt.Sprintf("must be between %d and %d", low, high), Type: "range"}}
}

// Clip shortens what somebody else wrote, for a message: to 200 characters of UTF-8.
func Clip(text string) string {
	const most = 200

	return Shorten(text, most)
}

// Shorten returns as many characters of UTF-8 at most, and an ellipsis where more followed.
func Shorten(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if utf8.RuneCountInString(text) <= most {
		return text
	}

	return string([]rune(text)[:most]) + "…"
}

// Visible reports whether somebody can see anything of the text: more than spaces, and
// than characters that only say how others are to be set.
func Visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}
