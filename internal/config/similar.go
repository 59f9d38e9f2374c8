package config

import (
	"errors"
	"strconv"
	"strings"
)

// similar is the problem, with those of the known words that may have been meant: at most two letters differ, or the rest is missing.
func similar(written string, known []string, problem string) error {
	const most = 2

	var meant []string

	for _, word := range known {
		if strings.HasPrefix(word, written) || distance(word, written) <= most {
			meant = append(meant, strconv.Quote(word))
		}
	}

	switch len(meant) {
	case 0:
		return errors.New(problem)
	case 1:
		return errors.New(problem + ", did you mean " + meant[0] + "?")
	default:
		return errors.New(problem + ", did you mean one of " + strings.Join(meant, ", ") + "?")
	}
}

// distance is how many letters have to be added, left out or changed (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1) // of the letters of a so far, to each beginning of b
	for j := range row {
		row[j] = j
	}

	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1

		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}

			diagonal = row[j+1]
			row[j+1] = min(row[j+1]+1, row[j]+1, change)
		}
	}

	return row[len(b)]
}
