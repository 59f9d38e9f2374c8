// Package spreadsheet writes what spreadsheets open.
package spreadsheet

import "strings"

// Cell keeps a spreadsheet from taking a text for a formula.
func Cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}

	return s
}
