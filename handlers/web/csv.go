package web

import (
	"encoding/csv"

	"github.com/graph-olap/opsconsole/internal/spreadsheet"
)

// ForParam says whom a file of rows is for: [ForExcel], or programs where it is absent.
const (
	ForParam = "for"
	ForExcel = "excel"
)

// CSV writes rows to the answer as whoever asks for them opens them; what is wrong with the
// address is noted in q.
func (p *Page) CSV(q *Query) *csv.Writer {
	if q.OneOf(ForParam, []string{ForExcel}) == ForExcel {
		return spreadsheet.NewExcelWriter(p.Response())
	}

	return spreadsheet.NewWriter(p.Response())
}
