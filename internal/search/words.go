package search

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const (
	// longest is how many characters of a word count.
	longest = 24
	// mostTyped is how many words of a search count.
	mostTyped = 8
	// mostKept is how many different words of an object are kept: more than its texts may have.
	mostKept = 5000
)

// Fold is a text as it is compared: without case and accents, whichever way they are encoded. "Müller" and "MULLER" are the same.
func Fold(text string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}

		return r
	}, norm.NFKD.String(text))

	return cases.Fold().String(bare)
}

// words are the different words of texts, folded, in their order: runs of letters and digits.
func words(texts ...string) []string {
	var all []string

	seen := map[string]bool{}

	for _, text := range texts {
		for word := range strings.FieldsFuncSeq(Fold(text), separates) {
			if word = cut(word); !seen[word] {
				seen[word] = true
				all = append(all, word)
			}

			if len(all) == mostKept {
				return all
			}
		}
	}

	return all
}

func separates(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}

// cut leaves of a word what counts.
func cut(word string) string {
	n := 0
	for i := range word {
		if n == longest {
			return word[:i]
		}

		n++
	}

	return word
}

// typed are the words that are looked for. One that another begins with says nothing more.
func typed(text string) []string {
	all := words(text)
	all = slices.DeleteFunc(slices.Clone(all), func(word string) bool {
		return slices.ContainsFunc(all, func(other string) bool { return other != word && strings.HasPrefix(other, word) })
	})

	return all[:min(len(all), mostTyped)]
}

// match reports whether each word that is looked for begins one of those that are there.
func match(there, wanted []string) bool {
	for _, word := range wanted {
		if !slices.ContainsFunc(there, func(other string) bool { return strings.HasPrefix(other, word) }) {
			return false
		}
	}

	return true
}
