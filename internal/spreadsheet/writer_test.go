package spreadsheet_test

import (
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/internal/spreadsheet"
)

func TestWriters(t *testing.T) {
	t.Parallel()

	var plain, excel strings.Builder

	rows := [][]string{{"name", "note"}, {"Zoë", "two\nlines"}}

	for out, want := range map[*strings.Builder]string{
		&plain: "name,note\nZoë,\"two\nlines\"\n",
		&excel: "\uFEFFname,note\r\nZoë,\"two\r\nlines\"\r\n",
	} {
		w := spreadsheet.NewWriter(out)
		if out == &excel {
			w = spreadsheet.NewExcelWriter(out)
		}

		// A row at a time, as exports are written.
		for _, row := range rows {
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}

			w.Flush()
		}

		if got := out.String(); got != want || w.Error() != nil {
			t.Errorf("got %q, %v, want %q", got, w.Error(), want)
		}
	}
}
