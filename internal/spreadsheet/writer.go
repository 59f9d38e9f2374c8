package spreadsheet

import (
	"encoding/csv"
	"io"
)

// NewWriter writes CSV for programs: UTF-8, and a line feed behind each row.
func NewWriter(w io.Writer) *csv.Writer { return csv.NewWriter(w) }

// NewExcelWriter writes CSV as Excel opens it with a double click: behind a byte order mark, without
// which it takes UTF-8 for the system's old encoding, and with the line ends of RFC 4180.
func NewExcelWriter(w io.Writer) *csv.Writer {
	rows := csv.NewWriter(&marked{Writer: w})
	rows.UseCRLF = true

	return rows
}

// marked puts a byte order mark before what is written first.
type marked struct {
	io.Writer

	begun bool
}

const byteOrderMark = "\uFEFF"

func (m *marked) Write(p []byte) (int, error) {
	if !m.begun {
		m.begun = true

		if _, err := io.WriteString(m.Writer, byteOrderMark); err != nil {
			return 0, err
		}
	}

	return m.Writer.Write(p)
}
