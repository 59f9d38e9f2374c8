package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences makes sentences of messages, to stand alone or one after the other: each begins
// with a capital and ends with a full stop. What is empty is left out.
func Sentences(messages ...string) string {
	var out []string

	for _, message := range messages {
		if message = strings.TrimSpace(message); message == "" {
			continue
		}

		first, size := utf8.DecodeRuneInString(message)

		message = string(unicode.ToUpper(first)) + message[size:]
		if !strings.ContainsAny(message[len(message)-1:], ".!?:") {
			message += "."
		}

		out = append(out, message)
	}

	return strings.Join(out, " ")
}
